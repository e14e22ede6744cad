"""Small mistakes put into code, to see whether tests notice them (DeMillo, Lipton and Sayward,
"Hints on test data selection: help for the practicing programmer", 1978).
"""

from __future__ import annotations

import ast
import copy
import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

_OPERATORS: Mapping[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.FloorDiv,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.FloorDiv,
    ast.Pow: ast.Mult,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
    ast.LShift: ast.RShift,
    ast.RShift: ast.LShift,
}
_COMPARISONS: Mapping[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
}
_DOCUMENTED = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


@dataclass(frozen=True)
class Mutant:
    """The text of the file with one mistake: on `line`, `was` has become `now`."""

    line: int
    was: str
    now: str
    text: str

    def __str__(self) -> str:
        return f"line {self.line}: `{self.was}` as `{self.now}`"


def mutants(text: str, first: int, last: int, most: int, seed: int = 0) -> list[Mutant]:
    """Return up to `most` mutants of the code on the lines `first` to `last`, in their order.

    Docstrings and hints are left alone. There are none of a text that does not parse.
    """
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError):
        return []
    left_alone = _left_alone(tree)
    found = [
        (place, change)
        for place, node in enumerate(ast.walk(tree))
        if id(node) not in left_alone and first <= getattr(node, "lineno", 0) <= last
        for change in _changes(node)
    ]
    drawn = sorted(random.Random(seed).sample(range(len(found)), min(most, len(found))))
    made = (_mutant(tree, *found[number]) for number in drawn)
    return sorted(filter(None, made), key=lambda one: one.line)


def _left_alone(tree: ast.Module) -> set[int]:
    """Return the ids of what is no code that runs: docstrings, hints, and what is in them."""
    out: list[ast.AST | None] = []
    for node in ast.walk(tree):
        if isinstance(node, _DOCUMENTED) and ast.get_docstring(node, clean=False) is not None:
            out.append(node.body[0])
        out += [getattr(node, "annotation", None), getattr(node, "returns", None)]
    return {id(inner) for node in out if node is not None for inner in ast.walk(node)}


def _changes(node: ast.AST) -> Iterator[ast.AST | None]:
    """Yield what may stand in the place of `node`; None if it is taken out."""
    if isinstance(node, ast.BinOp) and type(node.op) in _OPERATORS:
        yield ast.BinOp(node.left, _OPERATORS[type(node.op)](), node.right)
    elif isinstance(node, ast.Compare):
        for other in _COMPARISONS[type(node.ops[0])]:
            yield ast.Compare(node.left, [other(), *node.ops[1:]], node.comparators)
    elif isinstance(node, ast.BoolOp):
        yield ast.BoolOp(ast.Or() if isinstance(node.op, ast.And) else ast.And(), node.values)
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not | ast.USub):
        yield node.operand
    elif isinstance(node, ast.Constant):
        yield from map(ast.Constant, _others(node.value))
    elif isinstance(node, ast.Return) and node.value is not None and not _is_none(node.value):
        yield ast.Return(ast.Constant(None))
    elif isinstance(node, ast.Expr | ast.AugAssign | ast.Raise):
        yield None
    elif isinstance(node, ast.If | ast.While) and not isinstance(node.test, ast.Compare):
        changed = copy.copy(node)
        changed.test = ast.UnaryOp(ast.Not(), node.test)
        yield changed


def _others(value: object) -> list[bool | int | float | str]:
    if isinstance(value, bool):
        return [not value]
    if isinstance(value, int | float):
        return [value + 1]
    return [f"{value}X"] if isinstance(value, str) else []


def _is_none(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


def _mutant(tree: ast.Module, place: int, change: ast.AST | None) -> Mutant | None:
    """Return the mutant in which the node at `place` of the walk is changed."""
    node = list(ast.walk(tree))[place]
    replacing = _Replacing(node, ast.Pass() if change is None else copy.deepcopy(change))
    line, was, now = getattr(node, "lineno", 0), _shown(node), _shown(replacing.new)
    changed = ast.fix_missing_locations(replacing.visit(_copied(tree, replacing)))
    try:
        return Mutant(line, was, now, ast.unparse(changed) + "\n")
    except (ValueError, RecursionError):
        return None


def _copied(tree: ast.Module, replacing: _Replacing) -> ast.Module:
    """Return a copy of `tree`, in which `replacing` is to replace the copy of its node."""
    memo: dict[int, ast.AST] = {}
    made = copy.deepcopy(tree, memo)
    replacing.old = memo[id(replacing.old)]
    return made


class _Replacing(ast.NodeTransformer):
    """Puts `new` in the place of `old`."""

    def __init__(self, old: ast.AST, new: ast.AST) -> None:
        self.old, self.new = old, new

    def visit(self, node: ast.AST) -> ast.AST:
        """Replace `node` if it is the one."""
        if node is self.old:
            return self.new
        found: ast.AST = super().visit(node)
        return found


def _shown(node: ast.AST) -> str:
    """Return the first line of the code of `node`."""
    return ast.unparse(ast.fix_missing_locations(copy.deepcopy(node))).partition("\n")[0]
