"""Whether code means the same after a refactoring, as far as syntax trees tell."""

from __future__ import annotations

import ast
from collections.abc import Collection
from itertools import pairwise

from fairlead_server.editing.refactoring.hoisting import blocks, hindrance
from fairlead_server.editing.refactoring.job import Refused


def tree_of(text: str) -> ast.Module:
    """Parse `text`. Raises `Refused`."""
    try:
        return ast.parse(text)
    except (SyntaxError, ValueError, RecursionError):
        raise Refused("the file does not parse") from None


def is_inlined(old: str, new: str, name: str, places: Collection[tuple[int, int]]) -> bool:
    """Tell whether `new` is `old` with a variable's value in its place.

    `places` are those of the variable in `old`, its assignment included: line and column.
    """
    before = tree_of(old)
    scope = _scope(before, name, len(places))
    inlining = _Inlining(name, None if scope is not None else _octets(old, places))
    inlining.inside = scope
    inlining.visit(before)
    after = parsed(new)
    return inlining.value is not None and after is not None and same(before, after)


def uses_of(
    text: str, tree: ast.Module, name: str, places: Collection[tuple[int, int]]
) -> list[ast.Name]:
    """Return the nodes that read the variable whose `places` in `text` these are."""
    scope, octets = _scope(tree, name, len(places)), _octets(text, places)
    return [
        node
        for node in ast.walk(scope or tree)
        if isinstance(node, ast.Name)
        and node.id == name
        and isinstance(node.ctx, ast.Load)
        and (scope is not None or (node.lineno, node.col_offset) in octets)
    ]


def variable_complaint(old: str, new: str, name: str) -> str:
    """Say what is wrong with the extraction of a variable; blank if that is nothing.

    It has to be assigned right before the statement that has it, where its value was, and be
    computed there as it was before.
    """
    after = parsed(new)
    if after is None:
        return "it would not parse"
    for block in blocks(after):
        for node, following in pairwise(block):
            if not isinstance(node, ast.Assign) or _names(node.targets[0], name) != 1:
                continue
            uses = [n for n in ast.walk(following) if isinstance(n, ast.Name) and n.id == name]
            if len(uses) != 1 or not isinstance(node.targets[0], ast.Name):
                return "it is not used where it was"
            wrong = hindrance(following, uses[0], node.value)
            return wrong or _unlike(old, after, name)
    return "it is not used right where it is assigned"


def _unlike(old: str, after: ast.Module, name: str) -> str:
    inlining = _Inlining(name, None)
    inlining.inside = after
    inlining.visit(after)
    return "" if same(tree_of(old), after) else "it would change what the code does"


def is_annotated(old: str, new: str) -> bool:
    """Tell whether nothing but the hints of functions differs."""
    trees = [parsed(text) for text in (old, new)]
    bare = [_Bare().visit(tree) for tree in trees if tree is not None]
    return len(bare) == len(trees) and same(*bare)


def is_documented(old: str, new: str) -> bool:
    """Tell whether nothing but one docstring differs, which `old` lacks."""
    counts, trees = [], []
    for text in (old, new):
        found = parsed(text)
        if found is None:
            return False
        counts.append(sum(map(_undocument, ast.walk(found))))
        trees.append(found)
    return counts[1] == counts[0] + 1 and same(*trees)


def _undocument(node: ast.AST) -> bool:
    """Take the docstring of `node` away; tell whether there was one."""
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Module)
    if not isinstance(node, kinds) or ast.get_docstring(node, clean=False) is None:
        return False
    del node.body[0]
    return True


def is_rearranged(old: str, new: str) -> bool:
    """Tell whether nothing but unindented import statements differs."""
    left = [
        [node for node in tree_of(text).body if not isinstance(node, ast.Import | ast.ImportFrom)]
        for text in (old, new)
    ]
    return same(*(ast.Module(body=list(body), type_ignores=[]) for body in left))


def parsed(text: str) -> ast.Module | None:
    """Parse `text`; None if that cannot be done."""
    try:
        return tree_of(text)
    except Refused:
        return None


def same(one: ast.AST, other: ast.AST) -> bool:
    """Tell whether two trees differ in nothing but places."""
    return ast.dump(one) == ast.dump(other)


def _octets(text: str, places: Collection[tuple[int, int]]) -> frozenset[tuple[int, int]]:
    """Return the places as syntax trees count columns."""
    lines = text.split("\n")
    return frozenset((line, len(lines[line - 1][:column].encode())) for line, column in places)


def _scope(tree: ast.Module, name: str, count: int) -> ast.AST | None:
    """Return the function in which all of `count` uses are and no other, or else the module.

    Inside of f-strings, the places in the tree are wrong before Python 3.12.
    """
    functions = (ast.FunctionDef, ast.AsyncFunctionDef)
    found = [
        node
        for node in ast.walk(tree)
        if isinstance(node, (*functions, ast.Module)) and _names(node, name) == count
    ]
    return min(found, key=lambda node: len(ast.dump(node)), default=None)


def _names(tree: ast.AST, name: str) -> int:
    return sum(isinstance(node, ast.Name) and node.id == name for node in ast.walk(tree))


class _Inlining(ast.NodeTransformer):
    """Takes the assignment of a variable away, and puts its value in its place."""

    def __init__(self, name: str, places: frozenset[tuple[int, int]] | None) -> None:
        self.value: ast.expr | None = None
        self.inside: ast.AST | None = None
        self._name, self._places = name, places
        self._within = False

    def visit(self, node: ast.AST) -> ast.AST | None:
        """Visit `node`; with a scope, only what is in it counts."""
        if node is not self.inside:
            found: ast.AST | None = super().visit(node)
            return found
        self._within = True
        changed: ast.AST | None = super().visit(node)
        self._within = False
        return changed

    def visit_Assign(self, node: ast.Assign) -> ast.AST | None:
        """Take the assignment away."""
        if len(node.targets) == 1 and self._is_meant(node.targets[0]) and self.value is None:
            self.value = node.value
            return None
        return self.generic_visit(node)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST | None:
        """Take the assignment away."""
        if self._is_meant(node.target) and node.value is not None and self.value is None:
            self.value = node.value
            return None
        return self.generic_visit(node)

    def visit_Name(self, node: ast.Name) -> ast.AST:
        """Put the value in the place of the name."""
        if self._is_meant(node) and isinstance(node.ctx, ast.Load) and self.value is not None:
            return self.value
        return node

    def _is_meant(self, node: ast.AST) -> bool:
        if not isinstance(node, ast.Name) or node.id != self._name:
            return False
        if self._places is not None:
            return (node.lineno, node.col_offset) in self._places
        return self._within


class _Bare(ast.NodeTransformer):
    """Takes the hints of functions away."""

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        """Take the hint of what is returned away."""
        node.returns = None
        return self.generic_visit(node)

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> ast.AST:
        """Take the hint of what is returned away."""
        node.returns = None
        return self.generic_visit(node)

    def visit_arg(self, node: ast.arg) -> ast.AST:
        """Take the hint of a parameter away."""
        node.annotation = None
        return node
