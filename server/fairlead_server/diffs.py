"""Unified diffs that ``patch`` and ``git apply`` read: lines end with a line feed alone."""

from __future__ import annotations

import difflib
import re

_LINE_FEED = re.compile(r"(?<=\n)")
_UNENDED = "\n\\ No newline at end of file\n"


def unified(old: str, new: str, name: str) -> str:
    """Return what differs between two texts of the file `name`, with three lines of context.

    Carriage returns stay where they are: to whoever reads the diff, they are part of a line.
    """
    lines = difflib.unified_diff(_lines(old), _lines(new), f"a/{name}", f"b/{name}")
    return "".join(line if line.endswith("\n") else line + _UNENDED for line in lines)


def _lines(text: str) -> list[str]:
    return [line for line in _LINE_FEED.split(text) if line]
