"""Which names statements read before they bind them, and which they surely bind: by syntax alone.

Where that depends on what happens, the answer errs on the side of reading more and binding less.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

Names = frozenset[str]

FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
LOOPS = (ast.For, ast.AsyncFor, ast.While)
COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
_NONE: Names = frozenset()


@dataclass(frozen=True)
class Flow:
    """What is read of the names that were bound before, and what is bound for sure at the end."""

    reads: Names
    binds: Names


def flow(body: Sequence[ast.stmt], bound: Names = _NONE) -> Flow:
    """Return the flow through statements, before which the names `bound` are bound in them."""
    reads, binds = _NONE, bound
    for statement in body:
        found = _through(statement, binds)
        reads, binds = reads | found.reads, binds | found.binds
    return Flow(reads, binds)


def _through(node: ast.stmt, bound: Names) -> Flow:
    if isinstance(node, ast.If):
        branches = [flow(node.body, bound), flow(node.orelse, bound)]
        return _joined(loads(node.test) - bound, branches)
    if isinstance(node, ast.For | ast.AsyncFor):
        inside = flow(node.body, bound | stores([node.target]))
        return Flow(
            (loads(node.iter) | loads(node.target)) - bound
            | inside.reads
            | flow(node.orelse, bound).reads,
            _NONE,
        )
    if isinstance(node, ast.While):
        inside = flow(node.body, bound)
        return Flow(loads(node.test) - bound | inside.reads | flow(node.orelse, bound).reads, _NONE)
    if isinstance(node, ast.With | ast.AsyncWith):
        targets = [item.optional_vars for item in node.items if item.optional_vars is not None]
        begun = bound | stores(targets)
        found = flow(node.body, begun)
        read = frozenset().union(*(loads(item) for item in node.items)) - bound
        return Flow(read | found.reads, found.binds)
    if isinstance(node, ast.Try):
        return _through_try(node, bound)
    return Flow(loads(node) - bound, _NONE if _is_compound(node) else stores([node]))


def _through_try(node: ast.Try, bound: Names) -> Flow:
    body = flow([*node.body, *node.orelse], bound)
    handlers = []
    for handler in node.handlers:
        named = frozenset({handler.name} if handler.name else ())
        found = flow(handler.body, bound | named)
        caught = loads(handler.type) - bound if handler.type is not None else _NONE
        # The name of a handler is gone at its end.
        handlers.append(Flow(found.reads | caught, found.binds - named))
    joined = _joined(_NONE, [body, *handlers])
    final = flow(node.finalbody, bound)
    return Flow(joined.reads | final.reads, joined.binds | final.binds)


def _joined(reads: Names, branches: Iterable[Flow]) -> Flow:
    several = list(branches)
    read = reads.union(*(one.reads for one in several))
    return Flow(read, frozenset.intersection(*(one.binds for one in several)))


def _is_compound(node: ast.stmt) -> bool:
    return hasattr(node, "cases") or type(node).__name__ == "TryStar"


def loads(node: ast.AST) -> Names:
    """Return the names that `node` reads of what is around it, those of nested functions too."""
    return frozenset(_loads(node))


def _loads(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Name):
        if not isinstance(node.ctx, ast.Store):
            yield node.id
        return
    if isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name):
        yield node.target.id
    own: Names = _NONE
    if isinstance(node, COMPREHENSIONS):
        own = stores([generator.target for generator in node.generators])
    elif isinstance(node, ast.Lambda):
        own = _parameters(node.args)
    elif isinstance(node, FUNCTIONS):
        own = _parameters(node.args) | (stores(node.body) - declared(node.body))
    for child in ast.iter_child_nodes(node):
        yield from (name for name in _loads(child) if name not in own)


def _parameters(arguments: ast.arguments) -> Names:
    return frozenset(one.arg for one in ast.walk(arguments) if isinstance(one, ast.arg))


def stores(nodes: Iterable[ast.AST]) -> Names:
    """Return the names that `nodes` may bind or delete where they stand."""
    return frozenset(name for node in nodes for name in _stores(node))


def _stores(node: ast.AST) -> Iterator[str]:
    if isinstance(node, COMPREHENSIONS):
        yield from (n.target.id for n in ast.walk(node) if isinstance(n, ast.NamedExpr))
        return
    yield from _bound_by(node)
    if not isinstance(node, (*FUNCTIONS, ast.ClassDef, ast.Lambda)):
        for child in ast.iter_child_nodes(node):
            yield from _stores(child)


def _bound_by(node: ast.AST) -> Iterator[str]:
    """Yield the names that a node binds itself."""
    if isinstance(node, ast.Name):
        if not isinstance(node.ctx, ast.Load):
            yield node.id
    elif isinstance(node, ast.alias):
        yield (node.asname or node.name).partition(".")[0]
    elif isinstance(node, ast.Global | ast.Nonlocal):
        yield from node.names
    elif isinstance(node, (*FUNCTIONS, ast.ClassDef, ast.ExceptHandler)) or _is_pattern(node):
        names = (getattr(node, field, None) for field in ("name", "rest"))
        yield from (name for name in names if isinstance(name, str))


def _is_pattern(node: ast.AST) -> bool:
    """Tell whether `node` is a pattern of `match`, which captures what it names."""
    return type(node).__name__.startswith("Match")


def declared(nodes: Iterable[ast.AST]) -> Names:
    """Return the names that are declared to be those of a scope further out."""
    kinds = (ast.Global, ast.Nonlocal)
    return frozenset(
        name
        for node in nodes
        for one in ast.walk(node)
        if isinstance(one, kinds)
        for name in one.names
    )
