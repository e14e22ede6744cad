"""Whether an edit is what was asked for, by the text and by the syntax tree.

CPython parses here, and not the grammar that edits are checked with; and what is extracted is put
back by other code than the one that lets it pass.
"""

from __future__ import annotations

import ast
import warnings
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from fairlead_server.evaluation.edit.code import Function, bodies

FREE = ("extract_function", "add_docstring")
"""Kinds of which several results are right, so that there is no text to compare with."""

_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


@dataclass(frozen=True)
class Verdict:
    """Whether the text is the expected one, the code the same, and the file free of syntax errors.

    `exact` is None where there is no expected text.
    """

    exact: bool | None
    same: bool
    parses: bool


def judge(kind: str, given: str, new: str, expected: str) -> Verdict:
    """Judge the text `new` that an edit of `kind` made out of `given`."""
    tree, wanted = _parsed(new), _parsed(expected)
    exact = None if kind in FREE else new == expected
    if tree is None or wanted is None:
        return Verdict(exact, same=False, parses=tree is not None)
    compare = _COMPARED.get(kind, _is_same)
    return Verdict(exact, new != given and compare(tree, wanted), parses=True)


def _parsed(text: str) -> ast.Module | None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of strings and comparisons that look odd
            compile(text, "<edit>", "exec", dont_inherit=True)
            return ast.parse(text)
    except (SyntaxError, ValueError, RecursionError):
        return None


def _is_same(new: ast.Module, wanted: ast.Module) -> bool:
    return ast.dump(new) == ast.dump(wanted)


def _is_documented(new: ast.Module, wanted: ast.Module) -> bool:
    """Tell whether a docstring more is all that differs."""
    nodes = [node for node in ast.walk(new) if isinstance(node, _SCOPES)]
    for node in nodes:
        if ast.get_docstring(node, clean=False) is not None:
            without, body = node.body[1:], node.body
            node.body = without
            if _is_same(new, wanted):
                return True
            node.body = body
    return False


def _is_extracted(new: ast.Module, wanted: ast.Module) -> bool:
    """Tell whether the code is the old one once the new function is put back where it is called."""
    known = {node.name for node in ast.walk(wanted) if isinstance(node, Function)}
    made = [
        (block, node)
        for block in bodies(new)
        for node in block
        if isinstance(node, ast.FunctionDef) and node.name not in known
    ]
    if len(made) != 1:
        return False
    (block, function) = made[0]
    block.remove(function)
    calls = list(_calls(new, function.name))
    if len(calls) != 1:
        return False
    (block, place) = calls[0]
    body = _body_for(function, block[place])
    if body is None:
        return False
    block[place : place + 1] = body
    return _is_same(new, wanted)


def _calls(tree: ast.Module, name: str) -> Iterator[tuple[list[ast.stmt], int]]:
    """Yield where a statement calls what is named so, and does nothing else."""
    for block in bodies(tree):
        for place, statement in enumerate(block):
            value = getattr(statement, "value", None)
            if isinstance(value, ast.Call) and _callee(value) == name:
                yield block, place


def _callee(call: ast.Call) -> str:
    node = call.func
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def _body_for(function: ast.FunctionDef, statement: ast.stmt) -> list[ast.stmt] | None:
    """Return what stood where `statement` calls `function`; None if it does not fit the call."""
    call = getattr(statement, "value", None)
    if not isinstance(call, ast.Call) or call.keywords:
        return None
    given = [node.id for node in call.args if isinstance(node, ast.Name)]
    if len(given) < len(call.args):
        return None
    if isinstance(call.func, ast.Attribute) and not _is_static(function):
        given.insert(0, ast.unparse(call.func.value))
    if given != [one.arg for one in function.args.args]:
        return None
    body = list(function.body)
    if isinstance(statement, ast.Expr):
        return body
    last = body.pop()
    if not isinstance(statement, ast.Assign) or not isinstance(last, ast.Return):
        return None
    if last.value is None or ast.unparse(last.value) != ast.unparse(statement.targets[0]):
        return None
    return body


def _is_static(function: ast.FunctionDef) -> bool:
    return any(ast.unparse(one) == "staticmethod" for one in function.decorator_list)


_COMPARED: Mapping[str, Callable[[ast.Module, ast.Module], bool]] = {
    "extract_function": _is_extracted,
    "add_docstring": _is_documented,
}
