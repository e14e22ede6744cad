"""Tasks drawn from the files of projects: real code with something undone, to be done again."""

from __future__ import annotations

import random
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from pathlib import Path

from fairlead_server.context.privacy import is_ignored
from fairlead_server.document import decode
from fairlead_server.errors import UserError
from fairlead_server.evaluation.edit.code import Code, Draft, Maker, read
from fairlead_server.evaluation.edit.functions import docstrings, extracted_functions, type_hints
from fairlead_server.evaluation.edit.imports import shuffled_imports, unused_imports
from fairlead_server.evaluation.edit.mutations import MAKERS as MUTATIONS
from fairlead_server.evaluation.edit.variables import extracted_variables, inlined, renames

REFACTORINGS: Mapping[str, Maker] = {
    "rename": renames,
    "extract_variable": extracted_variables,
    "extract_function": extracted_functions,
    "inline": inlined,
    "organise_imports": shuffled_imports,
    "remove_unused_imports": unused_imports,
    "add_type_hints": type_hints,
}
"""What engines do; if type hints are not certain, a model."""

WRITTEN: Mapping[str, Maker] = {**MUTATIONS, "add_docstring": docstrings}
"""What a model writes."""

KINDS: Mapping[str, Maker] = {**REFACTORINGS, **WRITTEN}

_LARGEST = 100_000
"""Characters of a file; a few larger ones would take most of the time."""


@dataclass(frozen=True)
class Task:
    """An edit of `kind` to be done to the file `path` below `root`; ``.`` if the root is it."""

    root: str
    path: str
    kind: str
    draft: Draft

    @property
    def file(self) -> str:
        """Where the file lies."""
        return str(Path(self.root, self.path).absolute())

    @property
    def key(self) -> tuple[str, str, str, int, int]:
        """What tells the task from others."""
        return self.root, self.path, self.kind, self.draft.start, self.draft.end


@dataclass(frozen=True)
class _File:
    """A file that is read when the first task is made of it."""

    path: Path
    name: str
    own: str

    @cached_property
    def code(self) -> Code | None:
        """Its code, None if no task can be made of it."""
        try:
            text = decode(self.path.read_bytes(), str(self.path))
        except (OSError, UserError):
            return None
        return read(self.name, text, self.own) if len(text) <= _LARGEST else None


def draw(
    root: str, files: Sequence[Path], kinds: Collection[str], count: int, seed: int
) -> list[Task]:
    """Draw up to `count` tasks of each of `kinds` from `files`, from as many as there are.

    Files that git ignores give none, unless it ignores the root as well, which somebody has named.
    """
    own = Path(root).absolute().name
    anyhow = is_ignored(root) or is_ignored(str(Path(root, "_")))
    known = [
        _File(path, path.relative_to(root).as_posix(), own)
        for path in files
        if anyhow or not is_ignored(str(path))
    ]
    return [
        Task(root, file.name, kind, draft)
        for kind in kinds
        for file, draft in _drawn(known, kind, count, f"{seed} {own} {kind}")
    ]


def _drawn(
    files: Sequence[_File], kind: str, count: int, seed: str
) -> Iterator[tuple[_File, Draft]]:
    """Yield up to `count` tasks of a kind, the first of each file, then the second ones."""
    order = list(files)
    random.Random(seed).shuffle(order)
    waiting = [(file, _made(file, kind, f"{seed} {file.name}")) for file in order]
    left = count
    while waiting and left:
        further = []
        for file, drafts in waiting:
            found = next(drafts, None)
            if found is not None and left:
                left -= 1
                yield file, found
                further.append((file, drafts))
        waiting = further


def _made(file: _File, kind: str, seed: str) -> Iterator[Draft]:
    if file.code is not None:
        yield from islice(KINDS[kind](file.code, random.Random(seed)), 20)


def by_file(tasks: Sequence[Task]) -> Iterator[list[Task]]:
    """Yield the tasks of each file, so that analysis reads one after the other."""
    found: dict[str, list[Task]] = {}
    for task in tasks:
        found.setdefault(task.file, []).append(task)
    yield from found.values()
