"""Which brackets of Java open calls, and which commas divide their arguments."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairlead_monitors.call_syntax import Sort, Token
from fairlead_monitors.java.call_syntax import JavaCalls

NASTY = (Path(__file__).parents[2] / "fixtures" / "clike" / "nasty.java").read_bytes()
SIGNS = {
    Sort.CALL: "CALL(",
    Sort.COMMA: "COMMA",
    Sort.DOUBTFUL: "MAYBE",
    Sort.OTHER: "",
}


def shape(text: str) -> str:
    """Return the tokens, calls and what divides their arguments in capitals."""
    _, tokens = JavaCalls().feed(text.encode())
    return " ".join(SIGNS.get(t.sort, t.text.decode()) for t in tokens if SIGNS.get(t.sort, "x"))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # Calls.
        ("f(a, b)", "CALL( COMMA )"),
        ("a.b(c).d(e)", "CALL( ) CALL( )"),
        ("a()[0](", "CALL( ) [ ] ("),
        ("this.<A, B>f(c, d)", "CALL( COMMA )"),
        ("new Foo(a, b)", "CALL( COMMA )"),
        ("new a.b.Foo(a)", "CALL( )"),
        ("new HashMap<String, List<int[]>>(a, b)", "[ ] CALL( COMMA )"),
        ("new Foo<>(a)", "CALL( )"),
        ("super(a, b)", "CALL( COMMA )"),
        ("return f(a)", "CALL( )"),
        ("yield f(a)", "CALL( )"),
        ("x = (T) f(a)", "( ) CALL( )"),
        ("if (a > f(b, c)) ", "( CALL( COMMA ) )"),
        ("class A { int x = f(a, b); }", "{ CALL( COMMA ) }"),
        ("class A { { f(a); } void g() { f(a); } }", "{ { CALL( ) } ( ) { CALL( ) } }"),
        (
            "f(x -> g(a, b), (p, q) -> { return h(p, q); })",
            "CALL( CALL( COMMA ) COMMA ( , ) { CALL( COMMA ) } )",
        ),
        # Other brackets.
        ("if (a) ", "( )"),
        ("for (f(a); g(b); ) ", "( CALL( ) CALL( ) )"),
        ("catch (A | B e) ", "( )"),
        ("switch (a) { case Point(int x, int y) -> 1 }", "( ) { ( COMMA ) }"),
        ("@A(b, c) void f(int a, int b) ", "( COMMA ) ( COMMA )"),
        ("@a.B(c) int x", "( )"),
        ("class A { A(int a) {} <T> List<T> f(int a) {} }", "{ ( ) { } ( ) { } }"),
        ("enum E { A(1, 2), B(3) }", "{ ( COMMA ) COMMA ( ) }"),
        ("record R(int a, int b) { R(int a) {} }", "( COMMA ) { ( ) { } }"),
        ("new A() { int f(int a) {} }", "CALL( ) { ( ) { } }"),
        ("(a, b) -> c ", "( COMMA )"),
        # Commas.
        ("f(new int[]{1, 2}, c)", "CALL( [ ] { COMMA } COMMA )"),
        ("f(a < b, c > d)", "CALL( MAYBE )"),
        ("f(Map<A, B>::new, c)", "CALL( MAYBE COMMA )"),
        ("f(a.g() < b, c)", "CALL( CALL( ) COMMA )"),
        ("f(a < 1, c)", "CALL( COMMA )"),
        ("f(new Map<A, B>(), c)", "CALL( CALL( ) COMMA )"),
        ("f(x instanceof Map<A, B> m, c)", "CALL( COMMA )"),
        ("f(\",\", ',', /* , */ a) // , (", "CALL( COMMA COMMA )"),
        ('f("""\n a, "b" (""", c)', "CALL( COMMA )"),
    ],
)
def test_brackets_and_commas(text: str, expected: str) -> None:
    # What a comma divides outside of calls is nobody's concern.
    assert shape(text).replace(" , ", " COMMA ") == expected.replace(" , ", " COMMA ")


@given(cuts=st.lists(st.integers(0, len(NASTY)), max_size=20))
def test_pieces_are_lexed_as_the_whole(cuts: list[int]) -> None:
    bounds = sorted({*cuts, len(NASTY)})
    lexer, place, found = JavaCalls(), 0, list[Token]()
    for bound in bounds:
        lexer, tokens = lexer.feed(NASTY[place:bound])
        found += [Token(t.sort, place + t.start, place + t.end, t.text, t.depth) for t in tokens]
        place = bound
    whole, expected = JavaCalls().feed(NASTY)
    assert found == expected
    assert lexer.held == whole.held


@pytest.mark.parametrize(
    ("text", "held"),
    [
        ("f(", None),
        ("f(abc", b"abc"),
        ("f(1.", b"1."),
        ('f("', b'"'),
        ('f(""', b'""'),
        ("f(a ", None),
        ("f(/", None),
        ("f(//", None),
        ('f("abc', None),
    ],
)
def test_what_is_unfinished(text: str, held: bytes | None) -> None:
    lexer, _ = JavaCalls().feed(text.encode())
    token = lexer.unfinished()
    assert (token and token.text) == held
    if token is not None:
        assert (token.start, token.end, token.depth) == (-len(token.text), 0, 1)
