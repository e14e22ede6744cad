"""What engines see of a document in which brackets are open at the cursor, which is at `|`."""

from __future__ import annotations

import pytest

from fairlead_monitors.balancing import BalancedEngine
from fairlead_monitors.engine import Kind, Source
from tests.monitors.engines import SilentEngine


@pytest.mark.parametrize(
    ("language", "document", "seen"),
    [
        ("python", "f(x.|\ny = 1\n", "f(x.|)\ny = 1\n"),
        ("python", "f(x.|)\ny = 1\n", "f(x.|)\ny = 1\n"),
        ("python", "f(g([x.|)\ny = 1\n", "f(g([x.|]))\ny = 1\n"),
        ("python", "é = f('(', x.|  # )\ny = {}\n", "é = f('(', x.|)  # )\ny = {}\n"),
        # The end of a text is left to the engine, and so is what nothing would mend.
        ("python", "f(x.|", "f(x.|"),
        ("python", "f(x.|\n", "f(x.|\n"),
        ("python", "x.|)\n", "x.|)\n"),
        ("klingon", "f(x.|\ny\n", "f(x.|\ny\n"),
        ("java", "class A { void f() { g(x.| } }", "class A { void f() { g(x.|) } }"),
        # The block that is closed behind the line begins with it.
        ("java", "class A { void f() { if (x.|\n} } }", "class A { void f() { if (x.|){\n} } }"),
        ("java", "class A { void f() { x.|\n} } }", "class A { void f() { x.|;{\n} } }"),
        ("java", "class A { x.|\n} } }", "class A { x.|;{{\n} } }"),
        ("java", "class A { x.|\n) }", "class A { x.|\n) }"),
        ("typescript", "if (x.|\n} }", "if (x.|\n} }"),
        ("typescript", "f({a: x.|\nlet b = 1;\n", "f({a: x.|})\nlet b = 1;\n"),
    ],
)
def test_open_brackets_are_closed(language: str, document: str, seen: str) -> None:
    engine = SilentEngine({})
    before, _, after = document.partition("|")
    BalancedEngine(engine, language).names(Kind.MEMBER, Source("a", before + after), len(before))
    ((source, offset),) = engine.asked
    assert source.text[:offset] + "|" + source.text[offset:] == seen


def test_a_text_that_grows_is_balanced_at_each_place() -> None:
    engine = SilentEngine({})
    balanced = BalancedEngine(engine, "python")
    after = "\ny = 1\n"
    for before in ("f(x.", "f(x.a, [g(b.", "f(x.a, [g(b.c)], d.", "f(x.a); d."):
        balanced.names(Kind.MEMBER, Source("a", before + after), len(before))
    added = [source.text[offset : -len(after)] for source, offset in engine.asked]
    assert added == [")", ")])", ")", ""]
