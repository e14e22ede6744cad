"""Where in Python source text ends: in code, a string or a comment, and after what.

The text before a cursor is unfinished by nature. What an error-tolerant parser makes of its last
line depends on how it recovers; a lexer needs no recovery, so triggers are found by lexing. Text
is lexed in bytes and in pieces that end at line breaks, which no token but a string crosses.
(Lexical rules: The Python Language Reference, chapter 2; nested f-strings: PEP 701.)
"""

from __future__ import annotations

import enum
import keyword
import re
from functools import lru_cache
from typing import NamedTuple

IDENTIFIER = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") | (
    frozenset(range(0x80, 0x100))
)
"""Bytes that go on with an identifier; those of non-ASCII characters all count."""

_CODE = re.compile(
    rb"""(?P<blank>[ \t\f]+|\\\r?\n)
    |(?P<newline>\r\n|\n|\r)
    |(?P<comment>\#[^\r\n]*)
    |(?P<string>(?i:[rbuft]|rb|br|rf|fr|rt|tr)?(?:\"\"\"|'''|"|'))
    |(?P<number>(?:\d|\.\d)\w*(?:\.\w*)?)
    |(?P<name>[A-Za-z_\x80-\xff][\w\x80-\xff]*)
    |(?P<ellipsis>\.\.\.)
    |(?P<dot>\.)
    |(?P<open>[(\[{])
    |(?P<close>[)\]}])
    |(?P<separator>[;:])
    |(?P<other>.)""",
    re.VERBOSE | re.DOTALL,
)
# The longest run that cannot end a string, by what can.
_PLAIN = re.compile(rb"[^\\\"'{}\r\n]+")
# The braces of a character's name are no replacement field.
_ESCAPE = re.compile(rb"\\(?:\r\n|N\{[A-Za-z0-9 -]*\}?|.)?", re.DOTALL)
_KEYWORDS = frozenset(k.encode() for k in keyword.kwlist) - {b"None", b"True", b"False"}
STATEMENTS = frozenset(
    b"def class import return while with try except finally raise assert del pass break "
    b"continue global nonlocal".split()
)
"""Words that only statements begin with, which cannot stand inside brackets.

A line that starts so ends any bracket left open.
"""

COMPOUND = frozenset(b"if elif else for while with try except finally def class match case".split())
"""Words that begin what a colon ends."""

REMEMBERED = 256
"""Pieces of text whose lexing is remembered: several monitors, and each twice, lex the same."""


class Last(enum.Enum):
    """The last token that is neither blank nor comment."""

    START = "start of a statement"
    OPERAND = "a name, a number, a string or a closing bracket"
    DEREFERENCE = "a dot after an operand"
    OTHER = "anything else"


class Frame(NamedTuple):
    """One level of nesting: code when `quote` is empty, else the inside of a string.

    `fields` says that braces open replacement fields; `spec`, that this is the format
    specification inside one. `depth` counts the open brackets of code.
    """

    quote: bytes = b""
    fields: bool = False
    spec: bool = False
    depth: int = 0


class LexState(NamedTuple):
    """What is known at a place in the text."""

    frames: tuple[Frame, ...] = (Frame(),)
    last: Last = Last.START
    importing: bool = False
    line_start: bool = True

    @property
    def in_code(self) -> bool:
        """Tell whether this is code, which replacement fields of f-strings are too."""
        return not self.frames[-1].quote


@lru_cache(maxsize=REMEMBERED)
def lex(state: LexState, data: bytes) -> LexState:
    """Return the state after `data`."""
    place = 0
    while place < len(data):
        state, place, _ = step(state, data, place)
    return state


def step(state: LexState, data: bytes, place: int) -> tuple[LexState, int, str]:
    """Read one token of `data`; return the state after it, where it ends, and what it is.

    Inside a string a token is a piece of it, and its sort is "inside".
    """
    if state.in_code:
        return _code(state, data, place)
    return *_string(state, data, place), "inside"


@lru_cache(maxsize=8)
def window(prefix: bytes, size: int = 8192) -> int:
    """Return where lexing may begin for the end of `prefix` to be lexed right.

    That is a line start at least `size` bytes back, if there is one, and outside any string.
    """
    start = prefix.rfind(b"\n", 0, max(0, len(prefix) - size)) + 1
    if start == 0:
        return 0
    spans = [(m.start(), m.end()) for m in _SPANS.finditer(prefix) if m.end() > start]
    for begin, end in spans:
        if begin < start < end:
            return prefix.rfind(b"\n", 0, begin) + 1
    return start


_SPANS = re.compile(
    rb"\#[^\r\n]*"
    rb'|"""(?:[^"\\]|\\.|"(?!""))*(?:"""|\Z)'
    rb"|'''(?:[^'\\]|\\.|'(?!''))*(?:'''|\Z)"
    rb'|"(?:[^"\\\r\n]|\\.)*"?'
    rb"|'(?:[^'\\\r\n]|\\.)*'?",
    re.DOTALL,
)


