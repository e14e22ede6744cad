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
        return above(text, block[0].start), statement + newline * 2
    offset, inserted = _below(text, lower[-1], statement)
    return offset, newline + inserted


def _in_order(
    text: str, group: Sequence[tuple[Key, Statement]], statement: str, own: Key
) -> tuple[int, str]:
    """Return the insertion behind the last statement of `group` that comes before it."""
    earlier = [s for key, s in group if key <= own]
    if earlier:
        return _below(text, earlier[-1], statement)
    return above(text, group[0][1].start), statement + newline_of(text)


def _below(text: str, earlier: Statement, statement: str) -> tuple[int, str]:
    offset, newline = below(text, earlier.end), newline_of(text)
    if text[:offset].endswith(("\n", "\r")):
        return offset, statement + newline
    return offset, newline + statement


def above(text: str, offset: int) -> int:
    """Return where the line begins of the statement at `offset`; that, if it is not the first."""
    start = 1 + max(text.rfind("\n", 0, offset), text.rfind("\r", 0, offset))
    return offset if text[start:offset].strip() else start


def below(text: str, offset: int) -> int:
    """Return where the line ends of the statement before `offset`; that, if it is not the last."""
    end = line_end(text, offset)
    rest = text[offset:end].strip()
    return offset if rest and not rest.startswith("#") else end
