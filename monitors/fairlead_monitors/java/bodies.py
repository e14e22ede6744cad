"""The method around a place in Java text: what its variables are called, they are called there."""

from __future__ import annotations

import re

from fairlead_monitors.clike.languages import JAVA
from fairlead_monitors.clike.lexer import LexState, lex
from fairlead_monitors.clike.tokens import Code, Frame
from fairlead_monitors.java.header import code_of
from fairlead_monitors.java.shapes import is_class_body

_BRACE = re.compile(r"[{}]")


def body_around(before: str, after: str) -> str | None:
    """Return the body of the method between `before` and `after`, None outside of methods."""
    data = before.encode(errors="replace")
    frames = lex(JAVA, LexState(), data).end.frames
    place = next((p for p in range(1, len(frames)) if _opens_body(frames[: p + 1])), None)
    if place is None:
        return None
    opened = frames[place]
    assert isinstance(opened, Code)
    depth = sum(isinstance(f, Code) and f.bracket == b"{" for f in frames[place:])
    return data[opened.start :].decode(errors="replace") + after[: _end(after, depth)]


def _opens_body(frames: tuple[Frame, ...]) -> bool:
    code = frames[-1]
    return isinstance(code, Code) and code.bracket == b"{" and not is_class_body(frames)


def _end(after: str, depth: int) -> int:
    """Return where in `after` the last of `depth` braces is closed."""
    for brace in _BRACE.finditer(code_of(after)):
        depth += 1 if brace[0] == "{" else -1
        if not depth:
            return brace.start()
    return len(after)
