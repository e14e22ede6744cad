"""What belongs into ``__init__``, by the habit of linters: the attributes of an object."""

from __future__ import annotations

import ast

_Attribute = tuple[str, str]
"""The name of a class, and that of what its ``__init__`` sets."""


def is_of_base(node: ast.AST) -> bool:
    """Tell whether `node` calls the ``__init__`` of a base, as an ``__init__`` has to itself."""
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
        return False
    value = node.func.value
    is_super = isinstance(value, ast.Call) and isinstance(value.func, ast.Name)
    return is_super and node.func.attr == "__init__" and ast.unparse(value).startswith("super(")


def no_longer(old: ast.Module, new: ast.Module) -> str:
    """Say which attributes an ``__init__`` does not set itself any more; blank if there are none.

    That is no error, but linters may see one in it.
    """
    names = sorted({name for _, name in _initialised(old) - _initialised(new)})
    if not names:
        return ""
    others = f" and {len(names) - 1} more" if len(names) > 1 else ""
    return f"`{names[0]}`{others} would be set outside of `__init__`, of which some linters warn"


def _initialised(tree: ast.Module) -> set[_Attribute]:
    return {
        (owner.name, node.attr)
        for owner in ast.walk(tree)
        if isinstance(owner, ast.ClassDef)
        for function in owner.body
        if isinstance(function, ast.FunctionDef) and function.name == "__init__"
        for node in ast.walk(function)
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store)
        if isinstance(node.value, ast.Name) and node.value.id == "self"
    }
