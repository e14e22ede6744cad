"""Refactorings of names undone: the code that was there before is what they are to lead to."""

from __future__ import annotations

import ast
import random
from collections.abc import Iterator, Sequence
from itertools import chain, pairwise, zip_longest

from fairlead_server.evaluation.edit.code import (
    SCOPES,
    Code,
    Draft,
    Function,
    bodies,
    fresh,
    replaced,
)

_PLACEHOLDERS = ("placeholder", "stand_in", "something")
_VALUES = ("value", "found", "intermediate")
_SHORTEST = 3
_VALUE = 6
"""Characters that an expression has at least to be worth a name."""

_STEADY = (ast.Constant, ast.Name, ast.Attribute, ast.Subscript, ast.Call)
"""Expressions that need no brackets, wherever they are put."""
_WORTH = (ast.Attribute, ast.Subscript, ast.Call, ast.BinOp)
_SIMPLE = (ast.Return, ast.Assign, ast.Expr)
_NOT_MOVED = (
    ast.Await,
    ast.Yield,
    ast.YieldFrom,
    ast.NamedExpr,
    ast.Lambda,
    ast.GeneratorExp,
    ast.JoinedStr,
)
_BRANCHES = (ast.BoolOp, ast.IfExp, *SCOPES)


def renames(code: Code, rng: random.Random) -> Iterator[Draft]:
    """Yield tasks to give names back that were taken: of variables, private names and members."""
    groups = [list(_locals(code)), list(_private(code)), list(_members(code))]
    for group in groups:
        rng.shuffle(group)
    for found in chain.from_iterable(zip_longest(*groups)):
        if found is not None:
            yield _renamed(code, *found)


Places = tuple[str, list[int]]
"""A name, and where all of it is that is meant."""


def _renamed(code: Code, name: str, places: Sequence[int]) -> Draft:
    hidden = "_" * (len(name) - len(name.lstrip("_")))
    placeholder = fresh(code, tuple(hidden + word for word in _PLACEHOLDERS))
    text = code.text
    for place in sorted(places, reverse=True):
        text = replaced(text, (place, place + len(name)), placeholder)
    start = min(places)
    said = f"rename {placeholder} to {name}"
    end = start + len(placeholder)
    return Draft(text, start, end, said, code.text, ((placeholder, name),))


def _locals(code: Code) -> Iterator[Places]:
    """Yield variables of functions: words that mean nothing else in there."""
    for function in code.functions:
        extent = code.extent(function)
        inner = {id(n) for s in ast.walk(function) if _is_within(s, function) for n in ast.walk(s)}
        found: dict[str, list[ast.Name]] = {}
        for node in ast.walk(function):
            if isinstance(node, ast.Name):
                found.setdefault(node.id, []).append(node)
        for name, nodes in found.items():
            stores = [node for node in nodes if isinstance(node.ctx, ast.Store)]
            bound = stores and not any(id(node) in inner for node in stores)
            if bound and _is_meant(code, name, nodes, code.count(name, extent)):
                yield name, [code.extent(node)[0] for node in nodes]


def _is_within(node: ast.AST, function: Function) -> bool:
    return isinstance(node, SCOPES) and node is not function


def _is_meant(code: Code, name: str, nodes: Sequence[ast.Name], count: int) -> bool:
    """Tell whether the `nodes` are all that has that name, as often as it is counted."""
    apart = not any(id(node) in code.in_strings for node in nodes)
    return len(name) >= _SHORTEST and len(nodes) == count and apart


def _private(code: Code) -> Iterator[Places]:
    """Yield functions and variables of the module that no other module should use."""
    for node in code.tree.body:
        if isinstance(node, Function):
            name, start = node.name, _name_of(code, node)
        elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            name, start = node.targets[0].id, code.extent(node)[0]
        else:
            continue
        used = [n for n in ast.walk(code.tree) if isinstance(n, ast.Name) and n.id == name]
        places = {start, *(code.extent(n)[0] for n in used)}
        hidden = name.startswith("_") and not name.startswith("__")
        if hidden and len(places) == code.count(name) > 1:
            yield name, sorted(places)


def _members(code: Code) -> Iterator[Places]:
    """Yield what only a class itself uses of it, by ``self``."""
    for owner in code.tree.body:
        if not isinstance(owner, ast.ClassDef):
            continue
        found: dict[str, list[int]] = {}
        for node in ast.walk(owner):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
                if node.value.id == "self" and id(node) not in code.in_strings:
                    found.setdefault(node.attr, []).append(code.extent(node)[1] - len(node.attr))
            elif isinstance(node, Function) and node in owner.body:
                found.setdefault(node.name, []).append(_name_of(code, node))
        for name, places in found.items():
            hidden = name.startswith("_") and not name.startswith("__")
            if hidden and len(places) == code.count(name) > 1:
                yield name, places


