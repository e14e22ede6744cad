"""What analysis passes over without a word: asked of it by questions that are put into the code.

It finds nothing wrong with values that it takes to be impossible, and it does not mind a condition
that comes out the same every time.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from itertools import islice
from typing import cast

from fairlead_monitors.engine import Completeness, Diagnostic, Diagnostics
from fairlead_server.editing.texts import Columns, parsed
from fairlead_server.rechecking import WARNING

Ask = Callable[[str], Diagnostics]
"""Returns what is wrong with a text."""

_PROBE = "fairlead_probe_{}_"
_MOST = 40
"""Questions in one text."""

_IMPOSSIBLE = re.compile(r"`Never`|is \"Never\"")

_OPEN = re.compile(r"`(?:object|Iterable\b.*?)`")
"""Types whose values may be empty, although they do not say so."""

_ELSEWHERE = frozenset({"sys", "os", "platform", "typing", "version_info"})
"""Names that are one thing on the system where the code is read, and another where it is run."""

_CONSTANT = re.compile(r"_*[A-Z][A-Z0-9_]*")
"""Names of what is stated once, for people to change it."""

_VALUES = (ast.Name, ast.Attribute, ast.Call, ast.Subscript)
_BODIES = (ast.If, ast.While, ast.IfExp)
_TELLING_APART = (ast.Is, ast.IsNot, ast.Eq, ast.NotEq)
_TESTS = frozenset({"isinstance", "issubclass", "hasattr", "callable"})
_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)
_LEAVING = (ast.Return, ast.Raise, ast.Continue, ast.Break)
_OPAQUE = (ast.IfExp, ast.NamedExpr, ast.Await, ast.Yield, ast.YieldFrom)


def has_impossible(text: str, start: int, end: int, ask: Ask) -> bool:
    """Tell whether a value that Python `text` reads from `start` to `end` can be none at all.

    That is so where analysis takes it that such code is never reached with any value; whatever is
    done with it there is fine by it.
    """
    columns = Columns(text)
    places = [
        place
        for node in _read(parsed(text))
        if start <= (place := columns.extent(node))[0] and place[1] <= end
    ]
    if not places:
        return False
    made = text
    for first, last in sorted(places[:_MOST], reverse=True):
        made = f"{made[:first]}reveal_type({made[first:last]}){made[last:]}"
    return any(_IMPOSSIBLE.search(one.message) for one in ask(made).found if "reveal" in one.code)


def _read(node: ast.AST) -> Iterator[ast.expr]:
    """Yield the names that are read, with the member that is read of them.

    Not so functions, and what narrows types: as a question, it would narrow them no more.
    """
    waiting = [node]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Name) or _is_member(node):
            if isinstance(getattr(node, "ctx", None), ast.Load):
                yield cast(ast.expr, node)
        elif not isinstance(node, ast.JoinedStr):
            narrowing = _narrowing(node)
            passed = [id(o) for o in narrowing if isinstance(o, ast.Name) or _is_member(o)]
            waiting += [one for one in ast.iter_child_nodes(node) if id(one) not in passed]


def _is_member(node: ast.AST) -> bool:
    return isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name)


def _narrowing(node: ast.AST) -> list[ast.expr]:
    """Return those parts of `node` that cannot be wrong, whatever they are."""
    if isinstance(node, _BODIES):
        return [node.test]
    if isinstance(node, ast.BoolOp):
        return node.values
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        return [node.operand]
    if isinstance(node, ast.Compare) and all(isinstance(op, _TELLING_APART) for op in node.ops):
        return [node.left, *node.comparators]
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        return [node.func, *(node.args[:1] if node.func.id in _TESTS else ())]
    return []


def settled(text: str, start: int, end: int, ask: Ask) -> int:
    """Return how many conditions of Python `text` from `start` to `end` come out the same each
    time, as analysis sees it; 0 where nobody can tell.

    They are true, or tell whether a value is empty that never is. What depends on the system does
    not count.
    """
    columns = Columns(text)
    tests = [
        test
        for test in _tests(parsed(text))
        if start <= (place := columns.extent(test))[0] and place[1] <= end
    ]
    if not tests:
        return 0
    made, names = text, list[str]()
    for test in sorted(islice(tests, _MOST), key=columns.extent, reverse=True):
        first, last = columns.extent(test)
        names.append(_PROBE.format(len(names)))
        wrapped = _question(text[first:last], _value(test, columns, text), names[-1])
        made = made[:first] + wrapped + made[last:]
    found = ask(made)
    if found.completeness is Completeness.UNKNOWN:
        return 0
    return sum(_is_settled(name, made, found) for name in names)


def _question(test: str, value: str, name: str) -> str:
    """Return a condition that reads `name` if `test` can be false, and what makes values false."""
    asked = f"(({value}).__bool__, '{name}'), (({value}).__len__, '{name}')" if value else ""
    return f"(([{asked}] and 0) or ({test}) or {name})"


def _tests(tree: ast.Module) -> Iterator[ast.expr]:
    """Yield the conditions that do not nest, and rest on nothing that may be otherwise elsewhere.

    So may the system, and what the module states.
    """
    open_ended = _ELSEWHERE | _imported(tree) | _optional(tree) | _stated(tree)
    chained = {id(one) for node in ast.walk(tree) for one in _chained(node)}
    for node in ast.walk(tree):
        if not isinstance(node, _BODIES) or id(node) in chained:
            continue
        inside = list(ast.walk(node.test))
        names = {one.id for one in inside if isinstance(one, ast.Name)}
        words = names | {one.attr for one in inside if isinstance(one, ast.Attribute)}
        if names and not (
            words & open_ended
            or any(_CONSTANT.fullmatch(word) for word in words)
            or any(isinstance(one, _OPAQUE) for one in inside)
        ):
            yield node.test


def _imported(tree: ast.Module) -> frozenset[str]:
    """Return the names under which the text has what is not the same elsewhere."""
    return frozenset(
        one.asname or one.name
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for one in node.names
        if (node.module if isinstance(node, ast.ImportFrom) else one.name) in _ELSEWHERE
    )


def _stated(tree: ast.Module) -> frozenset[str]:
    """Return the variables of the module."""
    waiting, found = list[ast.AST](tree.body), set()
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            found.add(node.id)
        if not isinstance(node, _SCOPES):
            waiting.extend(ast.iter_child_nodes(node))
    return frozenset(found)


def _chained(node: ast.AST) -> Iterator[ast.stmt]:
    """Yield what goes on with the cases of an `if`: the last one is true where no other is left.

    That is an `elif`, or another `if` behind one that is left.
    """
    if isinstance(node, ast.If) and len(node.orelse) == 1 and isinstance(node.orelse[0], ast.If):
        yield node.orelse[0]
    for _, block in ast.iter_fields(node):
        cases = set()
        for one in block if isinstance(block, list) else ():
            if isinstance(one, ast.If) and (case := _case(one.test)):
                if case in cases:
                    yield one
                if isinstance(one.body[-1], _LEAVING):
                    cases.add(case)


def _case(test: ast.expr) -> str:
    """Return the value of which a condition tells which one of several it is; blank for others."""
    if isinstance(test, ast.Compare) and len(test.ops) == 1:
        return ast.dump(test.left) if isinstance(test.ops[0], ast.Is | ast.Eq) else ""
    is_call = isinstance(test, ast.Call) and isinstance(test.func, ast.Name)
    if is_call and isinstance(test, ast.Call) and ast.unparse(test.func) == "isinstance":
        return ast.dump(test.args[0]) if test.args else ""
    return ""


def _optional(tree: ast.Module) -> frozenset[str]:
    """Return the parameters that are None by default, whatever their annotations say."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.arguments):
            ordered = [*node.posonlyargs, *node.args]
            pairs = [*zip(reversed(ordered), reversed(node.defaults), strict=False)]
            pairs += [(a, d) for a, d in zip(node.kwonlyargs, node.kw_defaults, strict=True) if d]
            found |= {a.arg for a, d in pairs if isinstance(d, ast.Constant) and d.value is None}
    return frozenset(found)


def _value(test: ast.expr, columns: Columns, text: str) -> str:
    """Return the value of which the condition tells whether it is empty; blank for others."""
    while isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        test = test.operand
    return text[slice(*columns.extent(test))] if isinstance(test, _VALUES) else ""


def _is_settled(name: str, text: str, found: Diagnostics) -> bool:
    """Tell whether a condition is the same each time, by what analysis says of the question."""
    wrong = [one for one in found.found if one.severity <= WARNING]
    if not any(name in (text[one.start : one.end], *one.message.split("`")) for one in wrong):
        return True
    return all(_lacks(text, name, member, wrong) for member in ("__bool__", "__len__"))


def _lacks(text: str, name: str, member: str, wrong: list[Diagnostic]) -> bool:
    """Tell whether no value that the condition may be of has `member`."""
    at = text.find(f".{member}, '{name}'")
    return at >= 0 and any(
        one.start <= at < one.end + len(member) + 1
        and f"`{member}`" in one.message
        and "union" not in one.code
        and not _OPEN.search(one.message)
        for one in wrong
    )
