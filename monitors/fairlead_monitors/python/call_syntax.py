"""Calls in Python text: which brackets open one, and which commas divide its arguments."""

from __future__ import annotations

import keyword
import re
from dataclasses import dataclass

from fairlead_monitors.call_syntax import Sort, Token
from fairlead_monitors.python.lexer import Last, LexState, step

_FINAL = frozenset(b"()[]{},;:=*+-/%<>!@&|^~`$?\n")
"""Bytes that are tokens of their own, whatever follows."""
_KEYWORDS = frozenset(k.encode() for k in keyword.kwlist)
_QUOTES = re.compile(rb"[A-Za-z]{0,2}(?:''?|\"\"?)\Z")
_NAME = re.compile(rb"[A-Za-z_\x80-\xff][\w\x80-\xff]*\Z")
_BLANK = frozenset(b" \t\f#\\")
_TURNS = frozenset((b"lambda", b"for", b"def", b"class", b"case", b":"))
_LINE_ENDS = frozenset((b":", b"\n", b"\r\n", b"\r"))
_SORTS = {
    b"(": Sort.OPEN,
    b"[": Sort.OPEN,
    b"{": Sort.OPEN,
    b")": Sort.CLOSE,
    b"]": Sort.CLOSE,
    b"}": Sort.CLOSE,
    b",": Sort.COMMA,
    b"=": Sort.EQUALS,
    b"*": Sort.STAR,
    b"\n": Sort.LINE,
    b"\r\n": Sort.LINE,
    b"\r": Sort.LINE,
}


_START = LexState()


@dataclass(frozen=True)
class PythonCalls:
    """Where Python text ends, to whoever follows its calls.

    `held` is the end of the text, a token that may go on. `lambdas` and `loops` are the depths at
    which a lambda's parameters and a comprehension are being written: commas there divide no
    arguments. `header` is the depth of a ``def`` or ``class`` that still lacks its bracket, and
    `pattern` tells that a ``case`` is being written; brackets there call nothing.
    """

    state: LexState = _START
    held: bytes = b""
    lambdas: tuple[int, ...] = ()
    loops: tuple[int, ...] = ()
    header: int | None = None
    pattern: bool = False

    def feed(self, data: bytes) -> tuple[PythonCalls, list[Token]]:
        """Return the lexer after `data`, and the tokens that are finished with it."""
        reader = _Reader(self)
        text, offset = self.held + data, -len(self.held)
        place, found = 0, []
        while place < len(text):
            was = reader.state
            state, end, _ = step(was, text, place)
            if len(text) - end < 3 and _may_go_on(was, text[place:], end - place):
                break
            if was.in_code:
                sort, depth = reader.read(state, text[place:end])
                if sort is not None:
                    start = offset + place
                    found.append(Token(sort, start, offset + end, text[place:end], depth))
            else:
                reader.state = state
            place = end
        return reader.lexer(text[place:]), found

    def unfinished(self) -> Token | None:
        """Return the token at the end that more text might make longer."""
        held = self.held
        if not held or not self.state.in_code or held[:1] in b"#\\\r \t\f":
            return None
        # What is a keyword now may become a name.
        sort = Sort.NAME if _NAME.match(held) else Sort.OTHER
        return Token(sort, -len(held), 0, held, _depth(self.state))


class _Reader:
    """A `PythonCalls` that is going on."""

    def __init__(self, lexer: PythonCalls) -> None:
        self.state = lexer.state
        self._lambdas = lexer.lambdas
        self._loops = lexer.loops
        self._header = lexer.header
        self._pattern = lexer.pattern

    def lexer(self, held: bytes) -> PythonCalls:
        """Return the lexer at this place, before `held`."""
        return PythonCalls(
            self.state, held, self._lambdas, self._loops, self._header, self._pattern
        )

    def read(self, state: LexState, text: bytes) -> tuple[Sort | None, int]:
        """Go on to `state` after the token `text` of code; return what it is, and the depth."""
        was, self.state = self.state, state
        depth = _depth(state)
        if text[0] in _BLANK:
            return None, depth
        sort = self._sort(was, text)
        if self._lambdas or self._loops:
            self._lambdas = tuple(d for d in self._lambdas if d <= depth)
            self._loops = tuple(d for d in self._loops if d <= depth)
        if text in _TURNS and was.last is not Last.DEREFERENCE:
            self._turn(was, text, depth)
        elif self._pattern or self._header is not None:
            self._end(text, depth)
        return sort, depth

    def _turn(self, was: LexState, text: bytes, depth: int) -> None:
        """Note what changes the meaning of brackets or commas to come."""
        if text == b"lambda":
            self._lambdas = (*self._lambdas, depth)
        elif text == b"for" and depth:
            self._loops = (*self._loops, depth)
        elif text in (b"def", b"class"):
            self._header = depth
        elif text == b"case" and was.last is Last.START:
            self._pattern = True
        elif text == b":" and self._lambdas and self._lambdas[-1] == depth:
            self._lambdas = self._lambdas[:-1]
        elif text == b":":
            self._end(text, depth)

    def _end(self, text: bytes, depth: int) -> None:
        """Note the end of the header of a definition, or of a pattern."""
        if text == b"(" and self._header == depth - 1:
            self._header = None
        elif text == b"if":
            self._pattern = self._pattern and depth > 0  # A guard is an expression.
        elif text in _LINE_ENDS:
            self._pattern = self._pattern and depth > 0
            if self._header is not None and depth <= self._header:
                self._header = None

    def _sort(self, was: LexState, text: bytes) -> Sort | None:
        sort = _SORTS.get(text)
        if sort is None:
            is_name = _NAME.match(text) is not None and text not in _KEYWORDS
            return Sort.NAME if is_name else Sort.OTHER
        if text == b"(" and was.last is Last.OPERAND and not self._pattern:
            return Sort.OPEN if self._header == _depth(was) else Sort.CALL
        if sort is Sort.COMMA or sort is Sort.EQUALS:
            depth = _depth(was)
            if self._lambdas and self._lambdas[-1] == depth:
                return Sort.OTHER
            if sort is Sort.COMMA and self._loops and self._loops[-1] == depth:
                return Sort.OTHER
        return sort


def _depth(state: LexState) -> int:
    """Return how many brackets are open, replacement fields of f-strings included."""
    frames = state.frames
    if len(frames) == 1:
        return frames[0].depth
    return sum(f.depth for f in frames) + sum(not f.quote for f in frames) - 1


def _may_go_on(state: LexState, rest: bytes, length: int) -> bool:
    """Tell whether more text might change the first token of `rest`, which has `length` bytes."""
    if state.in_code:
        if _QUOTES.match(rest):
            return True
        return length == len(rest) and not (length == 1 and rest[0] in _FINAL)
    frame = state.frames[-1]
    if rest in (b"\\", b"\\\r"):
        return True
    if len(rest) < len(frame.quote) and frame.quote.startswith(rest):
        return True
    return rest == b"{" and frame.fields and not frame.spec
