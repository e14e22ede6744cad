"""Classes that an edit asks for, and members that are then read which these do not have.

Of a value that may be anything, analysis lets any member pass, also where `isinstance` has told
what it is.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from fairlead_monitors.engine import Diagnostics
from fairlead_server.editing.texts import Columns, parsed
from fairlead_server.rechecking import WARNING

_MOST = 8
"""Members that are asked about."""
_FUNCTION = "fairlead_probe_0_"


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
        for member in found.members[:_MOST]:
            if all(_lacks(text, found.place, one, member, ask) for one in found.classes):
                return found.name, member
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
            if name and ast.unparse(call) not in was and not _is_bound(node.body, name):
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


def _is_bound(body: list[ast.stmt], name: str) -> bool:
    nodes = (node for statement in body for node in ast.walk(statement))
    return any(
        isinstance(node, ast.Name) and node.id == name and not isinstance(node.ctx, ast.Load)
        for node in nodes
    )


def _members(body: list[ast.stmt], name: str) -> set[str]:
    return {
        node.attr
        for statement in body
        for node in ast.walk(statement)
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load)
        if isinstance(node.value, ast.Name) and node.value.id == name
    }


def _lacks(
    text: str, place: int, owner: ast.expr, member: str, ask: Callable[[str], Diagnostics]
) -> bool:
    """Tell whether analysis knows that objects of the class `owner` have no such `member`."""
    indent = text[text.rfind("\n", 0, place) + 1 : place]
    question = f"def {_FUNCTION}(it: {ast.unparse(owner)}): it.{member}\n"
    made = text[:place] + question + indent + text[place:]
    return any(
        place <= one.start < place + len(question) and f"`{member}`" in one.message
        for one in ask(made).found
        if one.severity <= WARNING
    )
