"""Whether an expression can be computed in a statement of its own, just before where it stands."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from itertools import pairwise

from fairlead_server.editing.refactoring.evaluation import evaluated, may_change
from fairlead_server.editing.refactoring.flow import COMPREHENSIONS

PURE = (
    ast.Constant,
    ast.Name,
    ast.Tuple,
    ast.BinOp,
    ast.UnaryOp,
    ast.BoolOp,
    ast.Compare,
    ast.IfExp,
    ast.JoinedStr,
    ast.FormattedValue,
    ast.operator,
    ast.unaryop,
    ast.boolop,
    ast.cmpop,
    ast.expr_context,
)
"""What has the same value wherever its names stand for the same, unchanged objects."""

_FIXED = (ast.Constant, ast.Name, ast.Tuple, ast.expr_context, ast.Is, ast.IsNot)

Blocks = Iterator[list[ast.stmt]]


def is_pure(node: ast.AST) -> bool:
    """Tell whether `node` is nothing but names, constants and operators on them."""
    return all(isinstance(part, PURE) for part in ast.walk(node))


def is_fixed(node: ast.AST) -> bool:
    """Tell whether the value of `node` stays the same even if the objects that it names change."""
    parts = list(ast.walk(node))
    if not is_pure(node) or not any(isinstance(part, ast.Name) for part in parts):
        return is_pure(node)
    compared = (part for part in parts if isinstance(part, ast.Compare))
    identities = [part for part in compared if all(map(_is_identity, part.ops))]
    return all(isinstance(part, _FIXED) or part in identities for part in parts)


def _is_identity(operator: ast.cmpop) -> bool:
    return isinstance(operator, ast.Is | ast.IsNot)


def hindrance(statement: ast.stmt, use: ast.AST, value: ast.AST) -> str:
    """Say what speaks against computing `value` before `statement`, which has it in place of `use`.

    Blank: it is computed there once, whatever happens, and before all that may change it.
    """
    path = list(_path(statement, use))
    if not path:
        return "it would be computed somewhere else, or not always"
    if isinstance(statement, ast.While):
        return "it is computed again and again"
    for parent, child in pairwise(path):
        if _is_conditional(parent, child):
            return "it is not always computed"
    if is_fixed(value):
        return ""
    order = list(evaluated(statement))
    earlier = order[: next(place for place, node in enumerate(order) if node is path[-1])]
    if any(map(may_change, earlier)):
        return "something is done before it is computed"
    return ""


def blocks(tree: ast.AST) -> Blocks:
    """Yield all lists of statements in `tree`."""
    for node in ast.walk(tree):
        for field in ("body", "orelse", "finalbody"):
            found = getattr(node, field, None)
            if isinstance(found, list) and found and isinstance(found[0], ast.stmt):
                yield found


def header(statement: ast.stmt) -> Iterator[ast.AST]:
    """Yield the parts of a statement that are no statements in turn."""
    for child in ast.iter_child_nodes(statement):
        if not isinstance(child, ast.stmt | ast.ExceptHandler) and not hasattr(child, "pattern"):
            yield child


def _path(statement: ast.stmt, use: ast.AST) -> Iterator[ast.AST]:
    """Yield what leads from the statement to `use`, both included; nothing if it is not there."""

    def down(node: ast.AST) -> list[ast.AST]:
        if node is use:
            return [node]
        children = header(node) if isinstance(node, ast.stmt) else ast.iter_child_nodes(node)
        for child in children:
            if found := down(child):
                return [node, *found]
        return []

    yield from down(statement)


def _is_conditional(parent: ast.AST, child: ast.AST) -> bool:
    """Tell whether `parent` may not compute `child`, more than once, or with other names."""
    if isinstance(parent, ast.BoolOp):
        return child is not parent.values[0]
    if isinstance(parent, ast.IfExp):
        return child is not parent.test
    if isinstance(parent, ast.Compare):
        return child is not parent.left and child is not parent.comparators[0]
    if isinstance(parent, ast.Assert):
        return child is parent.msg
    if isinstance(parent, COMPREHENSIONS):
        return child is not parent.generators[0]
    if isinstance(parent, ast.comprehension):
        return child is not parent.iter
    return isinstance(parent, ast.Lambda)
