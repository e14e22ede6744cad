"""Mutants: which mistakes are made, where, and that the text is otherwise the same."""

from __future__ import annotations

import ast

import pytest

from fairlead_server.editing.proving.mutants import mutants


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("a + b", ["a - b"]),
        ("a // 2", ["a * 2", "3"]),
        ("a < b", ["a <= b", "a >= b"]),
        ("a is not b", ["a is b"]),
        ("a and b", ["a or b"]),
        ("not a", ["a"]),
        ("-a", ["a"]),
        ("f(True, 'x', 1.5, None, ...)", ["False", "'xX'", "2.5"]),
        ("f(b'x')", []),
    ],
)
def test_expressions(code: str, expected: list[str]) -> None:
    made = mutants(f"x = {code}\n", 1, 1, 100)
    assert sorted(one.now for one in made) == sorted(expected)
    assert all(one.text != f"x = {code}\n" for one in made)


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("def f():\n    return a", ["def f():\n    return None"]),
        ("def f():\n    return None", []),
        ("f()", ["pass"]),
        ("a += b", ["pass"]),
        ("raise a", ["pass"]),
        ("if a:\n    pass", ["if not a:\n    pass"]),
        ("while a:\n    pass", ["while not a:\n    pass"]),
        ('def f(a: 1) -> 2:\n    """Doc."""', []),
        ('class A:\n    """Doc."""\n    a: 1 = b', []),
    ],
)
def test_statements(code: str, expected: list[str]) -> None:
    assert [one.text for one in mutants(f"{code}\n", 1, 9, 100)] == [f"{e}\n" for e in expected]


CODE = "def f(a):\n    return a + 1\n\n\ndef g(a):\n    return a * 2\n"


def test_only_the_lines_count_and_the_rest_stays() -> None:
    made = mutants(CODE, 5, 6, 100)
    assert {one.line for one in made} == {6}
    for one in made:
        assert ast.dump(ast.parse(one.text).body[0]) == ast.dump(ast.parse(CODE).body[0])
    assert str(made[0]) == "line 6: `return a * 2` as `return None`"


def test_some_are_drawn_always_the_same() -> None:
    every = mutants(CODE, 1, 6, 100)
    some = mutants(CODE, 1, 6, 3, seed=1)
    assert len(some) == 3 and some == mutants(CODE, 1, 6, 3, seed=1)
    assert all(one in every for one in some) and len(every) == 6


def test_there_are_none_of_what_does_not_parse() -> None:
    assert mutants("x = (\n", 1, 1, 10) == []
