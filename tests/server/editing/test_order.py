"""Whether an expression may be computed before its statement."""

from __future__ import annotations

import pytest

from fairlead_server.editing.refactoring.order import complaint

ELSEWHERE = "it would be computed where it is not now, or not as often"
BEFORE = "something before it in the statement may do something"

# (language, a text with the expression in marks, what speaks against it)
TEXTS = [
    ("typescript", "const a = «b * 2»;", ""),
    ("typescript", "f(«b * 2»);", ""),
    ("typescript", "a.f(1, «b»);", ""),
    ("typescript", "const a = c && «b»;", ELSEWHERE),
    ("typescript", "const a = «c» && b;", ""),
    ("typescript", "const a = c ?? d.f(«b»);", ELSEWHERE),
    ("typescript", "const a = c ? «b» : d;", ELSEWHERE),
    ("typescript", "const a = «c» ? b : d;", ""),
    ("typescript", "while (a < «b») { f(); }", ELSEWHERE),
    ("typescript", "while (a) { f(«b»); }", ""),
    ("typescript", "for (let i = «b»; i < 3; i++) {}", ""),
    ("typescript", "for (let i = 0; i < «b»; i++) {}", ELSEWHERE),
    ("typescript", "f(1) + «b»;", BEFORE),
    ("typescript", "a = 1, f(«b»);", BEFORE),
    ("typescript", "f(() => g(1), «b»);", ""),
    ("typescript", "c && ((x) => «x + 1»);", ""),
    ("typescript", "g(1);\nf(«b»);", ""),
    ("java", "class A { int f() { return g() + «h * 2»; } }", BEFORE),
    ("java", "class A { int f() { g(); return «h * 2»; } }", ""),
    ("java", "class A { boolean f() { return a && «b»; } }", ELSEWHERE),
    ("java", "class A { void f() { do { } while («b()»); } }", ELSEWHERE),
    ("java", "class A { int f() { return new B().c(«d»); } }", BEFORE),
    ("cpp", "int f() { return a ? «b» : c; }", ELSEWHERE),
    ("rust", "let a = c && «b»;", ""),
    ("java", "class A { void f( { «", ""),
]


@pytest.mark.parametrize(("language", "marked", "expected"), TEXTS)
def test_complaints(language: str, marked: str, expected: str) -> None:
    start = marked.index("«")
    end = marked.index("»") - 1 if "»" in marked else start
    text = marked.replace("«", "").replace("»", "")
    assert complaint(text, start, end, language) == expected
