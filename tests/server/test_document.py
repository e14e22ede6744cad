from __future__ import annotations

from pathlib import Path

import pytest

from fairlead_server.document import decode, language_of, offset_at, read_document
from fairlead_server.errors import UserError


@pytest.mark.parametrize(
    ("text", "line", "column", "offset"),
    [
        ("", 1, 1, 0),
        ("abc", 1, 4, 3),
        ("abc\n", 2, 1, 4),
        ("abc\r\ndef", 2, 2, 6),
        ("abc\r\n", 1, 4, 3),
        ("a\tb", 1, 3, 2),
        ("😀é.", 1, 4, 3),
        ("a\n\nb", 2, 1, 2),
        ("a\f\u2028\nb", 2, 1, 4),
        ("a\rb", 2, 1, 2),
    ],
)
def test_offset(text: str, line: int, column: int, offset: int) -> None:
    assert offset_at(text, line, column, "a.py") == offset


@pytest.mark.parametrize(
    ("text", "line", "column", "message"),
    [
        ("", 2, 1, "line 2 is outside the file, which has 1"),
        ("abc\n", 3, 1, "line 3 is outside the file, which has 2"),
        ("abc\n", 1, 5, "column 5 is outside the line, which has 3 characters"),
        ("abc", 0, 1, "line 0 is outside"),
        ("abc", 1, 0, "column 0 is outside"),
    ],
)
def test_a_position_outside_the_text_is_an_error(
    text: str, line: int, column: int, message: str
) -> None:
    with pytest.raises(UserError, match=message):
        offset_at(text, line, column, "a.py")


def test_line_ends_are_kept(tmp_path: Path) -> None:
    path = tmp_path / "a.py"
    path.write_bytes(b"a\r\nb\rc\n")
    assert read_document(str(path)).text == "a\r\nb\rc\n"


@pytest.mark.parametrize(
    ("data", "message"),
    [(b"a\0b", "is a binary file"), (b"caf\xe9", "is not UTF-8 .byte 3.; convert it")],
)
def test_what_is_not_source_text_is_an_error(data: bytes, message: str) -> None:
    with pytest.raises(UserError, match=message):
        decode(data, "a.py")


@pytest.mark.parametrize(
    ("path", "message"), [("absent.py", "no such file"), (".", "is a directory")]
)
def test_what_cannot_be_read_is_an_error(tmp_path: Path, path: str, message: str) -> None:
    with pytest.raises(UserError, match=message):
        read_document(str(tmp_path / path))


@pytest.mark.parametrize(
    ("path", "language"), [("a.py", "python"), ("A.PYI", "python"), ("Makefile", "plaintext")]
)
def test_language(path: str, language: str) -> None:
    assert language_of(path) == language
