"""What is put after a text that breaks off."""

from __future__ import annotations

import pytest

from fairlead_server.analysis.language_server.unfinished import UnfinishedRule, called_in, rest

BRACES = {"member": "int {mark};", "overload": "void {name}({mark});", "constructor": "{name};"}
PYTHON = UnfinishedRule("python", member="{mark} = 1")
M = "fairlead_made_this_up"

# The language, the text, and what follows it.
TEXTS = [
    ("java", "class A { void f() { g(a[b.", "])" + ";}" + f";\nint {M}; " + "}"),
    ("java", "class A { void f() { g(a); } } ", ""),
    ("java", 'class A { String s = "{(" + b.', f";\nint {M}; " + "}"),
    ("java", "class A { // {(\n int a = b.", f";\nint {M}; " + "}"),
    ("java", 'class A { String s = "b.', ""),
    ("java", "void f() { if (a) { b.", ";};}"),
    ("java", "enum A { X; int f() { return ", ";}" + f";\nint {M}; " + "}"),
    (
        "java",
        "public abstract class A<K, V, T, U> implements B<K, V>, C<K, V>, D<T, U> { int a = b.",
        f";\nint {M}; " + "}",
    ),
    ("java", "class A { class B { int a = b.", f";\nint {M}; " + "}" + f";\nint {M}; " + "}"),
    ("typescript", "class A { f() { return `${this.", ""),
    ("python", "class A:\n    def f(self):\n        g(self.a[", f"])\n    {M} = 1\n"),
    ("python", "class A:\n    class B:\n        x = ", f"\n        {M} = 1\n    {M} = 1\n"),
    ("python", "class A:\n    x = 1\n\ny = z.", "\n"),
    ("python", "", ""),
]


@pytest.mark.parametrize(("language", "before", "after"), TEXTS)
def test_texts(language: str, before: str, after: str) -> None:
    rule = PYTHON if language == "python" else UnfinishedRule(language, **BRACES)
    assert rest(before, rule) == after


# A call at the end of a class, and what is declared there for it.
CALLS = [
    ("class A { void f() { g(", f"void g({M});"),
    ("class A { void f() { x.g (", f"void g({M});"),
    ("class A { void f() { new A(", "A;"),
    ("class A { void f() { (", ""),
]


@pytest.mark.parametrize(("before", "declared"), CALLS)
def test_calls(before: str, declared: str) -> None:
    rule = UnfinishedRule("java", **BRACES)
    assert rest(before, rule, called_in(before)) == ");};\n" + f"int {M}; {declared}" + "}"


def test_languages_without_a_rule_stay_as_they_are() -> None:
    assert rest("class A {", UnfinishedRule()) == ""
