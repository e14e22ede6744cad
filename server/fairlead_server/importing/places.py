"""Where a statement goes among others, whatever the language: offsets, line breaks, blank lines."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from fairlead_server.importing.line import ImportLine
from fairlead_server.importing.statements import Statement

BREAK = re.compile(r"\r\n|\r|\n")

Key = tuple[int, tuple[bool, str]]
"""The group that an import belongs to, and its place there."""


def newline_of(text: str) -> str:
    """Return the line break that `text` uses."""
    found = BREAK.search(text)
    return found[0] if found else "\n"


def line_end(text: str, offset: int) -> int:
    """Return where the line after the one around `offset` begins."""
    found = BREAK.search(text, offset)
    return found.end() if found else len(text)


def first(text: str, offset: int, statement: str, apart: bool) -> tuple[int, str]:
    """Return the insertion of the only import at `offset`, a blank line from what is around it."""
    newline = newline_of(text)
    before, after = text[:offset], text[offset:]
    above = "" if not before else newline if before.endswith(("\n", "\r")) else newline * 2
    skipped = BREAK.match(after) if before else None
    if skipped and after.strip():
        # The blank line that is there stays above.
        return offset + skipped.end(), statement + newline * 2
    return offset, above + statement + newline + newline * bool(apart and after.strip())


def among(
    text: str,
    block: Sequence[Statement],
    statement: str,
    key: Callable[[ImportLine], Key],
    own: Key,
) -> tuple[int, str]:
    """Return the insertion among the statements of `block`: in its group, or as a new one."""
    newline = newline_of(text)
    keys = [key(s.items[0].line) for s in block]
    group = [(k, s) for k, s in zip(keys, block, strict=True) if k[0] == own[0]]
    if group:
        return _in_order(text, group, statement, own)
    lower = [s for k, s in zip(keys, block, strict=True) if k[0] < own[0]]
    if not lower:
        return line_start(text, block[0].start), statement + newline * 2
    offset, inserted = _below(text, lower[-1], statement)
    return offset, newline + inserted


def _in_order(
    text: str, group: Sequence[tuple[Key, Statement]], statement: str, own: Key
) -> tuple[int, str]:
    """Return the insertion behind the last statement of `group` that comes before it."""
    above = [s for key, s in group if key <= own]
    if above:
        return _below(text, above[-1], statement)
    return line_start(text, group[0][1].start), statement + newline_of(text)


def _below(text: str, above: Statement, statement: str) -> tuple[int, str]:
    offset, newline = line_end(text, above.end), newline_of(text)
    if text[:offset].endswith(("\n", "\r")):
        return offset, statement + newline
    return offset, newline + statement


def line_start(text: str, offset: int) -> int:
    """Return where the line around `offset` begins."""
    return 1 + max(text.rfind("\n", 0, offset), text.rfind("\r", 0, offset))
