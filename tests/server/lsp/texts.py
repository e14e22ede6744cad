"""Texts with whatever makes lines and columns hard, for property tests."""

from __future__ import annotations

from hypothesis import strategies as st
from lsprotocol import types

UTF8, UTF16, UTF32 = (types.PositionEncodingKind(f"utf-{n}") for n in (8, 16, 32))
TEXTS = st.text(st.sampled_from("ab.é😀\n\r\f\u2028"), max_size=20)


def is_place(text: str, offset: int) -> bool:
    """Tell whether a position can denote `offset`; none is inside of a line break."""
    return offset <= len(text) and text[max(0, offset - 1) : offset + 1] != "\r\n"