def _name_of(code: Code, function: Function) -> int:
    """Return where the name of `function` is."""
    return code.text.index(function.name, code.text.index("def ", code.extent(function)[0]) + 4)


def extracted_variables(code: Code, rng: random.Random) -> Iterator[Draft]:
    """Yield tasks to extract a variable: one that was there is put in the place of its use."""
    found = [
        (function, first, second)
        for function in code.functions
        for block in bodies(function)
        for first, second in pairwise(block)
    ]
    rng.shuffle(found)
    for function, first, second in found:
        use = _only_use(code, function, first, second)
        if use is None or not isinstance(first, ast.Assign):
            continue
        name, value = use.id, code.of(first.value)
        start, end = code.extent(use)
        line = code.lines(first.lineno, first.lineno)
        text = replaced(code.text, (start, end), value)
        text = replaced(text, (line[0], line[1] + 1), "")
        start -= line[1] + 1 - line[0]
        said = f"extract this to a variable called {name}"
        yield Draft(text, start, start + len(value), said, code.text)


def _only_use(code: Code, function: Function, first: ast.stmt, second: ast.stmt) -> ast.Name | None:
    """Return where the variable that `first` binds is used: once, in `second`, and at once."""
    if not isinstance(first, ast.Assign) or not isinstance(first.targets[0], ast.Name):
        return None
    name, value = first.targets[0].id, first.value
    if len(first.targets) > 1 or first.lineno != first.end_lineno or not code.is_alone(first):
        return None
    if code.count(name, code.extent(function)) != 2 or not _may_move(value):
        return None
    found = [n for n, parent in _evaluated(second) if isinstance(n, ast.Name) and n.id == name]
    parents = {id(n): parent for n, parent in _evaluated(second)}
    if len(found) != 1 or id(found[0]) in code.in_strings or not _is_first(code, second, found[0]):
        return None
    apart = isinstance(value, _STEADY) or isinstance(
        parents[id(found[0])], ast.Call | ast.keyword | ast.stmt
    )
    trivial = isinstance(value, ast.Constant | ast.Name)
    return found[0] if apart and not trivial else None


def _may_move(value: ast.expr) -> bool:
    return not any(isinstance(node, _NOT_MOVED) for node in ast.walk(value))


def _evaluated(statement: ast.stmt) -> Iterator[tuple[ast.AST, ast.AST]]:
    """Yield what `statement` always evaluates, once and first of all, each with what it is in."""
    roots: list[ast.expr | None] = []
    if isinstance(statement, ast.Return | ast.Expr | ast.Assign):
        roots = [statement.value]
    elif isinstance(statement, ast.If):
        roots = [statement.test]
    elif isinstance(statement, ast.For):
        roots = [statement.iter]
    waiting: list[tuple[ast.AST, ast.AST]] = [(root, statement) for root in roots if root]
    while waiting:
        node, parent = waiting.pop(0)
        yield node, parent
        if not isinstance(node, _BRANCHES):
            waiting += [(child, node) for child in ast.iter_child_nodes(node)]


def _is_first(code: Code, statement: ast.stmt, use: ast.expr) -> bool:
    """Tell whether nothing is called, or read of an object, before `use` is evaluated."""
    start = code.extent(use)[0]
    done = (ast.Call, ast.Attribute, ast.Subscript, ast.Await, ast.BinOp, ast.Compare)
    return not any(
        isinstance(node, done) and code.extent(node)[1] <= start
        for node, _ in _evaluated(statement)
    )


def inlined(code: Code, rng: random.Random) -> Iterator[Draft]:
    """Yield tasks to inline a variable: one that holds a part of a statement is put before it."""
    found = [
        (statement, node)
        for function in code.functions
        for block in bodies(function)
        for statement in block
        if isinstance(statement, _SIMPLE) and _is_line(code, statement)
        for node, parent in _evaluated(statement)
        if _is_worth(code, statement, node, parent)
    ]
    rng.shuffle(found)
    for statement, node in found:
        assert isinstance(node, ast.expr)
        if not _is_first(code, statement, node):
            continue
        name, value = fresh(code, _VALUES), code.of(node)
        text = replaced(code.text, code.extent(node), name)
        start = code.extent(statement)[0]
        text = replaced(text, (start, start), f"{name} = {value}\n{code.indent(statement)}")
        yield Draft(text, start, start + len(name), f"inline {name}", code.text)


def _is_line(code: Code, statement: ast.stmt) -> bool:
    return statement.lineno == statement.end_lineno and not code.indent(statement).strip()


def _is_worth(code: Code, statement: ast.stmt, node: ast.AST, parent: ast.AST) -> bool:
    """Tell whether `node` is an expression that one would give a name."""
    if not isinstance(node, _WORTH) or id(node) in code.in_strings or not _may_move(node):
        return False
    called = isinstance(parent, ast.Call) and parent.func is node
    whole = isinstance(statement, ast.Expr) and parent is statement
    return not called and not whole and len(code.of(node)) >= _VALUE