def _code(state: LexState, data: bytes, place: int) -> tuple[LexState, int, str]:
    match = _CODE.match(data, place)
    assert match is not None  # `other` matches any byte.
    kind, text = match.lastgroup or "", match[0]
    if kind in ("blank", "comment"):
        return state, match.end(), kind
    if kind == "newline":
        return _newline(state), match.end(), kind
    return _TOKENS.get(kind, _other)(state, text), match.end(), kind


def _newline(state: LexState) -> LexState:
    frame = state.frames[-1]
    if len(state.frames) > 1:
        # Inside a replacement field: a one-line string that was left open ends here.
        if len(state.frames[-2].quote) == 1:
            return LexState(state.frames[:1], Last.START)
        return state._replace(line_start=True)
    if frame.depth:
        return state._replace(line_start=True)
    return LexState(state.frames)


def _name(state: LexState, text: bytes) -> LexState:
    if state.line_start and text in STATEMENTS and len(state.frames) == 1:
        state = LexState()
    importing = state.importing or (
        state.last is Last.START and text in (b"import", b"from") and len(state.frames) == 1
    )
    operand = text not in _KEYWORDS or state.last is Last.DEREFERENCE
    last = Last.OPERAND if operand else Last.OTHER
    return LexState(state.frames, last, importing, False)


def _dot(state: LexState, text: bytes) -> LexState:
    dereferences = state.last is Last.OPERAND and not state.importing
    return _ended(state, Last.DEREFERENCE if dereferences else Last.OTHER)


def _open_string(state: LexState, text: bytes) -> LexState:
    prefix = text.rstrip(b"\"'")
    frame = Frame(quote=text[len(prefix) :], fields=bool(set(prefix.lower()) & set(b"ft")))
    return LexState((*state.frames, frame), state.last, state.importing, False)


def _open(state: LexState, text: bytes) -> LexState:
    return _ended(_deepen(state, 1), Last.OTHER)


def _close(state: LexState, text: bytes) -> LexState:
    frame = state.frames[-1]
    if text == b"}" and frame.depth == 0 and len(state.frames) > 1:
        # The end of a replacement field.
        return LexState(state.frames[:-1], state.last, state.importing, False)
    return _ended(_deepen(state, -1 if frame.depth else 0), Last.OPERAND)


def _separator(state: LexState, text: bytes) -> LexState:
    if state.frames[-1].depth:
        return _ended(state, Last.OTHER)
    if len(state.frames) > 1:
        outer = state.frames[-2]
        spec = Frame(quote=outer.quote, fields=True, spec=True)
        return LexState((*state.frames, spec), Last.OTHER, state.importing, False)
    return LexState(state.frames, line_start=False)


def _operand(state: LexState, text: bytes) -> LexState:
    return _ended(state, Last.OPERAND)


def _other(state: LexState, text: bytes) -> LexState:
    return _ended(state, Last.OTHER)


def _ended(state: LexState, last: Last) -> LexState:
    """Return the state after a token that changes nothing else."""
    if state.last is last and not state.line_start:
        return state
    return LexState(state.frames, last, state.importing, False)


_TOKENS = {
    "name": _name,
    "dot": _dot,
    "string": _open_string,
    "open": _open,
    "close": _close,
    "separator": _separator,
    "number": _operand,
    "ellipsis": _operand,
}


def _deepen(state: LexState, by: int) -> LexState:
    frame = state.frames[-1]
    frame = Frame(frame.quote, frame.fields, frame.spec, frame.depth + by)
    return LexState((*state.frames[:-1], frame), state.last, state.importing, state.line_start)


def _string(state: LexState, data: bytes, place: int) -> tuple[LexState, int]:
    frame = state.frames[-1]
    outside = state._replace(frames=state.frames[:-1], last=Last.OPERAND)
    if plain := _PLAIN.match(data, place):
        return state, plain.end()
    if escape := _ESCAPE.match(data, place):
        return state, escape.end()
    if frame.spec and data[place] == ord("}"):
        # The format specification and the replacement field end together.
        return outside._replace(frames=state.frames[:-2]), place + 1
    if data.startswith(frame.quote, place):
        if frame.spec:  # A field that was left open: the string ends all the same.
            return outside._replace(frames=state.frames[:-3]), place + len(frame.quote)
        return outside, place + len(frame.quote)
    if data[place] in b"\r\n" and len(frame.quote) == 1:
        return LexState(state.frames[:1]), place  # An unterminated string ends with its line.
    if frame.fields and data[place] == ord("{"):
        if data.startswith(b"{{", place) and not frame.spec:
            return state, place + 2
        return state._replace(frames=(*state.frames, Frame()), last=Last.OTHER), place + 1
    return state, place + 1
