"""Attributes that an edit makes up: it sets them on ``self``, and nothing else knows of them."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator

from fairlead_monitors.engine import Diagnostics
from fairlead_server.editing.texts import Columns, parsed
from fairlead_server.rechecking import WARNING

_INITIALISERS = frozenset(
    {"__init__", "__new__", "__post_init__", "__init_subclass__", "setUp", "asyncSetUp"}
)
_WORD = re.compile(r"[^\W\d]\w*")

_Setting = ast.Assign | ast.AnnAssign


def invented(old: str, new: str, instruction: str, ask: Callable[[str], Diagnostics]) -> str:
    """Return an attribute that the Python text `new` sets in vain; blank if there is none.

    Neither the text before nor the instruction names it, the latter not by its words either, no
    initialiser sets it, nothing reads it but to set it, and analysis, which says by `ask` what is
    wrong with a text, knows that it is not inherited.
    """
    tree = parsed(new)
    known = {*_WORD.findall(old), *_WORD.findall(instruction), *_named(tree)}
    said = {word.lower() for word in _WORD.findall(instruction)}
    for name, settings in _set(tree).items():
        is_named = name in known or said.issuperset(name.lower().strip("_").split("_"))
        if not is_named and not _is_read(tree, name, settings):
            without = _read_alone(new, name, settings)
            wrong = (one for one in ask(without).found if one.severity <= WARNING)
            if any(f"`{name}`" in one.message or f'"{name}"' in one.message for one in wrong):
                return name
    return ""


def _named(tree: ast.Module) -> Iterator[str]:
    """Yield the words of all strings: names may be given to `getattr` and the like."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield from _WORD.findall(node.value)


def _set(tree: ast.Module) -> dict[str, list[_Setting]]:
    """Return the statements that set attributes of ``self``, by attribute, but for initialisers."""
    found: dict[str, list[_Setting]] = {}
    initialised = set()
    for function in ast.walk(tree):
        if not isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        for node in ast.walk(function):
            if name := _attribute(node):
                if function.name in _INITIALISERS:
                    initialised.add(name)
                elif isinstance(node, _Setting):
                    found.setdefault(name, []).append(node)
    return {name: nodes for name, nodes in found.items() if name not in initialised}


def _attribute(node: ast.AST) -> str:
    """Return the one attribute of ``self`` that a statement sets, blank for any other."""
    target: ast.expr | None = None
    if isinstance(node, ast.Assign) and len(node.targets) == 1:
        target = node.targets[0]
    elif isinstance(node, ast.AnnAssign):
        target = node.target
    if isinstance(target, ast.Attribute) and isinstance(target.value, ast.Name):
        return target.attr if target.value.id == "self" else ""
    return ""


def _is_read(tree: ast.Module, name: str, settings: list[_Setting]) -> bool:
    """Tell whether something besides `settings` has an attribute called `name`."""
    own = {id(node) for one in settings for node in ast.walk(one)}
    attributes = (node for node in ast.walk(tree) if isinstance(node, ast.Attribute))
    return any(node.attr == name and id(node) not in own for node in attributes)


def _read_alone(text: str, name: str, settings: list[_Setting]) -> str:
    """Return `text` with the attribute read where it was set."""
    columns = Columns(text)
    places = {columns.extent(one) for one in settings}
    for first, last in sorted(places, reverse=True):
        text = f"{text[:first]}self.{name}{text[last:]}"
    return text
