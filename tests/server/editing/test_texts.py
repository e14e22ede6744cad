from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairlead_server.editing.texts import plain, plain_offset, restored

TEXTS = st.text(alphabet="ab \t\r\n\ufeff\f", max_size=30)


@given(TEXTS)
def test_what_is_not_changed_stays_as_it_is(text: str) -> None:
    assert restored(text, plain(text)) == text


@given(TEXTS, st.integers(0, 30))
def test_an_offset_keeps_what_is_before_it(text: str, offset: int) -> None:
    offset = min(offset, len(text))
    at = plain_offset(text, offset)
    assert plain(text)[:at] in (plain(text[:offset]), plain(text[: offset - 1]))


# (text, its plain text after a change, the text after the change)
CHANGES = [
    ("a\r\nb\r\n", "a\nX\nb\n", "a\r\nX\r\nb\r\n"),
    ("a\rb\r", "a\nX\nb\n", "a\rX\rb\r"),
    ("\ufeffa\r\nb", "X\nb", "\ufeffX\r\nb"),
    ("a\nb", "a\nb\nX\n", "a\nb\nX"),
    ("a\r\nb\nc\r\nd\n", "a\nX\nb\nc\nd\n", "a\r\nX\r\nb\nc\r\nd\n"),
    ("a\r\nb\nc\nd\n", "a\nB\nc\nd\n", "a\r\nB\nc\nd\n"),
    ("if a:\n\tb\n", "if a:\n    X\n\tb\n", "if a:\n\tX\n\tb\n"),
    ("if a:\n\tb\n", "if a:\n\tif X:\n\t    b\n", "if a:\n\tif X:\n\t\tb\n"),
    ("if a:\n    b\n", "if a:\n    X\n    b\n", "if a:\n    X\n    b\n"),
    ("a\fb\x0bc\u2028d\r\n", "a\fb\x0bc\u2028d\nX\n", "a\fb\x0bc\u2028d\r\nX\r\n"),
]


@pytest.mark.parametrize(("text", "new", "expected"), CHANGES)
def test_changed_texts_keep_their_form(text: str, new: str, expected: str) -> None:
    assert restored(text, new) == expected
