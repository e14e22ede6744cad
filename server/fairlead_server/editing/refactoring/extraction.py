"""Whether an extracted function does what the code did that it was made of.

Put back in its place, its body has to be that code; and the names that go in and out have to be
those that the code takes from around it, and that are read of it afterwards.
"""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import dataclass

from fairlead_server.editing.refactoring.flow import (
    COMPREHENSIONS,
    FUNCTIONS,
    LOOPS,
    Names,
    declared,
    flow,
    loads,
    stores,
)
from fairlead_server.editing.refactoring.hoisting import blocks
from fairlead_server.editing.refactoring.meaning import parsed, same, tree_of

_NONE: Names = frozenset()


@dataclass(frozen=True)
class _Call:
    """The call that is left: in which block, what goes in and what comes out."""

    block: list[ast.stmt]
    place: int
    given: Names
    taken: tuple[str, ...]


def complaint(old: str, new: str, name: str) -> str:
    """Say what is wrong with the extraction of the function `name`; blank if that is nothing."""
    for way in (_of_an_expression, _of_statements):
        after = parsed(new)
        if after is None:
            return "it would not parse"
        found = way(tree_of(old), after, name)
        if found is not None:
            return found
    return "it would change what the code does"


def _of_an_expression(before: ast.Module, after: ast.Module, name: str) -> str | None:
    """Say what is wrong with a function that returns an expression; None if it is another one."""
    function = _taken_out(after, name)
    body = function.body if function is not None else []
    if function is None or len(body) != 1 or not isinstance(body[0], ast.Return):
        return None
    value = body[0].value
    calls = [node for node in ast.walk(after) if isinstance(node, ast.Call) and _is(node, name)]
    if value is None or len(calls) != 1:
        return None
    given = frozenset(one.id for one in calls[0].args if isinstance(one, ast.Name))
    if not same(before, _Replaced(calls[0], value).visit(after)):
        return None
    if stored := stores([value]):
        return f"`{min(stored)}` is bound in it, and would be lost"
    scopes = [n for n in ast.walk(after) if isinstance(n, FUNCTIONS) and value in ast.walk(n)]
    own = _own(scopes[-1] if scopes else after) if scopes else _NONE
    inner = (n for n in ast.walk(after) if isinstance(n, (*COMPREHENSIONS, ast.Lambda)))
    for node in inner:
        if value in ast.walk(node):
            own |= _inner(node)
    if missing := (loads(value) & own) - given - _receiver(function):
        return f"it would not get `{min(missing)}`"
    return ""


def _inner(node: ast.AST) -> Names:
    """Return the names that a comprehension or lambda binds."""
    if isinstance(node, ast.Lambda):
        return frozenset(one.arg for one in ast.walk(node.args) if isinstance(one, ast.arg))
    return stores(generator.target for generator in getattr(node, "generators", ()))


class _Replaced(ast.NodeTransformer):
    """Puts one node in the place of another."""

    def __init__(self, node: ast.AST, other: ast.AST) -> None:
        self._node, self._other = node, other

    def visit(self, node: ast.AST) -> ast.AST:
        """Return the other one for the one, and what is in all others."""
        if node is self._node:
            return self._other
        found: ast.AST = super().visit(node)
        return found


def _of_statements(before: ast.Module, after: ast.Module, name: str) -> str | None:
    """Say what is wrong with a function that has statements in it; None if it is another one."""
    function = _taken_out(after, name)
    call = _call(after, name)
    body = None if function is None or call is None else _body(function, call)
    if function is None or call is None or body is None:
        return None
    call.block[call.place : call.place + 1] = body
    if not same(before, after):
        return None
    region = call.block[call.place : call.place + len(body)]
    return _misses(_scope(after, call.block), call, region, function)


def taken(new: str, name: str) -> Names:
    """Return the names that `new` binds to what the function `name` returns."""
    found = (n for n in ast.walk(tree_of(new)) if isinstance(n, ast.Assign))
    return stores(n for n in found if isinstance(n.value, ast.Call) and _is(n.value, name))


def _taken_out(tree: ast.Module, name: str) -> ast.FunctionDef | None:
    for block in blocks(tree):
        for node in block:
            if isinstance(node, FUNCTIONS) and node.name == name:
                block.remove(node)
                return node if isinstance(node, ast.FunctionDef) else None
    return None


def _call(tree: ast.Module, name: str) -> _Call | None:
    """Return the one statement that is a call of the function, or has one as its value."""
    found = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and _is(node, name)]
    if len(found) != 1:
        return None
    given = [one.id for one in found[0].args if isinstance(one, ast.Name)]
    if len(given) != len(found[0].args) or found[0].keywords:
        return None
    for block in blocks(tree):
        for place, node in enumerate(block):
            if isinstance(node, ast.Expr | ast.Assign | ast.Return) and node.value is found[0]:
                taken = _targets(node)
                return None if taken is None else _Call(block, place, frozenset(given), taken)
    return None


