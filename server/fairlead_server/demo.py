"""What `fairlead demo` shows: one completion twice, guided on the left, unguided on the right.

Pure: values in, text out. It knows neither model nor terminal.
"""

from __future__ import annotations

import itertools
import re
import textwrap
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TextIO

from fairlead_server.suggestion import USES, CheckedName

NARROWEST, WIDEST = 80, 100
MOST_REFUSALS = 6

_GUTTER = " | "
# Each character of a completion has a style; without colour it is written below the character.
_GIVEN, _WRITTEN, _VALID, _INVALID, _UNKNOWN = " ", "~", "+", "!", "?"
_STYLES = {"valid": _VALID, "invalid": _INVALID, "unknown": _UNKNOWN}
_ANSI = {_GIVEN: "2", _WRITTEN: "1", _VALID: "1;32", _INVALID: "1;31", _UNKNOWN: "1;33"}
_BREAK_AFTER = " (,.["


@dataclass(frozen=True)
class Side:
    """One completion: the line up to the cursor, what was written, and the names looked at.

    The names of an unguided completion are checked after the fact; there a verdict may be
    ``invalid``, which guidance does not let happen.
    """

    line_prefix: str
    text: str
    names: tuple[CheckedName, ...] = ()


@dataclass(frozen=True)
class _Cell:
    text: str  # one character
    style: str

    @property
    def columns(self) -> int:
        if unicodedata.combining(self.text):
            return 0
        return 2 if unicodedata.east_asian_width(self.text) in "WF" else 1

    @property
    def mark(self) -> str:
        return " " if self.text == " " else self.style * self.columns


def wants_colour(stream: TextIO, environment: Mapping[str, str]) -> bool:
    """Tell whether to colour what goes to `stream`, by the NO_COLOR convention."""
    plain = environment.get("NO_COLOR") or environment.get("TERM") == "dumb"
    return stream.isatty() and not plain


def format_side_by_side(guided: Side, unguided: Side, width: int, *, colour: bool = False) -> str:
    """Lay the two out in columns, `width` characters wide within NARROWEST and WIDEST."""
    total = min(max(width, NARROWEST), WIDEST)
    column = (total - len(_GUTTER)) // 2
    rows = [
        _row("guided", "unguided", column),
        "-" * column + "-+-" + "-" * column,
        *_beside(_code(guided, column, colour), _code(unguided, column, colour), column),
        _row("", "", column),
        *_beside(_findings(guided, column), _findings(unguided, column), column),
    ]
    return "\n".join(rows)


def _beside(left: Iterable[str], right: Iterable[str], column: int) -> Iterator[str]:
    for pair in itertools.zip_longest(left, right, fillvalue=""):
        yield _row(*pair, column)


def _row(left: str, right: str, column: int) -> str:
    visible = re.sub(r"\x1b\[[\d;]*m", "", left)
    shown = sum(cell.columns for cell in _cells(visible, _GIVEN))
    return f"{left}{' ' * (column - shown)}{_GUTTER}{right}".rstrip()


def _code(side: Side, column: int, colour: bool) -> Iterator[str]:
    for line in _lines(_styled(side)):
        for row in _wrapped(line, column):
            yield _coloured(row) if colour else "".join(cell.text for cell in row)
            if not colour and any(cell.style != _GIVEN for cell in row):
                yield "".join(cell.mark for cell in row).rstrip()


def _styled(side: Side) -> list[_Cell]:
    """Cut the completion, in its line, into cells; the line's indentation is left out."""
    prefix = side.line_prefix.lstrip()
    indent = side.line_prefix[: len(side.line_prefix) - len(prefix)]
    written = side.text.replace(f"\n{indent}", "\n")
    code = prefix + written
    styles = [_GIVEN] * len(prefix) + [_WRITTEN] * len(written)
    start = len(prefix)
    for name in (name for name in side.names if name.kind not in USES):
        # The beginning of the first name may have been typed.
        found = re.compile(rf"\b{re.escape(name.name)}\b").search(
            code, max(0, start - len(name.name))
        )
        if found and found.end() > len(prefix):
            styles[found.start() : found.end()] = _STYLES[name.verdict] * len(name.name)
            start = found.end() + len(name.name)  # no step back into this one
    return [cell for char, style in zip(code, styles, strict=True) for cell in _cells(char, style)]


