"""Whether a value or a function can be put where its name is used, and nothing be different."""

from __future__ import annotations

import ast
import copy
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fairlead_server.editing.refactoring.evaluation import DOING, disturbed, is_stored
from fairlead_server.editing.refactoring.flow import (
    COMPREHENSIONS,
    FUNCTIONS,
    LOOPS,
    Names,
    declared,
    loads,
    stores,
)
from fairlead_server.editing.refactoring.hoisting import blocks, hindrance, is_fixed, is_pure
from fairlead_server.editing.refactoring.meaning import parsed, same, tree_of

_INNER = (*FUNCTIONS, ast.Lambda, ast.ClassDef)


@dataclass(frozen=True)
class Bound:
    """A variable that one assignment binds in `scope`, a function or `module`, and its uses."""

    module: ast.Module
    scope: ast.AST
    assignment: ast.Assign | ast.AnnAssign
    value: ast.expr
    uses: Sequence[ast.Name]


def value_complaint(bound: Bound) -> str:
    """Say why the value may not be the same where the name is used; blank if it is."""
    order = list(ast.walk(bound.scope))
    if any(_place(use) < _place(bound.assignment) for use in bound.uses):
        return "it is used before it is bound, as it seems"
    if not is_pure(bound.value):
        return _computed(bound)
    return _captured(bound) or _rebound(bound, order)


def _captured(bound: Bound) -> str:
    """Say in which inner scope the names of the value may be others."""
    read = loads(bound.value)
    for node in _around(bound):
        if isinstance(node, _INNER) and read:
            return "it is used in a function or class of its own, when its value may be another"
        if isinstance(node, COMPREHENSIONS):
            own = stores(generator.target for generator in node.generators)
            if taken := own & read:
                return f"`{min(taken)}` is another one where it is used"
    return ""


def _around(bound: Bound) -> list[ast.AST]:
    """Return what is around the uses within the scope."""
    parents = {
        child: node for node in ast.walk(bound.scope) for child in ast.iter_child_nodes(node)
    }
    found: dict[ast.AST, None] = {}
    for use in bound.uses:
        node: ast.AST | None = parents.get(use)
        while node is not None and node is not bound.scope:
            found[node] = None
            node = parents.get(node)
    return list(found)


def _rebound(bound: Bound, order: Sequence[ast.AST]) -> str:
    """Say what of the value may change before the last use."""
    read, last = loads(bound.value), max(map(_place, bound.uses))
    begun = _end(bound.assignment)
    loops = [node for node in order if isinstance(node, LOOPS)]
    again = any(
        bound.assignment not in ast.walk(loop) and any(use in ast.walk(loop) for use in bound.uses)
        for loop in loops
    )
    for node in order:
        if _place(node) < begun or (_place(node) >= last and not again):
            continue
        if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load) and node.id in read:
            return f"`{node.id}` gets another value before the last use"
    done = disturbed(bound.scope, bound.uses, bound.assignment)
    for name in sorted(read & _changing(bound)) if done or again else ():
        return f"`{name}` may get another value before the last use"
    if done and not is_fixed(bound.value):
        return "something is done or stored between the value and its use"
    return ""


def _changing(bound: Bound) -> Names:
    """Return the names that a call may give another value."""
    several = {
        name
        for name in loads(bound.value)
        if sum(name in stores([node]) for node in bound.module.body) > 1
    }
    local = stores(getattr(bound.scope, "body", []))
    return declared([bound.module]) | (frozenset(several) - local)


def _computed(bound: Bound) -> str:
    """Say why a value that is more than names and operators cannot be computed elsewhere."""
    if len(bound.uses) > 1:
        return "the value would be computed more than once"
    (use,) = bound.uses
    for block in blocks(bound.scope):
        if bound.assignment not in block:
            continue
        begun = block.index(bound.assignment) + 1
        for place in range(begun, len(block)):
            if use in ast.walk(block[place]):
                between = block[begun:place]
                return _changed(between, bound.value) or hindrance(block[place], use, bound.value)
    return "the value would be computed later, or not always"


def _changed(between: Sequence[ast.stmt], value: ast.expr) -> str:
    read = loads(value)
    for node in (one for statement in between for one in ast.walk(statement)):
        if isinstance(node, DOING):
            return "something is done between the value and its use"
        if is_stored(node):
            return "something is stored between the value and its use"
    if taken := stores(between) & read:
        return f"`{min(taken)}` gets another value before the last use"
    return ""


def function_complaint(old: str, new: str, name: str) -> str:
    """Say what is wrong with the inlining of the function `name`; blank if that is nothing.

    It has to be a function that returns an expression, and does nothing else.
    """
    before, after = tree_of(old), parsed(new)
    functions = [n for n in ast.walk(before) if isinstance(n, ast.FunctionDef) and n.name == name]
    if after is None or len(functions) != 1:
        return "it is not clear what it would do"
    (function,) = functions
    body = function.body[1:] if ast.get_docstring(function) is not None else function.body
    if len(body) != 1 or not isinstance(body[0], ast.Return) or body[0].value is None:
        return f"`{name}` does more than return an expression"
    value = body[0].value
    if stores([value]) or any(isinstance(n, ast.Yield | ast.YieldFrom) for n in ast.walk(value)):
        return f"`{name}` does more than return an expression"
    free = loads(value) - {one.arg for one in ast.walk(function.args) if isinstance(one, ast.arg)}
    for block in blocks(before):
        if function in block:
            block.remove(function)
            break
    calls = _Calls(name, function, value, free, declared([before]))
    calls.visit(before)
    if calls.wrong:
        return calls.wrong
    return "" if same(before, after) else "it would change what the code does"


