"""In which order an expression or statement is computed, and what of it may change objects."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator
from itertools import chain, zip_longest

from fairlead_server.editing.refactoring.flow import COMPREHENSIONS, LOOPS

DOING = (ast.Call, ast.Await, ast.Yield, ast.YieldFrom, ast.NamedExpr, ast.withitem)
"""What may do something besides having a value."""

_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
_SWAPPED = (ast.Assign, ast.AnnAssign, ast.For, ast.AsyncFor, ast.comprehension, *COMPREHENSIONS)
_FIRST = ("generators", "value", "iter")


def evaluated(node: ast.AST) -> Iterator[ast.AST]:
    """Yield what is in `node` as it is computed, each after its parts: what is stored, last.

    What may not be computed, or more than once, is in it once; the bodies of functions are where
    these are defined.
    """
    for part in _parts(node):
        yield from evaluated(part)
    yield node


def _parts(node: ast.AST) -> Iterator[ast.AST]:
    if isinstance(node, ast.Dict):
        pairs = chain.from_iterable(zip_longest(node.keys, node.values))
        yield from (one for one in pairs if one is not None)
        return
    if isinstance(node, ast.AugAssign):
        # Which object it is comes first; that it is stored is what the statement does.
        names = [node.target] if isinstance(node.target, ast.Name) else _parts(node.target)
        yield from (*names, node.value)
        return
    fields = list(node._fields)
    if isinstance(node, _SWAPPED):
        fields.sort(key=lambda name: name not in _FIRST)
    if isinstance(node, _SCOPES):
        fields.sort(key=lambda name: (name != "decorator_list", name == "body"))
    for name in fields:
        found = getattr(node, name, None)
        several = found if isinstance(found, list) else [found]
        yield from (one for one in several if isinstance(one, ast.AST))


def is_stored(node: ast.AST) -> bool:
    """Tell whether `node` is where something of an object is replaced, deleted or added to."""
    if isinstance(node, ast.AugAssign):
        return True
    return isinstance(node, ast.Attribute | ast.Subscript) and not isinstance(node.ctx, ast.Load)


def may_change(node: ast.AST) -> bool:
    """Tell whether objects may be others once `node` is computed, as far as syntax tells."""
    return isinstance(node, DOING) or is_stored(node)


def disturbed(root: ast.AST, uses: Collection[ast.AST], after: ast.AST | None = None) -> bool:
    """Tell whether in `root` objects may change, once `after` is done, before the last of `uses`.

    Where one of the `uses` is in a loop, and `after` is not, all that is in the loop counts.
    """
    order = list(evaluated(root))
    begun = next((place for place, node in enumerate(order) if node is after), -1)
    last = max(place for place, node in enumerate(order) if _is_one(node, uses))
    if any(map(may_change, order[begun + 1 : last])):
        return True
    return any(any(map(may_change, ast.walk(loop))) for loop in _repeated(order, uses, after))


def _repeated(
    order: Collection[ast.AST], uses: Collection[ast.AST], after: ast.AST | None
) -> Iterator[ast.AST]:
    """Yield the loops and comprehensions that compute one of `uses` again and again."""
    for node in order:
        if not isinstance(node, (*LOOPS, *COMPREHENSIONS)):
            continue
        inside = list(ast.walk(node))
        once = node.iter if isinstance(node, ast.For | ast.AsyncFor) else None
        if isinstance(node, COMPREHENSIONS):
            once = node.generators[0].iter
        single = list(ast.walk(once)) if once is not None else []
        repeated = [use for use in uses if _is_one(use, inside) and not _is_one(use, single)]
        if repeated and (after is None or not _is_one(after, inside)):
            yield node


def _is_one(node: ast.AST, several: Collection[ast.AST]) -> bool:
    return any(node is one for one in several)
