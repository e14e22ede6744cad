"""Patches that undo a fix, as Defects4J keeps them: which lines are wrong, and what is right."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from fairlead_server.repair.batch.bug import Place

_FILE = re.compile(r"^\+\+\+ (?:b/)?(?P<path>[^\t\r\n]+)")
_HUNK = re.compile(r"^@@ -\d+(?:,(?P<old>\d+))? \+(?P<first>\d+)(?:,(?P<new>\d+))? @@")
_NOWHERE = "/dev/null"
_NO_CODE = re.compile(r"\s*(?://.*|/\*.*|\*.*)?")
"""Blank lines, and lines of comments of Java."""


@dataclass
class _Change:
    """Lines next to each other: `right` has been replaced by the `count` lines from `first` on."""

    first: int
    count: int = 0
    right: list[str] = field(default_factory=list)

    def place(self, path: str) -> Place:
        return Place(path, self.first, self.first + self.count - 1, "\n".join(self.right))

    def add(self, mark: str, text: str) -> None:
        """Add a line that is right, wrong, or both."""
        self.count += mark != "-"
        if mark != "+":
            self.right.append(text)


def undone(patch: str) -> tuple[Place, ...]:
    """Return the places of a unified diff from the right files to the wrong ones.

    Raises `ValueError` if it is none, or whole files come or go.
    """
    lines = patch.split("\n")
    found: list[Place] = []
    path, at = "", 0
    while at < len(lines):
        if file := _FILE.match(lines[at]):
            path = file["path"]
            if path == _NOWHERE or lines[at - 1].startswith(f"--- {_NOWHERE}"):
                raise ValueError("whole files come or go")
        elif hunk := _HUNK.match(lines[at]):
            old, new = int(hunk["old"] or 1), int(hunk["new"] or 1)
            # Of an empty extent, the line before is named.
            first = int(hunk["first"]) + (new == 0)
            end = _end(lines, at + 1, old, new)
            found.extend(change.place(path) for change in _changes(lines[at + 1 : end], first))
            at = end
            continue
        at += 1
    if not found or not all(place.path for place in found):
        raise ValueError("it changes nothing")
    return tuple(found)


def _end(lines: Sequence[str], start: int, old: int, new: int) -> int:
    """Return where a hunk of so many lines ends. Text that looks like a header may be in it."""
    at = start
    while at < len(lines) and (old > 0 or new > 0 or lines[at].startswith("\\")):
        mark = lines[at][:1]
        old -= mark != "+" and mark != "\\"
        new -= mark != "-" and mark != "\\"
        at += 1
    return at


def _changes(lines: Sequence[str], first: int) -> Iterator[_Change]:
    """Yield the changes of a hunk, whose first line has the number `first` in the wrong file.

    Changes with nothing but blank lines and comments between them are one.
    """
    change: _Change | None = None
    between: list[str] = []
    at = first
    for line in lines:
        mark, text = line[:1], line[1:].removesuffix("\r")
        if mark in ("+", "-"):
            change = change or _Change(at)
            for same in between:
                change.add(" ", same)
            between = []
            change.add(mark, text)
        elif change and mark != "\\":
            between.append(text)
            if not _NO_CODE.fullmatch(text):
                yield change
                change, between = None, []
        at += mark not in ("-", "\\")
    if change:
        yield change
