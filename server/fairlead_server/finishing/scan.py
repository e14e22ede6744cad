"""Where brackets, strings and lines are in a text that goes on from another one.

Texts at a cursor are unfinished, and this is found by lexing, which needs no error recovery.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from fairlead_monitors.clike import lexer as clike
from fairlead_monitors.clike.language import Language
from fairlead_monitors.clike.languages import CPP, GO, JAVA, JAVASCRIPT, RUST, TYPESCRIPT, C
from fairlead_monitors.clike.tokens import Sort, Text
from fairlead_monitors.python import lexer as python

BRACES: dict[str, Language] = {
    "java": JAVA,
    "javascript": JAVASCRIPT,
    "javascriptreact": JAVASCRIPT,
    "typescript": TYPESCRIPT,
    "typescriptreact": TYPESCRIPT,
    "c": C,
    "cpp": CPP,
    "go": GO,
    "rust": RUST,
}
"""The languages whose blocks are enclosed in braces."""

PAIRS = {"(": ")", "[": "]", "{": "}"}


class Mark(NamedTuple):
    """A bracket or quote and its offset in the text."""

    text: str
    offset: int


@dataclass(frozen=True)
class Scan:
    """What is in a text.

    `brackets` are those of code, in order. `quote` is what would close the string that the text
    begins in (empty outside of strings) and `unquoted` where the text closes it; `field` says that
    it begins in code inside of a string. `strings` are the spans of strings and comments, `lines`
    the offsets of line breaks after which a statement may begin.
    """

    brackets: tuple[Mark, ...]
    quote: str = ""
    unquoted: int | None = None
    strings: tuple[tuple[int, int], ...] = ()
    lines: tuple[int, ...] = ()
    field: bool = False

    def in_string(self, offset: int) -> bool:
        """Tell whether `offset` is inside a string or comment, not at its start."""
        return any(start < offset < end for start, end in self.strings)

    def surplus(self) -> list[Mark]:
        """Return the closing brackets that match no bracket of the text itself."""
        return surplus(self.brackets)


def surplus(brackets: Iterable[Mark]) -> list[Mark]:
    """Return the closing brackets that match no bracket before them."""
    found: list[Mark] = []
    opened: list[str] = []
    for mark in brackets:
        if mark.text in PAIRS:
            opened.append(PAIRS[mark.text])
        elif mark.text in opened:
            # Any that were opened inside of it and left open end with it.
            del opened[len(opened) - 1 - opened[::-1].index(mark.text) :]
        else:
            found.append(mark)
            opened.clear()
    return found


def scan(language: str, before: str, text: str) -> Scan | None:
    """Return what is in `text` after `before`, None where nothing is known of the language."""
    if language == "python":
        return _python(before.encode(errors="replace"), text.encode(errors="replace"))
    rules = BRACES.get(language)
    if rules is None:
        return None
    return _braces(rules, before.encode(errors="replace"), text.encode(errors="replace"))


def _python(before: bytes, data: bytes) -> Scan:
    state = python.lex(python.LexState(), before[python.window(before) :])
    quote, at = state.frames[-1].quote.decode(), _characters(data)
    field = len(state.frames) > 1 and not quote
    brackets, strings, lines = [], [], []
    unquoted, began, place = None, 0 if len(state.frames) > 1 else None, 0
    while place < len(data):
        deep, (state, end, kind) = len(state.frames) > 1, python.step(state, data, place)
        if deep and len(state.frames) == 1:
            if quote and began == 0:
                unquoted = at(place) if data.startswith(quote.encode(), place) else None
            strings.append((began or 0, at(end)))
            began = None
        elif not deep and len(state.frames) > 1:
            began = at(place)
        elif not deep and kind in ("open", "close"):
            brackets.append(Mark(data[place:end].decode(), at(place)))
        elif not deep and kind == "comment":
            strings.append((at(place), at(end)))
        elif not deep and kind == "newline" and not state.frames[0].depth:
            lines.append(at(place))
        place = end
    if began is not None:
        strings.append((began, at(len(data)) + 1))
    return Scan(tuple(brackets), quote, unquoted, tuple(strings), tuple(lines), field)


def _braces(language: Language, before: bytes, data: bytes) -> Scan:
    state = clike.lex(language, clike.LexState(), before)
    frame = state.end.frames[-1]
    reader = clike.Reader(language, state.before, state.offset, state.rest + data)
    reader.read(len(state.rest) + len(data))
    reader.end()
    start, at = len(before), _characters(data)
    lines = tuple(_breaks(data))
    tokens = sorted((t for t in reader.found if t.end > start), key=lambda token: token.start)
    brackets = [
        Mark(t.text.decode(), at(t.start - start))
        for t in tokens
        if t.sort in (Sort.OPEN, Sort.CLOSE) and t.start >= start
    ]
    spans = [t for t in tokens if t.sort in (Sort.LITERAL, Sort.COMMENT)]
    strings = [(at(max(-1, t.start - start)), at(t.end - start)) for t in spans]
    if not isinstance(frame, Text) or not frame.quote.operand:
        field = any(isinstance(f, Text) for f in state.end.frames)
        return Scan(tuple(brackets), strings=tuple(strings), lines=lines, field=field)
    quote = frame.token.text.decode(errors="ignore")[-1:]
    ends = [t.end - start - 1 for t in spans if t.start < start]
    closed = ends and data[ends[0] : ends[0] + 1].decode(errors="ignore") == quote
    unquoted = at(ends[0]) if closed else None
    return Scan(tuple(brackets), quote, unquoted, tuple(strings), lines)


def _breaks(data: bytes) -> Iterator[int]:
    return (m.start() for m in re.finditer("\n", data.decode(errors="replace")))


def _characters(data: bytes) -> Callable[[int], int]:
    """Return the function from offsets in bytes to offsets in characters."""
    if data.isascii():
        return lambda offset: offset
    return lambda offset: len(data[:offset].decode(errors="ignore")) if offset > 0 else offset