def _is(node: ast.Call, name: str) -> bool:
    function = node.func
    return name == (
        function.id
        if isinstance(function, ast.Name)
        else function.attr
        if isinstance(function, ast.Attribute)
        else ""
    )


def _targets(node: ast.stmt) -> tuple[str, ...] | None:
    if not isinstance(node, ast.Assign):
        return ()
    (target,) = node.targets[:1]
    parts = target.elts if isinstance(target, ast.Tuple) else [target]
    names = tuple(one.id for one in parts if isinstance(one, ast.Name))
    return names if len(names) == len(parts) and len(node.targets) == 1 else None


def _body(function: ast.FunctionDef, call: _Call) -> list[ast.stmt] | None:
    """Return what the function does without giving back what the call takes."""
    statement, body = call.block[call.place], list(function.body)
    if isinstance(statement, ast.Return):
        return body
    if isinstance(statement, ast.Expr):
        return None if isinstance(body[-1], ast.Return) else body
    last = body.pop()
    if not isinstance(last, ast.Return) or last.value is None:
        return None
    returned = last.value.elts if isinstance(last.value, ast.Tuple) else [last.value]
    names = tuple(one.id for one in returned if isinstance(one, ast.Name))
    return body if names == call.taken else None


def _scope(tree: ast.Module, block: Sequence[ast.stmt]) -> ast.AST:
    """Return the innermost function around a block, or else the module."""
    around = [
        node
        for node in ast.walk(tree)
        if isinstance(node, FUNCTIONS) and any(found is block for found in blocks(node))
    ]
    return around[-1] if around else tree


def _misses(
    scope: ast.AST, call: _Call, region: Sequence[ast.stmt], function: ast.FunctionDef
) -> str:
    """Say which name would not get in or out."""
    own = _own(scope)
    through, bound = flow(region), stores(region)
    outer = declared([scope]) & bound
    if outer:
        return f"it binds `{min(outer)}`, which is not its own"
    known = frozenset().union(*(loads(one) for one in region)) | _bound_outside(
        scope, call, len(region)
    )
    if unknown := call.given - known:
        return f"it would be given `{min(unknown)}`, which there is not"
    given = call.given | _receiver(function)
    if missing := (through.reads & own) - given:
        return f"it would not get `{min(missing)}`"
    looped = any(isinstance(n, LOOPS) and _holds(n, region) for n in ast.walk(scope))
    later = _read_elsewhere(scope, region, everywhere=looped)
    if looped:
        later |= through.reads
    if lost := (bound & later & own) - set(call.taken):
        return f"`{min(lost)}` is read afterwards, and would be lost"
    if vague := set(call.taken) - through.binds - given:
        return f"`{min(vague)}` may not be bound in it"
    return ""


def _own(scope: ast.AST) -> Names:
    """Return the names that are bound in a function or module."""
    body = getattr(scope, "body", [])
    if isinstance(scope, FUNCTIONS):
        parameters = {one.arg for one in ast.walk(scope.args) if isinstance(one, ast.arg)}
        return stores(body) | parameters
    return stores(n for n in body if not isinstance(n, (*FUNCTIONS, ast.ClassDef, ast.Import)))


def _bound_outside(scope: ast.AST, call: _Call, size: int) -> Names:
    """Return the names that a function or module binds outside of the region."""
    region = call.block[call.place : call.place + size]
    call.block[call.place : call.place + size] = [ast.Pass()]
    bound = _own(scope)
    call.block[call.place : call.place + 1] = region
    return bound


def _receiver(function: ast.FunctionDef) -> Names:
    """Return the name of the object that a method gets without being given it."""
    return frozenset(one.arg for one in function.args.args[:1] if one.arg in ("self", "cls"))


def _holds(node: ast.AST, region: Sequence[ast.stmt]) -> bool:
    return any(one is region[0] for one in ast.walk(node))


def _read_elsewhere(
    scope: ast.AST, region: Sequence[ast.stmt], *, everywhere: bool
) -> frozenset[str]:
    """Return the names read outside of the region: after it, in functions, or `everywhere`."""
    inside = {id(node) for one in region for node in ast.walk(one)}
    begun = False
    found: set[str] = set()
    for node in _in_order(scope):
        if id(node) in inside:
            begun = True
        elif begun or everywhere:
            found |= _read_by(node)
        is_inner = isinstance(node, (*FUNCTIONS, ast.Lambda)) and node is not scope
        if is_inner and id(node) not in inside:
            found |= loads(node)
    return frozenset(found)


def _read_by(node: ast.AST) -> Names:
    """Return the name that a node reads itself."""
    if isinstance(node, ast.AugAssign):
        node = node.target
        return frozenset({node.id}) if isinstance(node, ast.Name) else _NONE
    is_read = isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Store)
    return frozenset({getattr(node, "id", "")}) if is_read else _NONE


def _in_order(node: ast.AST) -> list[ast.AST]:
    """Return all nodes in the order of the tree: those of what comes first, first."""
    found = [node]
    for child in ast.iter_child_nodes(node):
        found += _in_order(child)
    return found
