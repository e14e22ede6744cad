"""Hunks: the lines of a document that a repair may replace, or the place where it may insert."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from fairlead_server.diffs import unified
from fairlead_server.document import DocumentSnapshot
from fairlead_server.errors import UserError
from fairlead_server.rechecking import Replaced

_LINE_START = re.compile(r"(?<=\n)|(?<=\r)(?!\n)")
_BLANKS = re.compile(r"[^\S\r\n]*")
LONGEST = 200
"""Lines of a hunk; a model is not asked to write more."""


@dataclass(frozen=True)
class Hunk:
    """The lines `first` to `last` of `document`, counted from 1, without their last line break.

    An insertion has a `last` one less than its `first`: new lines go before the line `first`.
    `start` and `end` are the same extent in characters.
    """

    document: DocumentSnapshot
    first: int
    last: int
    start: int
    end: int

    @property
    def is_insertion(self) -> bool:
        """Whether nothing is replaced."""
        return self.last < self.first

    @property
    def text(self) -> str:
        """What stands there now."""
        return self.document.text[self.start : self.end]

    @property
    def before(self) -> str:
        """The document up to the hunk."""
        return self.document.text[: self.start]

    @property
    def after(self) -> str:
        """The document from the hunk on; an insertion's own line break is part of it."""
        rest = self.document.text[self.end :]
        return line_break(self.document.text) + rest if self.is_insertion else rest

    @property
    def indent(self) -> str:
        """The blanks that the first line of the hunk begins with, or else a line beside it."""
        below, above = self.after.lstrip("\r\n"), self.before.rstrip("\r\n").rpartition("\n")[2]
        beside = (below, above) if self.is_insertion else (self.text, below, above)
        return next((_blanks(text) for text in beside if text.strip()), "")

    def patched(self, text: str) -> DocumentSnapshot:
        """Return the document with `text` in the place of the hunk."""
        whole = self.before + text + self.after
        return replace(self.document, text=whole, version=self.document.version + 1)

    def replaced(self, text: str) -> Replaced:
        """Return the edit that `patched` makes."""
        added = len(self.patched(text).text) - len(self.document.text)
        return Replaced(self.start, self.end, added + self.end - self.start)

    def diff(self, text: str, path: str | None = None) -> str:
        """Return what `patched` changes, as a unified diff with three lines of context.

        `path` is what it calls the file.
        """
        name = (path or self.document.path).lstrip("/")
        return unified(self.document.text, self.patched(text).text, name)


def line_break(text: str) -> str:
    """Return how the lines of `text` end."""
    return "\r\n" if "\r\n" in text else "\n"


def lines_hunk(document: DocumentSnapshot, first: int, last: int) -> Hunk:
    """Return the hunk of the lines `first` to `last`. Raises `UserError` if there are none such."""
    lines = _lines(document)
    if not 1 <= first <= last <= len(lines):
        raise UserError(
            f"{document.path}: lines {first}-{last} are not in the file, which has {len(lines)}"
        )
    if last - first >= LONGEST:
        raise UserError(
            f"{document.path}: {last - first + 1} lines are too many to repair at once; "
            f"name at most {LONGEST}"
        )
    start = sum(map(len, lines[: first - 1]))
    text = "".join(lines[first - 1 : last])
    return Hunk(document, first, last, start, start + len(text.rstrip("\r\n")))


def insertion(document: DocumentSnapshot, line: int) -> Hunk:
    """Return the place before `line`. Raises `UserError` if there is no such line."""
    lines = _lines(document)
    if not 1 <= line <= len(lines):
        raise UserError(f"{document.path}: line {line} is not in the file, which has {len(lines)}")
    start = sum(map(len, lines[: line - 1]))
    return Hunk(document, line, line - 1, start, start)


def span_hunk(document: DocumentSnapshot, start: int, end: int) -> Hunk:
    """Return the hunk of the lines that the characters from `start` to `end` touch."""
    start = max(0, min(start, len(document.text)))
    end = max(start, min(end, len(document.text)))
    first = len(_LINE_START.split(document.text[:start]))
    # An extent that ends with a line break does not touch the line after it.
    touched = document.text[:end]
    touched = touched.removesuffix("\n").removesuffix("\r") if end > start else touched
    last = max(first, len(_LINE_START.split(touched)))
    return lines_hunk(document, first, min(last, first + LONGEST - 1))


def _lines(document: DocumentSnapshot) -> list[str]:
    lines = _LINE_START.split(document.text)
    return lines[:-1] if len(lines) > 1 and not lines[-1] else lines


def _blanks(text: str) -> str:
    found = _BLANKS.match(text)
    return found[0] if found else ""
