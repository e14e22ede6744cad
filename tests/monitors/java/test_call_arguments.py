"""Call arguments in Java, on a table of signatures; the cursor is at `|`."""

from __future__ import annotations

import pytest

from fairlead_monitors.evidence import Verdict
from fairlead_monitors.java.calls import JavaCallArguments
from tests.monitors.calls import SignatureEngine
from tests.monitors.stepwise import ALL, at, check

TABLE = {
    "none": "",
    "one": "a, /",
    "two": "a, b, /",
    "many": "a, /, *rest",
    "over": "|a, /|a, b, c, /",
    "Point": "x, y, /",
    "Map": "|size, /",
}


def monitor(text: str, engine: SignatureEngine | None = None) -> JavaCallArguments:
    return JavaCallArguments(at("A.java", text, engine or SignatureEngine(TABLE)))


@pytest.mark.parametrize(
    ("text", "data", "admitted"),
    [
        # A bracket closes exactly if some overload takes what was passed.
        ("|", "none()", ALL),
        ("|", "none(1)", "none("),
        ("|", "none(x)", "none("),
        ("|", 'none("x")', "none("),
        ("|", "none(/* nothing */)", ALL),
        ("|", "one()", "one("),
        ("|", "two(1)", "two(1"),
        ("|", "two(1, 2)", ALL),
        ("|", "two(1, 2, 3)", "two(1, 2"),
        ("|", "many(1, 2, 3)", ALL),
        ("|", "many()", "many("),
        ("|", "over()", ALL),
        ("|", "over(1)", ALL),
        ("|", "over(1, 2)", "over(1, 2"),
        ("|", "over(1, 2, 3)", ALL),
        ("|", "over(1, 2, 3, 4)", "over(1, 2, 3"),
        ("two(1|", ")", ""),
        ("two(1, |", "2)", ALL),
        # What looks like an argument's end and is none.
        ("|", "one(new Map<String, Integer>())", ALL),
        ("|", "two(new Map<String, Integer>())", "two(new Map<String, Integer>()"),
        ("|", "one(Map<A, B>::get)", ALL),
        ("|", 'one("a, b)")', ALL),
        ("|", "one(',')", ALL),
        ("|", "one((a, b) -> c)", ALL),
        ("|", "one(x -> { f(a, b); })", ALL),
        ("|", "one(new int[]{1, 2})", ALL),
        ("|", "one(/* a, b) */ 1)", ALL),
        # No statement ends among arguments.
        ("|", "two(1; 2)", "two(1"),
        ("|", "unheard(1;", "unheard(1"),
        ("unheard(1|", ";", ""),
        ("|", "one(x -> { f(); g(); });", ALL),
        ("|", "one(';');", ALL),
        ("|", 'one("1;");', ALL),
        ("|", "for (none(); a; b) {", ALL),
        ("|", "void f(int a; ", ALL),
        # Calls in calls, constructors.
        ("|", "two(one(1), none())", ALL),
        ("|", "two(one(), 2)", "two(one("),
        ("|", "new Point(1, 2)", ALL),
        ("|", "new Point(1)", "new Point(1"),
        ("|", "new Point(1, 2, 3)", "new Point(1, 2"),
        # Constructors without parameters are not always listed.
        ("|", "new Point()", ALL),
        ("|", "throw new java.io.Point()", ALL),
        ("|", "new Map<A, B>(1, 2)", "new Map<A, B>(1"),
        # Other brackets are never touched.
        ("if (one|", "(1))", ALL),
        ("if (x|", ")", ALL),
        ("|", "while (none())", ALL),
        ("|", "@one() class A {}", ALL),
        ("|", "class A { void none(int a, int b) {} }", ALL),
        ("|", "record Point(int x) {}", ALL),
        ("|", "unknown(1, 2, 3)", ALL),
        ("|", "// none(1)\n", ALL),
    ],
)
def test_admitted(text: str, data: str, admitted: str | None) -> None:
    check(lambda: monitor(text), data, admitted)


def test_calls_far_back_and_long_comments_are_lexed_right() -> None:
    filler = "/* it's (\n" + "x(\n" * 3000 + "*/ int a;\n" + "f(1, 2);\n" * 800
    assert monitor(filler + "none(|").admitted(b"1") == 0
    assert monitor(filler + "/* none(|").admitted(b"1") == 1
    assert monitor("/* it's (\n" + "x(\n" * 3000 + "*/ none(|").admitted(b"1") == 0


def test_evidence_says_what_was_checked() -> None:
    checked = monitor("x = |")
    checked.advance(b"two(1, unknown(2))")
    assert [(e.name, e.verdict) for e in checked.evidence()] == [
        ("unknown", Verdict.UNKNOWN),
        ("two", Verdict.VALID),
    ]
