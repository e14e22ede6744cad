"""What a refactoring is asked for, and what comes of it."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from fairlead_server.document import decode
from fairlead_server.editing.texts import plain
from fairlead_server.errors import UserError


class Refused(Exception):
    """The refactoring cannot be done. The message is the reason, in words."""


@dataclass(frozen=True)
class Job:
    """Do `operation` to what is selected in `text`, which counts as the content of `path`.

    The selection is from `start` to `end`, in characters. `project` is the folder in which other
    files may be edited too, `interpreter` the Python whose packages count.
    """

    operation: str
    arguments: Mapping[str, str]
    path: str
    text: str
    start: int
    end: int
    project: str | None = None
    interpreter: str | None = None


@dataclass(frozen=True, order=True)
class Word:
    """An identifier, where it is (line from 1, column from 0), and whether a dot precedes it."""

    line: int
    column: int
    text: str
    dotted: bool = False


Replacement = tuple[int, int, str]
"""From where to where in the text, and by what."""


@dataclass(frozen=True)
class Proposal:
    """One way to do it: the new texts of files by path.

    `by` is who has found it. `named` are the lines of the document itself, from 1, that the
    refactoring is about: all others have to stay. `renames` maps old to new names. With `parts`
    some of it may be done without the rest: each is a group of insertions into the document.
    """

    by: str
    title: str
    files: Mapping[str, str]
    named: frozenset[int]
    renames: Mapping[str, str] = field(default_factory=dict)
    remarks: tuple[str, ...] = ()
    parts: tuple[tuple[Replacement, ...], ...] = ()


_OTHERS = frozenset({"site-packages", "node_modules"})
"""Folders of a project that hold what others have written."""


def check_in_project(job: Job, paths: Iterable[str]) -> None:
    """Raise `Refused` for files outside of the project, and for those of packages."""
    folder = os.path.realpath(job.project or os.path.dirname(job.path))
    for path in paths:
        inside = Path(os.path.realpath(path)).is_relative_to(folder)
        if path != job.path and (not inside or _OTHERS & set(Path(path).parts)):
            raise Refused(f"it is defined or used outside of the project, in {path}")


def on_disk(path: str) -> str:
    """Return the plain text of a file. Raises `Refused`."""
    try:
        return plain(decode(Path(path).read_bytes(), path))
    except (OSError, UserError) as error:
        raise Refused(f"{path}: cannot be edited: {error}") from None


def line_at(text: str, offset: int) -> int:
    """Return the line of `offset`, from 1."""
    return text.count("\n", 0, offset) + 1


def position(text: str, offset: int) -> tuple[int, int]:
    """Return the line, from 1, and the column, from 0, of `offset`."""
    return line_at(text, offset), offset - (text.rfind("\n", 0, offset) + 1)


def offset_of(text: str, line: int, column: int) -> int:
    """Return the offset of a position, the reverse of `position`."""
    start = 0
    for _ in range(line - 1):
        start = text.index("\n", start) + 1
    return start + column


def with_replacements(text: str, replacements: Iterable[Replacement]) -> str:
    """Return `text` with the replacements made, which are apart from one another."""
    for start, end, new in sorted(replacements, reverse=True):
        text = text[:start] + new + text[end:]
    return text
