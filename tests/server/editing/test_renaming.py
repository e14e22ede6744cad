"""What differs by a name alone, and which names a text declares."""

from __future__ import annotations

import pytest

from fairlead_server.editing.refactoring.identifiers import declarations, identifiers, made
from fairlead_server.editing.refactoring.renaming import renamed_at

# (before, after, where the old name was and the new one is; None: more is different)
TEXTS = [
    ("old", "new", [(0, 0)]),
    ("old", "old", []),
    ("a old b old", "a new b old", [(2, 2)]),
    ("old(older, $old)", "new(older, $old)", [(0, 0)]),
    ("{ old }", "{ old: new }", [(2, 7)]),
    ("{ old: old }", "{ old: new }", [(7, 7)]),
    ("{ old }", "{ new: old }", [(2, 2)]),
    ("import { old }; old", "import { old as new }; new", [(9, 16), (16, 23)]),
    ("old as new, old", "old as new, new", [(12, 12)]),
    ("old", "news", None),
    ("old;", "new", None),
    ("a old", "b new", None),
    ("old old", "new newer", None),
    ("", "new", None),
]


@pytest.mark.parametrize(("before", "after", "expected"), TEXTS)
def test_renamed_at(before: str, after: str, expected: list[tuple[int, int]] | None) -> None:
    assert renamed_at(before, after, "old", "new") == expected


JAVA = """\
package p;
class A {
    /** Says so. */
    // And more.
    int f(String ä) {
        int n = 1, m; // m
        return this.f(n) + "m";
    }
}
"""
TYPESCRIPT = """\
import { a as b } from "a";
export const c = (d: number) => { const e = d; return { e, f: 1 }; };
function g() {}
"""


def test_identifiers() -> None:
    found = [(w.line, w.column, w.text) for w in identifiers("class Ä { 𝄞 b; }", "java")]
    assert (1, 6, "Ä") in found and (1, 12, "b") in found
    dotted = [w.text for w in identifiers(JAVA, "java") if w.dotted]
    assert dotted == ["f"]
    assert [w.text for w in identifiers("let $a = b?.c", "typescript")] == ["$a", "b", "c"]
    assert [w.text for w in identifiers("let a = 1; // b", "rust")] == ["let", "a", "b"]


# (language, text, what is declared: name, of a function, in one, first line, last line)
DECLARED = [
    (
        "java",
        JAVA,
        [
            ("A", False, False, 2, 9),
            ("f", True, False, 3, 8),
            ("n", False, True, 6, 6),
            ("m", False, True, 6, 6),
        ],
    ),
    (
        "typescript",
        TYPESCRIPT,
        [("c", False, False, 2, 2), ("e", False, True, 2, 2), ("g", True, False, 3, 3)],
    ),
    (
        "cpp",
        "int f(int a) {\n    int b = a;\n    return b;\n}\n",
        [("f", True, False, 1, 4), ("a", False, True, 1, 1), ("b", False, True, 2, 2)],
    ),
    ("rust", "fn f() {}", []),
]


@pytest.mark.parametrize(("language", "text", "expected"), DECLARED)
def test_declarations(language: str, text: str, expected: list[tuple[object, ...]]) -> None:
    found = declarations(text, language)
    shown = [(d.word.text, d.is_function, d.local, d.first, d.last) for d in found]
    assert shown == expected


TWO = "class A {\nvoid f() {\nint a;\n}\nvoid g() {\nh(1);\n}\n}"

# (language, old, new, whether a function is looked for, what is new)
MADE = [
    ("java", "class A { int a = 1; }", "class A { int b = 1; int a = b; }", False, "b"),
    (
        "java",
        "class A { void f() { h(); } }",
        "class A { void f() { g(); } void g() {} }",
        True,
        "g",
    ),
    ("java", TWO, TWO.replace("h(1)", "int a = 1;\nh(a)"), False, "a"),
    ("java", "class A { int a; }", "class A { int a; int b; int c; }", False, None),
    ("rust", "let a = 1 + 2;", "let b = 1; let a = b + 2;", False, "b"),
]


@pytest.mark.parametrize(("language", "old", "new", "is_function", "expected"), MADE)
def test_made(language: str, old: str, new: str, is_function: bool, expected: str | None) -> None:
    found = made(old, new, language, is_function=is_function)
    assert (found and found.text) == expected
