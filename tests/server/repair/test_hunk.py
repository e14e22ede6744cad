"""Hunks: which lines they are, and what replacing them makes of the document."""

from __future__ import annotations

import pytest

from fairlead_server.document import DocumentSnapshot
from fairlead_server.errors import UserError
from fairlead_server.repair.hunk import insertion, lines_hunk, span_hunk

TEXT = "a = 1\n    b = 2\n\nc = 3"


def document(text: str = TEXT) -> DocumentSnapshot:
    return DocumentSnapshot("/p/a.py", text, "python")


@pytest.mark.parametrize(
    ("text", "first", "last", "held", "patched"),
    [
        (TEXT, 1, 1, "a = 1", "X\n    b = 2\n\nc = 3"),
        (TEXT, 2, 3, "    b = 2", "a = 1\nX\n\nc = 3"),
        (TEXT, 4, 4, "c = 3", "a = 1\n    b = 2\n\nX"),
        ("a\r\nb\r\nc\r\n", 2, 2, "b", "a\r\nX\r\nc\r\n"),
        ("ä\n𝄞\nc\n", 2, 2, "𝄞", "ä\nX\nc\n"),
        ("", 1, 1, "", "X"),
    ],
)
def test_lines(text: str, first: int, last: int, held: str, patched: str) -> None:
    hunk = lines_hunk(document(text), first, last)
    assert hunk.text == held
    assert hunk.patched("X").text == patched


@pytest.mark.parametrize(
    ("text", "line", "indent", "patched"),
    [
        (TEXT, 1, "", "X\n" + TEXT),
        (TEXT, 2, "    ", "a = 1\nX\n    b = 2\n\nc = 3"),
        ("def f():\n    g()\n\n\nh()\n", 3, "", "def f():\n    g()\nX\n\n\nh()\n"),
        ("a\r\nb\r\n", 2, "", "a\r\nX\r\nb\r\n"),
    ],
)
def test_insertions(text: str, line: int, indent: str, patched: str) -> None:
    hunk = insertion(document(text), line)
    assert hunk.is_insertion and hunk.text == ""
    assert hunk.indent == indent
    assert hunk.patched("X").text == patched


@pytest.mark.parametrize(
    ("first", "last", "message"),
    [(0, 0, "not in the file"), (1, 9, "has 4"), (5, 5, "has 4")],
)
def test_lines_that_are_not_there(first: int, last: int, message: str) -> None:
    with pytest.raises(UserError, match=message):
        lines_hunk(document(), first, last)


def test_too_many_lines() -> None:
    with pytest.raises(UserError, match="too many"):
        lines_hunk(document("x\n" * 300), 1, 250)


@pytest.mark.parametrize(
    ("start", "end", "lines"),
    [(0, 1, (1, 1)), (0, 6, (1, 1)), (0, 7, (1, 2)), (12, 12, (2, 2)), (22, 99, (4, 4))],
)
def test_spans(start: int, end: int, lines: tuple[int, int]) -> None:
    hunk = span_hunk(document(), start, end)
    assert (hunk.first, hunk.last) == lines


def test_a_diff_can_be_read_back() -> None:
    diff = lines_hunk(document(), 4, 4).diff("d = 4")
    assert "-c = 3\n\\ No newline at end of file\n+d = 4\n" in diff
    assert diff.startswith("--- a/p/a.py\n+++ b/p/a.py\n@@ -1,4 +1,4 @@\n")


@pytest.mark.parametrize(
    ("text", "line", "expected"),
    [
        ("", 1, "@@ -0,0 +1 @@\n+X\n\\ No newline at end of file\n"),
        ("a\fb\nc\n", 2, "@@ -1,2 +1,2 @@\n a\fb\n-c\n+X\n"),
        ("a\r\nb\r\n", 2, "@@ -1,2 +1,2 @@\n a\r\n-b\r\n+X\r\n"),
    ],
)
def test_diffs_of_unusual_lines(text: str, line: int, expected: str) -> None:
    diff = lines_hunk(document(text), line, line).diff("X", "b.py")
    assert diff == f"--- a/b.py\n+++ b/b.py\n{expected}"


def test_what_is_replaced_is_told_for_insertions_too() -> None:
    for hunk in (insertion(document(), 2), lines_hunk(document(), 2, 2)):
        edit = hunk.replaced("x = 1")
        old, new = hunk.document.text, hunk.patched("x = 1").text
        assert new[: edit.start] == old[: edit.start]
        assert new[edit.start + edit.length :] == old[edit.end :]
