"""Calls in Java text: which brackets open one, and which commas divide its arguments."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from fairlead_monitors.call_syntax import Sort, Token
from fairlead_monitors.clike import tokens as lexical
from fairlead_monitors.clike.languages import JAVA
from fairlead_monitors.clike.lexer import Place, Reader
from fairlead_monitors.clike.tokens import Code, Frame
from fairlead_monitors.java.shapes import PRIMITIVES, chain_start, opens_call

_FINAL = b"()[]{},;"
"""Bytes that are tokens of their own, whatever follows."""
_START = Place()


@dataclass(frozen=True)
class Angles:
    """Angle brackets that may enclose arguments of a type; `depth` of them are open.

    `level` is the number of brackets around them. `certain` says that they cannot be comparisons.
    """

    level: int
    depth: int
    certain: bool


@dataclass(frozen=True)
class JavaCalls:
    """Where Java text ends, to whoever follows its calls.

    `held` is the end of the text, which may be part of a longer token.
    """

    place: Place = _START
    held: bytes = b""
    angles: Angles | None = None

    def feed(self, data: bytes) -> tuple[JavaCalls, list[Token]]:
        """Return the lexer after `data`, and the tokens that are finished with it."""
        text = self.held + data
        reader = Reader(JAVA, self.place, -len(self.held), text)
        limit = _settled(text)
        angles, found = self.angles, []
        frames: Sequence[Frame] = self.place.frames
        while reader.step(limit):
            token = _new_token(reader)
            after = reader.place().frames
            if token is not None:
                sort, angles = _judged(token, frames, len(after) - 1, angles)
                if sort is not None:
                    depth = _depth(after)
                    found.append(
                        Token(sort, token.start, token.start + len(token.text), token.text, depth)
                    )
            frames = after
        return JavaCalls(reader.place(), text[reader.at :], angles), found

    def unfinished(self) -> Token | None:
        """Return the token at the end that more text might make longer."""
        held = self.held
        if not held.strip() or self.place.code is None or held[:1] == b"/":
            return None
        return Token(Sort.OTHER, -len(held), 0, held, _depth(self.place.frames))


def _settled(text: bytes) -> int:
    """Return up to where more text cannot change the tokens."""
    if text[-1:] in _FINAL and text:
        return len(text)
    # Two quotes are an empty string, or part of the three that open a text block.
    return len(text) - (2 if text.endswith(b'""') else 1)


def _new_token(reader: Reader) -> lexical.Token | None:
    """Take from `reader` what its last step has found: a token, or where a string begins."""
    opened, found = reader.opened[:], reader.found[:]
    reader.opened.clear()
    reader.found.clear()
    for token in opened:
        return token if token.sort is lexical.Sort.LITERAL else None
    for token in found:
        is_text = token.text[:1] in b"\"'" or token.sort is lexical.Sort.COMMENT
        return None if is_text else token
    return None


def _judged(
    token: lexical.Token, frames: Sequence[Frame], level: int, angles: Angles | None
) -> tuple[Sort | None, Angles | None]:
    """Return what `token` is to a call, and the angle brackets that are open after it."""
    before = len(frames) - 1
    if token.sort is lexical.Sort.CLOSE:
        kept = angles if angles and angles.level <= level and token.text == b"]" else None
        return (Sort.CLOSE if level < before else None), kept
    if token.sort is lexical.Sort.OPEN:
        calls = token.text == b"(" and opens_call(frames)
        return (Sort.CALL if calls else Sort.OPEN), angles if token.text == b"[" else None
    if angles is None or angles.level != before:
        return _plain(token, frames, before, angles)
    return _in_angles(token, frames, angles)


def _plain(
    token: lexical.Token, frames: Sequence[Frame], level: int, angles: Angles | None
) -> tuple[Sort, Angles | None]:
    if token.text == b"<" and angles is None:
        certain = _opens_angles(frames[-1])
        return Sort.OTHER, None if certain is None else Angles(level, 1, certain)
    return (Sort.COMMA if token.text == b"," else Sort.OTHER), angles


def _opens_angles(code: Frame) -> bool | None:
    """Tell whether ``<`` certainly opens arguments of a type; None if it certainly does not."""
    if not isinstance(code, Code) or not code.recent:
        return None
    if code.recent[-1].sort is lexical.Sort.DEREFERENCE:
        return True
    if code.recent[-1].sort is not lexical.Sort.WORD:
        return None
    begin = chain_start(code.recent)
    return begin > 0 and code.recent[begin - 1].text in (b"new", b"instanceof", b"final")


def _in_angles(
    token: lexical.Token, frames: Sequence[Frame], angles: Angles
) -> tuple[Sort, Angles | None]:
    if token.text == b"<":
        return Sort.OTHER, replace(angles, depth=angles.depth + 1)
    if token.text == b">":
        return Sort.OTHER, replace(angles, depth=angles.depth - 1) if angles.depth > 1 else None
    if token.text == b",":
        return (Sort.OTHER if angles.certain else Sort.DOUBTFUL), angles
    return Sort.OTHER, angles if _suits_type(token, frames[-1]) else None


def _suits_type(token: lexical.Token, code: Frame) -> bool:
    if token.sort in (lexical.Sort.WORD, lexical.Sort.DEREFERENCE):
        return True
    if token.text == b"?" and isinstance(code, Code) and code.recent:
        return code.recent[-1].text in (b"<", b",")
    return token.text in PRIMITIVES or token.text in (b"extends", b"&", b"@")


def _depth(frames: Sequence[Frame]) -> int:
    return sum(isinstance(frame, Code) for frame in frames) - 1
