"""Files of a project that import a name from a module, found by their import statements alone.

Engines follow imports by the search path of one Python, where the project's folders may be missing,
or another copy of the project comes first.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path, PurePath

from fairlead_server.editing.refactoring.job import Job, Refused
from fairlead_server.editing.refactoring.words import words
from fairlead_server.editing.texts import plain
from fairlead_server.importing.statements import python_imports

MOST = 5000
"""Files that are looked through."""

Places = dict[str, set[tuple[int, int]]]
"""Where a name stands: lines from 1 and columns from 0, by the path of the file."""


def project_files(job: Job, name: str) -> Iterator[tuple[str, str]]:
    """Yield the other files of the project that have `name` in them, and their plain texts.

    Raises `Refused` when there are too many to tell.
    """
    if job.project is None:
        return
    for count, path in enumerate(_python_files(job.project)):
        if count >= MOST:
            raise Refused(f"the project has more than {MOST:,} files: too many to see who names it")
        if os.path.realpath(path) != os.path.realpath(job.path):
            text = plain(Path(path).read_text(encoding="utf-8", errors="replace"))
            if name in text:
                yield path, text


def _python_files(root: str) -> Iterator[str]:
    for folder, folders, files in os.walk(root):
        folders[:] = sorted(name for name in folders if _is_own(folder, name))
        yield from (os.path.join(folder, name) for name in sorted(files) if name.endswith(".py"))


def _is_own(folder: str, name: str) -> bool:
    if name.startswith((".", "__")) or name in ("node_modules", "site-packages"):
        return False
    return not os.path.exists(os.path.join(folder, name, "pyvenv.cfg"))


def importing(job: Job, name: str) -> Places:
    """Return where other files name what they import as `name` from the document's module.

    Those that import it from such a file in turn count as well. Raises `Refused` when a file
    imports the module as a whole, and may name it so.
    """
    files = dict(project_files(job, name))
    modules, found = [job.path], Places()
    while modules:
        module = modules.pop()
        for path, text in files.items():
            if path in found:
                continue
            places, again = _places(path, text, name, module)
            if places:
                found[path] = places
                modules += [path] if again else []
    return found


def _places(path: str, text: str, name: str, module: str) -> tuple[set[tuple[int, int]], bool]:
    """Return the places in one file, and whether it binds the name itself."""
    known, binds = set[tuple[int, int]](), False
    all_words = words(text)
    for statement in python_imports(text):
        for item in statement.items:
            if item.line.name != name or not _is_module(item.line.module, path, module):
                continue
            line = text.count("\n", 0, item.start) + 1
            known.add((line, item.start - (text.rfind("\n", 0, item.start) + 1)))
            binds = binds or not item.line.alias
    if binds:
        known |= {(w.line, w.column) for w in all_words if w.text == name and not w.dotted}
    return known, binds


def _is_module(dotted: str, path: str, module: str) -> bool:
    """Tell whether what the file at `path` calls `dotted` may be the module at `module`."""
    own = PurePath(module).with_suffix("").parts
    own = own[:-1] if own[-1] == "__init__" else own
    names = dotted.lstrip(".")
    parts = tuple(names.split(".")) if names else ()
    level = len(dotted) - len(names)
    if level:
        base = PurePath(path).parent.parts
        base = base[: len(base) - level + 1]
        return (*base, *parts) == own
    return bool(parts) and own[-len(parts) :] == parts
