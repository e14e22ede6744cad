"""What a name would do at a place: hand-made cases, and the standard library against `ast`."""

from __future__ import annotations

import ast
import io
import keyword
import re
import tokenize
from collections.abc import Iterator
from pathlib import Path

import pytest

from fairlead_monitors.grammar import Opening
from fairlead_monitors.python.scope import ScopeMonitor
from fairlead_monitors.python.statement import Role, Statement, read, window
from tests.monitors.test_lexer import sources

R, M, C, A = Role.READ, Role.MAYBE, Role.CHAIN, Role.ANNOTATION
NOTHING = None
SKIPPED = re.compile(r"^\s*del |\bfor ")


@pytest.mark.parametrize(
    ("text", "role"),
    [
        ("", M),
        ("if x: ", M),
        ("x; ", M),
        ("a, ", M),
        ("(a, ", M),
        ("*", M),
        ("lambda: ", R),
        ("f(\ndef g():\n    ", M),
        ("x = ", C),
        ("x = y = ", M),
        ("x = y = z = ", M),
        ("x == ", R),
        ("x += ", R),
        ("x: int = ", R),
        ("x[", R),
        ("(x.y + ", R),
        ("f(", R),
        ("f(a, b=", R),
        ("[x for x in ", R),
        ("{**", R),
        ("return ", R),
        ("if ", R),
        ("if not ", R),
        ("@", R),
        ("class A(", R),
        ("def f(a=", R),
        ("print(f'{", R),
        ("f'{x:{", R),
        ("with ", R),
        ("with open(f) as g, ", R),
        ("for x in ", R),
        ("lambda x: ", R),
        ("assert x, ", R),
        ("await ", R),
        ("x: ", A),
        ("def f(a: ", A),
        ("def f() -> ", A),
        ("def ", NOTHING),
        ("class ", NOTHING),
        ("def f(", NOTHING),
        ("def f(a, *", NOTHING),
        ("def f[", NOTHING),
        ("for ", NOTHING),
        ("[x for ", NOTHING),
        ("[x for (a, ", NOTHING),
        ("async for ", NOTHING),
        ("with f as ", NOTHING),
        ("with f as (a, ", NOTHING),
        ("except E as ", NOTHING),
        ("lambda ", NOTHING),
        ("f(lambda a, ", NOTHING),
        ("import ", NOTHING),
        ("from a import (b, ", NOTHING),
        ("global ", NOTHING),
        ("del ", NOTHING),
        ("case ", NOTHING),
        ("case A(b=", NOTHING),
        ("case a if ", R),
        ("x ", NOTHING),
        ("x.", NOTHING),
        ("# ", NOTHING),
        ("x = 1 # if ", NOTHING),
        ("'''", NOTHING),
        ("f'", NOTHING),
        ("f'{x!", NOTHING),
    ],
)
def test_roles(text: str, role: Role | None) -> None:
    state = read(Statement(), text.encode())
    variables = (R, M, C, A)
    is_variable = state.begins_name and state.level.role in variables and state.previous != b"as"
    assert (state.level.role if is_variable else None) == role


@pytest.mark.parametrize(
    ("text", "may_bind_later"),
    [
        ("f(", True),
        ("f(a, ", False),
        ("f(a=", False),
        ("f(a == ", True),
        ("f(a != ", True),
        ("f(a=b, c == ", False),
        ("f(lambda a=1: ", True),
        ("len(", False),
        ("x.len(", True),
        ("[", True),
        ("[a, ", False),
        ("[a for a in ", False),
        ("[f(a, ", True),
        ("{a: ", True),
        ("{a: b, ", False),
        ("x[", False),
        ("len(x[", False),
        ("print(f'{", False),
        ("print(f'{[", True),
        ("[f'{", True),
    ],
)
def test_whether_a_comprehension_may_follow(text: str, may_bind_later: bool) -> None:
    levels = read(Statement(), text.encode()).levels
    assert any(level.may_bind_later for level in levels) == may_bind_later


def openings(text: str) -> Iterator[tuple[int, int, str, Opening | None]]:
    """Yield the line and column of each name, in bytes, and how the scope monitor opens it."""
    monitor = object.__new__(ScopeMonitor)
    lines = text.encode().splitlines(keepends=True)
    states = [Statement()]
    for line in lines:
        states.append(read(states[-1], line))
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.NAME and not keyword.iskeyword(token.string):
            row = token.start[0] - 1
            column = len(lines[row].decode()[: token.start[1]].encode())
            state = read(states[row], lines[row][:column])
            yield row + 1, column, token.string, monitor.opening(state)


@pytest.mark.parametrize("path", sources(12), ids=lambda p: p.name)
def test_names_of_the_standard_library(path: Path) -> None:
    """What is refused at once is read; what is read is looked at, but for what is skipped.

    Not looked for: new names that ``a = b = c`` or ``len(a := b)`` bind, which are refused.
    """
    text = path.read_text(encoding="utf-8")
    nodes = list(ast.walk(ast.parse(text)))
    names = {(n.lineno, n.col_offset): n.ctx for n in nodes if isinstance(n, ast.Name)}
    targets = [t for node in nodes if isinstance(node, ast.Assign) for t in node.targets[1:]]
    targets += [node.target for node in nodes if isinstance(node, ast.NamedExpr)]
    inner = {(target.lineno, target.col_offset) for target in targets}
    for line, column, name, opening in openings(text):
        found = names.get((line, column))
        where = f"{path}:{line}:{column} {name}"
        if opening is not None and opening.is_strict and (line, column) not in inner:
            assert isinstance(found, ast.Load), where
        if isinstance(found, ast.Load):
            assert opening is not None or SKIPPED.search(text.splitlines()[line - 1]), where


def test_a_window_is_read_as_the_whole() -> None:
    text = "".join(p.read_text(encoding="utf-8") for p in sources(5)).encode()
    lines = text.splitlines(keepends=True)
    state, place = Statement(), 0
    for number, line in enumerate(lines):
        if number % 97 == 0:
            assert read(Statement(), text[window(text[:place], 500) : place]) == state, number
        state, place = read(state, line), place + len(line)