class _Calls(ast.NodeTransformer):
    """Puts what a function returns in the place of its calls, as long as that is the same."""

    def __init__(
        self, name: str, function: ast.FunctionDef, value: ast.expr, free: Names, loose: Names
    ) -> None:
        self.wrong = ""
        self._name, self._function, self._value, self._free = name, function, value, free
        self._loose = loose
        self._around: list[Names] = []

    def visit(self, node: ast.AST) -> ast.AST:
        """Visit `node`, and know which names its functions bind."""
        is_scope = isinstance(node, (*FUNCTIONS, ast.Lambda, *COMPREHENSIONS))
        if is_scope:
            self._around.append(stores(_bodies(node)) | _parameters(node))
        found: ast.AST = super().visit(node)
        if is_scope:
            self._around.pop()
        return found

    def visit_Call(self, node: ast.Call) -> ast.AST:
        """Put the value in the place of a call of the function."""
        self.generic_visit(node)
        if not isinstance(node.func, ast.Name) or node.func.id != self._name:
            return node
        if taken := self._free & frozenset().union(*self._around):
            self.wrong = f"`{min(taken)}` is another one where `{self._name}` is called"
        given = _given(self._function.args, node)
        if given is None:
            self.wrong = self.wrong or f"a call of `{self._name}` does not fit its parameters"
            return node
        if not all(map(is_pure, given.values())):
            self.wrong = self.wrong or f"an argument of `{self._name}` may do something"
        self.wrong = self.wrong or _arguments_complaint(given, self._value, self._loose)
        value: ast.AST = _Arguments(given).visit(copy.deepcopy(self._value))
        return value


def _arguments_complaint(given: Mapping[str, ast.expr], value: ast.expr, loose: Names) -> str:
    """Say why arguments may be something else inside of `value`; `loose` names are rebound."""
    inner = [node for node in ast.walk(value) if isinstance(node, (ast.Lambda, *COMPREHENSIONS))]
    bound = frozenset[str]().union(*(stores(_bodies(one)) | _parameters(one) for one in inner))
    read = frozenset[str]().union(*map(loads, given.values()))
    if taken := bound & read:
        return f"`{min(taken)}` is another one where the parameter is used"
    if read and any(isinstance(one, ast.Lambda | ast.GeneratorExp) for one in inner):
        return "an argument would be read later, when it may be another"
    for name, argument in given.items():
        uses = [n for n in ast.walk(value) if isinstance(n, ast.Name) and n.id == name]
        steady = is_fixed(argument) and not loads(argument) & loose
        if uses and not steady and disturbed(value, uses):
            return "something is done before an argument would be computed"
    return ""


def _bodies(node: ast.AST) -> list[ast.AST]:
    generators = [generator.target for generator in getattr(node, "generators", ())]
    body = getattr(node, "body", [])
    return [*(body if isinstance(body, list) else [body]), *generators]


def _parameters(node: ast.AST) -> Names:
    arguments = getattr(node, "args", None)
    parts = ast.walk(arguments) if isinstance(arguments, ast.arguments) else ()
    return frozenset(one.arg for one in parts if isinstance(one, ast.arg))


def _given(parameters: ast.arguments, call: ast.Call) -> Mapping[str, ast.expr] | None:
    """Return what each parameter gets, defaults that are constants included."""
    names = [one.arg for one in (*parameters.posonlyargs, *parameters.args)]
    if (
        parameters.vararg
        or parameters.kwarg
        or parameters.kwonlyargs
        or len(call.args) > len(names)
    ):
        return None
    given: dict[str, ast.expr] = dict(zip(names, call.args, strict=False))
    for keyword in call.keywords:
        if keyword.arg is None or keyword.arg not in names or keyword.arg in given:
            return None
        given[keyword.arg] = keyword.value
    for name, default in zip(names[::-1], parameters.defaults[::-1], strict=False):
        if name not in given and isinstance(default, ast.Constant):
            given[name] = default
    return given if len(given) == len(names) else None


class _Arguments(ast.NodeTransformer):
    """Puts arguments in the place of parameters."""

    def __init__(self, given: Mapping[str, ast.expr]) -> None:
        self._given = given

    def visit_Name(self, node: ast.Name) -> ast.AST:
        """Put what a parameter gets in its place."""
        return copy.deepcopy(self._given[node.id]) if node.id in self._given else node


def _place(node: ast.AST) -> tuple[int, int]:
    return getattr(node, "lineno", 0), getattr(node, "col_offset", 0)


def _end(node: ast.AST) -> tuple[int, int]:
    return getattr(node, "end_lineno", 0), getattr(node, "end_col_offset", 0)
