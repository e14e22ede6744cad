"""Ways of asking: what is kept of a hunk, and how texts become patches."""

from __future__ import annotations

import pytest

from fairlead_server.document import DocumentSnapshot
from fairlead_server.repair.hunk import insertion, lines_hunk
from fairlead_server.repair.prompts import Way, asked, ways, written
from tests.server.repair.scripted import CODE, hunk

JAVA = """\
class A {
  int f(B b) {
    if (b.ok() && n > 0) return b.get(n, 1);
    return new B(n).size();
  }
}
"""


def holes(name: str, line: int, text: str = CODE, path: str = "/p/b.py") -> list[str]:
    """Return the hunk with ``▢`` for what the model writes, for each way of that name."""
    found = ways(hunk(line, text=text, path=path))
    return [f"{way.head}▢{way.tail}".strip() for way in found if way.name == name]


@pytest.mark.parametrize(
    ("name", "line", "expected"),
    [
        ("infill", 7, ["▢"]),
        ("condition", 6, ["if ▢:"]),
        (
            "condition-and",
            6,
            [
                "if self.prices and self.is_open() and ▢:",
                "if ▢ and self.prices and self.is_open():",
            ],
        ),
        ("call-name", 7, ["return ▢(self.prices, default=0)"]),
        ("call-name", 6, ["if self.prices and self.▢():"]),
        ("call-arguments", 7, ["return max(▢)"]),
        (
            "partial-before",
            8,
            ["return ▢"],
        ),
        ("partial-after", 8, ["▢0"]),
        ("one-token", 8, ["▢ 0", "return ▢"]),
    ],
)
def test_python(name: str, line: int, expected: list[str]) -> None:
    assert holes(name, line) == expected


@pytest.mark.parametrize(
    ("name", "line", "expected"),
    [
        ("condition", 3, ["if (▢) return b.get(n, 1);"]),
        (
            "condition-or",
            3,
            [
                "if (b.ok() && n > 0 || ▢) return b.get(n, 1);",
                "if (▢ || b.ok() && n > 0) return b.get(n, 1);",
            ],
        ),
        (
            "call-name",
            3,
            ["if (b.▢() && n > 0) return b.get(n, 1);", "if (b.ok() && n > 0) return b.▢(n, 1);"],
        ),
        ("call-name", 4, ["return new B(n).▢();", "return new ▢(n).size();"]),
        ("call-arguments", 4, ["return new B(n).size(▢);", "return new B(▢).size();"]),
    ],
)
def test_java(name: str, line: int, expected: list[str]) -> None:
    assert holes(name, line, JAVA, "/p/A.java") == expected


def test_an_insertion_is_only_infilled() -> None:
    document = DocumentSnapshot("/p/b.py", CODE, "python")
    place = insertion(document, 8)
    found = ways(place)
    assert {way.name for way in found} == {"infill", "infill-more"}
    question = asked(place, found[0])
    text, offset = question.document.text, question.offset
    assert text[:offset].endswith("default=0)\n        ")
    assert text[offset:].startswith("\n        return 0")


def test_remarks_are_shown_but_not_in_the_patch() -> None:
    place = lines_hunk(DocumentSnapshot("/p/b.py", CODE, "python"), 8, 8)
    question = asked(place, ways(place)[0], ["AssertionError:\n 0 != 1", " "])
    shown = "        # AssertionError: 0 != 1\n"
    assert question.document.text[: question.offset].endswith(shown + "        ")
    assert question.shown == len(shown)


def test_no_comment_stands_inside_of_a_line_that_is_continued() -> None:
    place = hunk(2, text="x = 1 + \\\n    y\n")
    assert asked(place, ways(place)[0], ["wrong"]).shown == 0


def test_what_is_wrong_is_asked_for_first() -> None:
    place = hunk(6)
    start = place.document.text.index("is_open")
    found = [way for way in ways(place, [(start, start + 7)]) if way.single]
    assert found[0].head.endswith("self.prices and self.") and found[0].tail == "():"
    assert set(found) == {way for way in ways(place) if way.single}


def test_what_is_wrong_is_asked_for_however_long_the_hunk_is() -> None:
    place = hunk(1, text=f"x = [{', '.join(f'a{n}' for n in range(99))}]\n")
    for name in ("a7", "a8", "a97"):
        start = place.document.text.index(name)
        found = ways(place, [(start, start + len(name))])
        assert any(way.single and way.head == place.document.text[:start] for way in found)


def test_without_a_grammar_there_is_infilling() -> None:
    place = lines_hunk(DocumentSnapshot("/p/notes.txt", "one\ntwo\n", "plaintext"), 2, 2)
    assert [way.name for way in ways(place)] == ["infill", "infill-more"]


@pytest.mark.parametrize(
    ("way", "text", "replaces", "patch"),
    [
        (Way("w", "    ", "", 1), "x = 1\n", 0, "    x = 1"),
        (Way("w", "if ", ":", 1), "a:", 0, "if a:"),
        (Way("w", "if ", ":", 1), "a", 0, "if a:"),
        (Way("w", "f(", "):", 1), "a):", 0, "f(a):"),
        # What closes a bracket of the text itself is no repetition.
        (Way("w", "f(", ")", 1), "g(x)", 0, "f(g(x))"),
        (Way("w", "f(", ")", 1), "g(x))", 0, "f(g(x))"),
        (Way("w", "f(", "):", 1), "g[(0)]", 0, "f(g[(0)]):"),
        (Way("w", "f(", ")", 1), "'(')", 0, "f('(')"),
        (Way("w", "", "(x)", 1), "self.foo(x)", 0, "self.foo(x)"),
        (Way("w", "x.", "abc()", 1), "foo", 3, "x.foo()"),
        (Way("w", "", "", 1), "foo", 3, None),
        (Way("w", "a ", " b", 1, single=True), "< 0:", 0, "a < b"),
        (Way("w", "a ", " b", 1, single=True), "is not", 0, "a is b"),
        (Way("w", "", "(x)", 1, single=True), "self.foo(y)", 0, "self.foo(x)"),
        (Way("w", "f(", ")", 1, single=True), "'a b', 2", 0, "f('a b')"),
        (Way("w", "f(", ")", 1, single=True), "", 0, None),
    ],
)
def test_written(way: Way, text: str, replaces: int, patch: str | None) -> None:
    assert written(way, text, replaces) == patch
