"""Classes that an edit asks for, and members that are then read which these do not have.

Of a value that may be anything, analysis lets any member pass, also where `isinstance` has told
what it is.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from fairlead_monitors.engine import Diagnostics
from fairlead_server.editing.texts import Columns, parsed
from fairlead_server.rechecking import WARNING

_MOST = 8
"""Members that are asked about."""
_FUNCTION = "fairlead_probe_0_"
_ANYTHING = re.compile(r"(?:[`(]|& )(?:Any|Unknown)(?: &|[`)])")
"""Types of values that may be anything, narrowed or not."""
_CATCHING = re.compile(r"\b(?:AttributeError|Exception|BaseException)\b")


@dataclass(frozen=True)
class _Asked:
    """What is told of a name to be, in code that begins with a statement at `place`."""

    name: str
    classes: tuple[ast.expr, ...]
    members: tuple[str, ...]
    place: int


def lacking(
    text: str, start: int, end: int, was: str, ask: Callable[[str], Diagnostics]
) -> tuple[str, str] | None:
    """Return a name and the member that is read of it in vain, None if there is no such.

    The test is in Python `text` from `start` to `end`, and not in `was`, the text that was there;
    what analysis finds wrong with a text is what `ask` returns.
    """
    for found in _asked(text, start, end, was):
        missing = set(found.members[:_MOST])
        for owner in found.classes:
            missing = missing and _missing(text, found, owner, missing, ask)
        if missing:
            return found.name, min(missing)
    return None


def _asked(text: str, start: int, end: int, was: str) -> Iterator[_Asked]:
    columns, tree = Columns(text), parsed(text)
    told = {one.value for one in ast.walk(tree) if isinstance(one, ast.Constant)}
    for node in ast.walk(tree):
        if not isinstance(node, ast.If) or not start <= columns.extent(node.test)[0] < end:
            continue
        place = columns.extent(node.body[0])[0]
        if text[text.rfind("\n", 0, place) + 1 : place].strip() or _is_decorated(node.body[0]):
            continue
        for call in _certain(node.test):
            name, classes = _told(call)
            if classes and ast.unparse(call) not in was and _is_steady(node.body, name):
                read = _members(node.body, name) - told
                yield _Asked(name, classes, tuple(sorted(read)), place)


def _is_decorated(node: ast.stmt) -> bool:
    return bool(getattr(node, "decorator_list", ()))


def _certain(test: ast.expr) -> list[ast.expr]:
    """Return what is true where `test` is."""
    if isinstance(test, ast.BoolOp) and isinstance(test.op, ast.And):
        return test.values
    return [test]


def _told(test: ast.expr) -> tuple[str, tuple[ast.expr, ...]]:
    """Return of which name `test` says that it is one of which classes; a blank name for others."""
    is_call = isinstance(test, ast.Call) and isinstance(test.func, ast.Name)
    if not is_call or not isinstance(test, ast.Call) or len(test.args) != 2:
        return "", ()
    value, classes = test.args
    found = tuple(classes.elts) if isinstance(classes, ast.Tuple) else (classes,)
    named = all(isinstance(one, ast.Name | ast.Attribute) for one in found)
    if ast.unparse(test.func) != "isinstance" or not named or not isinstance(value, ast.Name):
        return "", ()
    return value.id, found


def _is_steady(body: list[ast.stmt], name: str) -> bool:
    """Tell whether all of `body` has the value that `name` is, and tells nothing more of it."""
    nodes = [node for statement in body for node in ast.walk(statement)]
    is_bound = any(name in _bound(node) for node in nodes)
    return not is_bound and not any(_tells(test, name) for test in _tests(nodes))


def _bound(node: ast.AST) -> tuple[str | None, ...]:
    """Return the names that `node` may bind."""
    if isinstance(node, ast.Name):
        return () if isinstance(node.ctx, ast.Load) else (node.id,)
    if isinstance(node, ast.arg):
        return (node.arg,)
    return tuple(getattr(node, field, None) for field in ("name", "asname", "rest"))


def _tests(nodes: list[ast.AST]) -> Iterator[ast.expr]:
    """Yield what may narrow types."""
    for node in nodes:
        if isinstance(node, ast.If | ast.While | ast.IfExp | ast.Assert):
            yield node.test
        elif isinstance(node, ast.BoolOp):
            yield from node.values
        elif isinstance(node, ast.comprehension):
            yield from node.ifs
        elif isinstance(node, ast.Match):
            yield node.subject


def _tells(test: ast.expr, name: str) -> bool:
    """Tell whether `test` is about what `name` is, and not only about members of it."""
    nodes = list(ast.walk(test))
    owners = {id(node.value) for node in nodes if isinstance(node, ast.Attribute)}
    names = (node for node in nodes if isinstance(node, ast.Name) and node.id == name)
    return any(id(node) not in owners for node in names)


def _members(body: list[ast.stmt], name: str) -> set[str]:
    """Return the members of `name` that are read, but for those that are set, or may be missing."""
    nodes = [node for statement in body for node in ast.walk(statement)]
    optional = {id(one) for node in nodes for one in _optional(node)}
    found = [
        node
        for node in nodes
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id == name
    ]
    read = {one.attr for one in found if isinstance(one.ctx, ast.Load) and id(one) not in optional}
    return read - {one.attr for one in found if not isinstance(one.ctx, ast.Load)}


def _optional(node: ast.AST) -> Iterator[ast.AST]:
    """Yield what is tried in `node`, if it is minded there that a member is missing."""
    if not isinstance(node, ast.Try):
        return
    caught = [one.type for one in node.handlers]
    if any(one is None or _CATCHING.search(ast.unparse(one)) for one in caught):
        for statement in node.body:
            yield from ast.walk(statement)


def _missing(
    text: str, asked: _Asked, owner: ast.expr, members: set[str], ask: Callable[[str], Diagnostics]
) -> set[str]:
    """Return those `members` that objects of the class `owner` lack, as analysis knows.

    Of a value that it knows more of than the class, it says by itself what that lacks.
    """
    place = asked.place
    indent = text[text.rfind("\n", 0, place) + 1 : place]
    read = "; ".join(f"it.{member}" for member in sorted(members))
    question = f"def {_FUNCTION}(it: {ast.unparse(owner)}): {read}\n"
    revealed = f"{indent}reveal_type({asked.name})\n"
    found = ask(f"{text[:place]}{question}{revealed}{indent}{text[place:]}").found
    middle, end = place + len(question), place + len(question) + len(revealed)
    if not any(middle <= one.start < end and _ANYTHING.search(one.message) for one in found):
        return set()
    wrong = (one for one in found if one.severity <= WARNING and place <= one.start < middle)
    told = " ".join(one.message for one in wrong)
    return {member for member in members if f"`{member}`" in told}
