"""What type an expression has, if that is certain. A type that is not known stays unknown.

jedi is asked what names of modules, classes and functions are. What it infers of variables is not
used: it leaves out what it does not understand, and so a part may pass for all.
"""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterator, Sequence
from typing import Any

Types = frozenset[str]
"""What an expression may be, as it is written in a hint; none means that nobody knows."""

UNKNOWN: Types = frozenset()
_NONE = "None"
_MOST = 3
_DISPLAYS: dict[type[ast.expr], str] = {
    ast.List: "list",
    ast.ListComp: "list",
    ast.Dict: "dict",
    ast.DictComp: "dict",
    ast.Set: "set",
    ast.SetComp: "set",
    ast.Tuple: "tuple",
    ast.JoinedStr: "str",
}
_TRUTH = (ast.Is, ast.IsNot, ast.In, ast.NotIn)
_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)


class Inference:
    """Infers types in one document, of which `view` is jedi's view and `tree` the syntax."""

    def __init__(self, view: Any, text: str, tree: ast.Module) -> None:
        self._view = view
        self._lines = text.split("\n")
        classes = (node for node in tree.body if isinstance(node, ast.ClassDef))
        self._classes = {node.name: node.end_lineno or node.lineno for node in classes}
        self._bound = {name for node in ast.walk(tree) for name in _bound_by(node)}
        self._late = any(
            isinstance(n, ast.ImportFrom)
            and n.module == "__future__"
            and any(alias.name == "annotations" for alias in n.names)
            for n in tree.body
        )

    def returned(self, function: ast.FunctionDef | ast.AsyncFunctionDef) -> str:
        """Return the hint for what `function` returns, blank when it is not certain."""
        inside = list(_own(function.body))
        if any(isinstance(node, ast.Yield | ast.YieldFrom) for node in inside):
            return ""
        returns = [node for node in inside if isinstance(node, ast.Return)]
        valued = [node for node in returns if node.value is not None]
        if not valued:
            return _NONE if not _always_raises(function.body) else ""
        if not _ends(function.body):
            return ""
        kinds: set[str] = set() if len(valued) == len(returns) else {_NONE}
        for node in valued:
            assert node.value is not None
            found = self._types(node.value, function)
            if not found:
                return ""
            kinds |= found
        return self._written(kinds, function.lineno) if len(kinds) <= _MOST else ""

    def _written(self, kinds: set[str], line: int) -> str:
        """Return the hint, in quotes if it names a class whose definition has not ended there."""
        text = " | ".join(sorted(kinds, key=lambda kind: (kind == _NONE, kind)))
        later = any(self._classes.get(kind, 0) >= line for kind in kinds)
        return f'"{text}"' if later and not self._late else text

    def _types(self, node: ast.expr, function: ast.AST) -> Types:
        if isinstance(node, ast.Constant):
            kind = type(node.value).__name__
            return UNKNOWN if kind == "ellipsis" else frozenset({kind.replace("NoneType", _NONE)})
        if type(node) in _DISPLAYS:
            return frozenset({_DISPLAYS[type(node)]})
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
            return frozenset({"bool"})
        if isinstance(node, ast.Compare) and all(isinstance(op, _TRUTH) for op in node.ops):
            return frozenset({"bool"})
        if isinstance(node, ast.IfExp):
            return self._all([node.body, node.orelse], function)
        if isinstance(node, ast.BoolOp):
            return self._all(node.values, function)
        if isinstance(node, ast.Name):
            return self._variable(node.id, function)
        if isinstance(node, ast.Call):
            return self._called(node.func)
        return UNKNOWN

    def _all(self, nodes: Sequence[ast.expr], function: ast.AST) -> Types:
        found = [self._types(node, function) for node in nodes]
        return frozenset().union(*found) if all(found) else UNKNOWN

    def _variable(self, name: str, function: ast.AST) -> Types:
        """Return the type of a local variable that is bound by one assignment, and in no loop."""
        bodies = getattr(function, "body", [])
        simple = [
            statement
            for statement in bodies
            if isinstance(statement, ast.Assign)
            and [ast.unparse(target) for target in statement.targets] == [name]
        ]
        stores = [node for node in ast.walk(function) if name in _bound_by(node)]
        if len(simple) != 1 or len(stores) != 1:
            return UNKNOWN
        return self._types(simple[0].value, ast.Pass())

    def _called(self, callee: ast.expr) -> Types:
        """Return what a call makes: an object of a class, or what the function's stub says."""
        if not self._is_plain(callee):
            return UNKNOWN
        line = self._lines[(callee.end_lineno or 1) - 1]
        column = len(line.encode()[: callee.end_col_offset].decode(errors="ignore"))
        found = self._view.infer(callee.end_lineno, column - 1)
        if len(found) != 1:
            return UNKNOWN
        (one,) = found
        if one.type == "class":
            return self._named(one)
        if one.type != "function" or not str(one.module_path).endswith(".pyi"):
            return UNKNOWN
        made = [self._named(value) for value in one.execute()]
        return frozenset().union(*made) if made and all(made) else UNKNOWN

    def _is_plain(self, callee: ast.expr) -> bool:
        """Tell whether `callee` is a name that nothing assigns, or one of a module."""
        while isinstance(callee, ast.Attribute):
            callee = callee.value
        return isinstance(callee, ast.Name) and callee.id not in self._bound | {"self", "cls"}

    def _named(self, kind: Any) -> Types:
        """Return a class by a name that can be written here."""
        if kind.name == "NoneType":
            return frozenset({_NONE})
        if kind.module_name == "builtins" and hasattr(builtins, kind.name):
            return frozenset({kind.name})
        own = kind.name in self._classes and kind.module_path == self._view.path
        return frozenset({kind.name}) if own else UNKNOWN


def _bound_by(node: ast.AST) -> Iterator[str]:
    """Yield the names that a node binds itself to what jedi is not asked about."""
    if isinstance(node, ast.Name):
        if not isinstance(node.ctx, ast.Load):
            yield node.id
    elif isinstance(node, ast.Global | ast.Nonlocal):
        yield from node.names
    elif isinstance(node, ast.arg):
        yield node.arg
    elif isinstance(node, ast.ExceptHandler) or type(node).__name__.startswith("Match"):
        names = (getattr(node, field, None) for field in ("name", "rest"))
        yield from (name for name in names if isinstance(name, str))


def _own(body: Sequence[ast.AST]) -> Iterator[ast.AST]:
    """Yield all that is in `body`, but not in functions and classes within it."""
    for node in body:
        yield node
        if not isinstance(node, _SCOPES):
            yield from _own(list(ast.iter_child_nodes(node)))


def _always_raises(body: Sequence[ast.stmt]) -> bool:
    return bool(body) and isinstance(body[-1], ast.Raise)


def _ends(body: Sequence[ast.stmt]) -> bool:
    """Tell whether the end of `body` is surely never reached."""
    last = body[-1]
    if isinstance(last, ast.Return | ast.Raise):
        return True
    if isinstance(last, ast.If):
        return bool(last.orelse) and _ends(last.body) and _ends(last.orelse)
    return False