def _cells(text: str, style: str) -> Iterator[_Cell]:
    for char in text:
        if char == "\t":
            yield from [_Cell(" ", style)] * 4
        elif char == "\n" or char.isprintable():
            yield _Cell(char, style)
        elif char != "\r":
            yield from (_Cell(c, style) for c in repr(char)[1:-1])


def _lines(cells: Iterable[_Cell]) -> Iterator[list[_Cell]]:
    line: list[_Cell] = []
    for cell in cells:
        if cell.text == "\n":
            yield line
            line = []
        else:
            line.append(cell)
    yield line


def _wrapped(line: Sequence[_Cell], column: int) -> Iterator[list[_Cell]]:
    indent = [_Cell(" ", _GIVEN)] * 2
    row: list[_Cell] = []
    for cell in line:
        if sum(c.columns for c in row) + cell.columns > column:
            cut = _break(row)
            yield row[:cut]
            row = indent + row[cut:]
        row.append(cell)
    yield row


def _break(row: Sequence[_Cell]) -> int:
    """Return where to break a full row: after the last good place that leaves a third of it."""
    places = (i + 1 for i, cell in enumerate(row) if cell.text in _BREAK_AFTER)
    return max((place for place in places if place > len(row) // 3), default=len(row))


def _coloured(row: Iterable[_Cell]) -> str:
    runs = itertools.groupby(row, key=lambda cell: cell.style)
    return "".join(
        f"\x1b[{_ANSI[style]}m{''.join(cell.text for cell in cells)}\x1b[0m"
        for style, cells in runs
    )


def _findings(side: Side, column: int) -> Iterator[str]:
    lines = itertools.chain.from_iterable(map(_finding, side.names))
    for line in dict.fromkeys(lines):  # a name that is written again is told once
        yield from textwrap.wrap(line, column, subsequent_indent="    ")
    if not side.names:
        yield "no name to check" if side.text else "nothing was written"


# What is said of how names are used, in the order of `USES`: how it is called, and what is right or
# wrong with it.
_CALL = ("{name}(…)", "takes these arguments", "takes no such arguments")
_TYPESTATE = ("{name}", "may be called now", "may not be called now")
_SYNTAX = ("the text", "parses", "does not parse")
_SAID = dict(zip(USES, (_CALL, _TYPESTATE, _SYNTAX), strict=True))


def _finding(name: CheckedName) -> Iterator[str]:
    if name.kind in USES:
        yield from _use(name)
        return
    said = {
        "valid": f"one of {name.candidates} ({name.engine})",
        "invalid": f"none of {name.candidates} ({name.engine})",
        "unknown": name.reason or f"{name.engine} cannot tell",
    }
    mark, verdict = _STYLES[name.verdict], name.verdict
    yield f"{mark} {name.name}: {verdict}, {said[verdict]}"
    if name.vetoed:
        shown = ", ".join(repr(text) for text in name.vetoed[:MOST_REFUSALS])
        rest = len(name.vetoed) - MOST_REFUSALS
        yield f"  tokens vetoed: {shown}{f' and {rest} more' if rest > 0 else ''}"


def _use(name: CheckedName) -> Iterator[str]:
    """Say how a name is used, if that is known: mostly what is unknown is the name."""
    called, right, wrong = _SAID[name.kind]
    if name.verdict != "unknown":
        told = right if name.verdict == "valid" else wrong
        yield f"{_STYLES[name.verdict]} {called.format(name=name.name)} {told} ({name.engine})"
