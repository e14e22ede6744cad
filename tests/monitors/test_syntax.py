"""Verdicts on finished texts, inserted at `|`."""

from __future__ import annotations

import pytest

from fairlead_monitors.brackets import Balance
from fairlead_monitors.syntax import SyntaxCheck
from fairlead_monitors.trees import LANGUAGES, grammar


def check(language: str, document: str) -> SyntaxCheck:
    before, _, after = document.partition("|")
    return SyntaxCheck(language, before, after)


@pytest.mark.parametrize(
    ("language", "document", "text", "parses"),
    [
        ("java", "class A { void f() { | } }", "g();", True),
        ("java", "class A { void f() { | } }", "g(", False),
        ("java", "class A { void f() { | } }", "", True),
        ("java", "class A { int x = |; }", "", False),
        ("java", "class A { int x = |; } }", "1", True),
        ("rust", "fn f() { | }", "g(", True),
    ],
)
def test_parses(language: str, document: str, text: str, parses: bool) -> None:
    assert check(language, document).parses(text) is parses


@pytest.mark.parametrize(
    ("language", "document", "text", "verdict"),
    [
        ("python", "x = |\ny = 1\n", "f(1, 2)", "valid"),
        ("python", "x = |\ny = 1\n", "f(1, 2))", "invalid"),
        ("python", "x = |", "f(1,", "unknown"),
        ("python", "x = f(|)\n", "1, 2", "valid"),
        ("python", "x = f(|)\n", "1, 2)", "invalid"),
        ("python", "def f(a):\n    |", "if a:", "valid"),
        ("python", "def f(a):\n    |\n\nf(1)\n", "if a:\n        return 1", "valid"),
        ("python", "def f(a):\n    |", "return ) + 1", "invalid"),
        ("python", "class A:\n    |", "@property", "unknown"),
        ("python", "|", '"""A text that goes on', "unknown"),
        ("python", "|", "try:\n    x = 1", "valid"),
        ("python", "x = [(1, |\n", "2), 3", "unknown"),
        ("python", "x = (|\ny = )\n", "1]", "invalid"),
        ("python", "# |", "anything ) goes", "valid"),
        ("java", "class A { void f() { | } }", "if (a) { return; }", "valid"),
        ("java", "class A { void f() { | } }", "if (a) return;}", "invalid"),
        ("java", "class A { void f() { |", "if (a) {", "unknown"),
        ("java", "class A { void f() { |", "String s = new ) A();", "invalid"),
        ("java", "class A { |", "/* goes on", "unknown"),
        ("javascript", "const f = (a) => {|}", " return `${a}`; ", "valid"),
        ("javascript", "const f = (a) => {|}", " return ]; ", "invalid"),
        ("javascriptreact", "const f = () => |;", "<a href={b}>c</a>", "valid"),
        ("typescript", "const f = |;", "(a: Map<string, number>): void => {}", "valid"),
        ("typescript", "const f = |;", "(a: ): void => {}", "invalid"),
        ("typescriptreact", "const f = () => |;", "<A<B> c={d}/>", "valid"),
        ("c", "int f(void) { | }", "return g(1, *p);", "valid"),
        ("c", "int f(void) { | }", "return g(1, ;", "invalid"),
        ("cpp", "int f() { | }", "auto v = std::vector<int>{1, 2};", "valid"),
        ("cpp", "int f() { | }", "auto v = >;", "invalid"),
        ("go", "package a\nfunc f() { | }\n", "x := []int{1}", "valid"),
        ("go", "package a\nfunc f() { | }\n", "x := ]int{1}", "invalid"),
        ("klingon", "|", "x", "unknown"),
    ],
)
def test_verdict(language: str, document: str, text: str, verdict: str) -> None:
    assert check(language, document).judge(text).verdict.value == verdict


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        ("x = f(", "unknown"),
        ("x = 1\ny = )", "unknown"),
        ("x = )\ny = f(", "invalid"),
        ("import os\nfrom o", "unknown"),
        ("x = 1\ny = 2", "valid"),
    ],
)
def test_the_last_line_of_a_text_that_was_cut_off_is_not_judged(text: str, verdict: str) -> None:
    assert check("python", "|\nz = 1\n").judge(text, finished=False).verdict.value == verdict


@pytest.mark.parametrize(
    ("document", "text", "kept"),
    [
        ("|\nz = 1\n", "x = 1\ny = 2", "x = 1\ny = 2"),
        ("|\nz = 1\n", "x = 1\ny = 2\nz = )\nw = 3", "x = 1\ny = 2"),
        ("|\nz = 1\n", "x = 1\n\ny = )\n", "x = 1"),
        # What follows is not repeated.
        ("f(|)\n", "1)", "1"),
        ("f(|)\ny = 1\n", "1)\ny = 1\n", "1"),
        ("f(|)\n", "g(1)", "g(1)"),
        ("x = |\n", "1)", "1)"),
        ("x = |\n", ")\ny = 2", ")\ny = 2"),
    ],
)
def test_as_many_lines_are_kept_as_are_not_wrong(document: str, text: str, kept: str) -> None:
    assert check("python", document).longest(text) == kept


@pytest.mark.parametrize(
    ("language", "before", "after", "found"),
    [
        ("python", "f(x.", "", b")"),
        ("python", "f(x.", ")", b""),
        ("python", "f([x.", ")", b"]"),
        ("python", "a = {1: f(x.", "\n}\n", b")"),
        ("python", "f('(', x.", "\n# )\ny = 1\n", b")"),
        ("python", "x.", ")", None),
        ("python", "(x.", "]", None),
        ("java", "class A { void f() { g(x.", "; } }", b")"),
        ("java", "class A { void f() { g(x.", "} }", b")"),
        ("javascript", "f(`${x.", "`)", b"}"),
        ("klingon", "(", "", None),
    ],
)
def test_missing_brackets(language: str, before: str, after: str, found: bytes | None) -> None:
    assert Balance(language).missing(before.encode(), after.encode()) == found


@pytest.mark.parametrize("language", sorted(LANGUAGES))
def test_every_grammar_that_is_declared_loads(language: str) -> None:
    assert grammar(language) is not None
