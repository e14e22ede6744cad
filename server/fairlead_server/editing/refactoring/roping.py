"""Where rope finds a name: in the files of the project that can be read, if that is enough.

rope looks for methods that override in all files, and gives up at the first that does not parse.
Such files do not matter if none has the name, or may be imported by one that parses.
"""

from __future__ import annotations

import ast
import os
import re
import warnings
from collections.abc import Collection
from dataclasses import replace
from functools import partial

from rope.base.exceptions import ModuleDecodeError, ModuleSyntaxError
from rope.refactor.rename import Rename

from fairlead_server.editing.refactoring.engines import (
    attempt,
    changed_files,
    rope_file,
)
from fairlead_server.editing.refactoring.importers import Places, project_files
from fairlead_server.editing.refactoring.job import Job, Refused, Word, offset_of, on_disk
from fairlead_server.editing.refactoring.words import words

_PROBE = "fairlead_renamed_name"


def rope_places(job: Job, text: str, word: Word, reasons: list[str]) -> Places:
    """Return where rope finds the thing that `word` names in `text`; why not, in `reasons`.

    Raises `Refused` where another file does not parse, and may have a place that nobody finds.
    """
    unread: set[str] = set()
    while True:
        broken: list[str] = []
        found = attempt(partial(_places, job, text, word, unread, broken), reasons)
        if not broken or broken[0] in unread or _is_same(broken[0], job.path):
            return found or {}
        unread |= _harmless(job, broken[0], word.text)


def _places(job: Job, text: str, word: Word, unread: Collection[str], broken: list[str]) -> Places:
    """Return the places; the file that cannot be parsed is added to `broken`."""
    offset = offset_of(text, word.line, word.column)
    with rope_file(job, text, unread) as (project, resource):
        try:
            changes = Rename(project, resource, offset).get_changes(_PROBE, in_hierarchy=True)
        except (ModuleSyntaxError, ModuleDecodeError) as error:
            broken.append(os.path.join(project.address, error.filename))
            raise
        files = changed_files(changes, job)
    found: Places = {}
    for path, new in files.items():
        before = text if path == job.path else on_disk(path)
        pairs = zip(words(before), words(new), strict=True)
        found[path] = {(a.line, a.column) for a, b in pairs if a.text != b.text == _PROBE}
    return found


def _harmless(job: Job, path: str, name: str) -> set[str]:
    """Return the files like the one at `path`, which do not parse. Raises `Refused`.

    It does so where one of them has `name`, or a file that does parse may import one. What rope
    sees and is no file of the project, such as packages in an odd folder, does not matter.
    """
    folder = job.project or os.path.dirname(job.path)
    found = project_files(replace(job, project=folder), "")
    files = {os.path.realpath(other): text for other, text in found}
    broken = {path, *(other for other, text in files.items() if not _parses(text))}
    read = [job.text, *(text for other, text in files.items() if other not in broken)]
    for one in sorted(broken & files.keys()):
        module = _module(one)
        if _has(files[one], name) or any(_has(text, module) for text in read):
            raise Refused(
                f"{one} does not parse, and may be where `{name}` is used or overridden: "
                "mend it first"
            )
    return broken


def _parses(text: str) -> bool:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            ast.parse(text)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return False
    return True


def _module(path: str) -> str:
    """Return the last part of the name by which the file at `path` is imported."""
    stem = os.path.splitext(os.path.basename(path))[0]
    return os.path.basename(os.path.dirname(path)) if stem == "__init__" else stem


def _has(text: str, name: str) -> bool:
    return re.search(rf"\b{re.escape(name)}\b", text) is not None


def _is_same(one: str, other: str) -> bool:
    return os.path.realpath(one) == os.path.realpath(other)
