"""Declarations in brief: headers of functions and classes, taken from parso's trees.

Values are left out, but for short defaults of parameters: what a name is bound to says little
about how it is used, and may be long or confidential.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

MOST_MEMBERS = 24
LONGEST_DEFAULT = 16
"""Characters; a longer default is written as an ellipsis."""

_CONSTRUCTORS = ("__init__", "__new__", "__call__")
_PROPERTIES = ("property", "cached_property", "functools.cached_property")


def declaration(node: Any) -> str:
    """Return the declaration that `node` makes, or "" when it is no function and no class."""
    if node is None:
        return ""
    if node.type == "funcdef":
        return f"{_function(node)} ..."
    if node.type != "classdef":
        return ""
    header = f"class {node.name.value}{_bases(node)}:"
    members = list(dict.fromkeys(_members(node)))[:MOST_MEMBERS]
    return "\n".join([header, *(f"    {member}" for member in members or ["..."])])


def _function(node: Any) -> str:
    keyword = "async def" if node.parent.type in ("async_stmt", "async_funcdef") else "def"
    parameters = ", ".join(_parameters(node.children[2]))
    returns = f" -> {_code(node.annotation)}" if node.annotation is not None else ""
    return f"{keyword} {node.name.value}({parameters}){returns}:"


def _parameters(node: Any) -> Iterator[str]:
    for child in node.children[1:-1]:
        if child.type == "param":
            yield _parameter(child)
        elif child.type == "operator" and child.value in ("*", "/"):
            yield str(child.value)


def _parameter(node: Any) -> str:
    text: str = "*" * node.star_count + node.name.value
    if node.annotation is not None:
        text += f": {_code(node.annotation)}"
    if node.default is None:
        return text
    default = _code(node.default)
    default = default if len(default) <= LONGEST_DEFAULT else "..."
    return f"{text} = {default}" if node.annotation is not None else f"{text}={default}"


def _bases(node: Any) -> str:
    arguments = node.get_super_arglist()
    return f"({_code(arguments)})" if arguments is not None else ""


def _members(node: Any) -> Iterator[str]:
    """Yield the public fields and methods of a class: fields first, as they stand there."""
    methods = []
    for child in getattr(node.get_suite(), "children", ()):
        if child.type == "simple_stmt":
            yield from _field(child.children[0])
        elif child.type == "decorated":
            methods.append((child.children[-1], _decorators(child)))
        elif child.type in ("funcdef", "async_stmt", "async_funcdef"):
            methods.append((child, []))
    for child, decorators in methods:
        method = child.children[-1] if child.type.startswith("async") else child
        if method.type != "funcdef":
            continue
        name = method.name.value
        if name == "__init__":
            yield from _instance_fields(method)
        if not name.startswith("_") or name in _CONSTRUCTORS:
            yield _method(method, decorators)


def _decorators(node: Any) -> list[str]:
    listed = node.children[0]
    nodes = listed.children if listed.type == "decorators" else [listed]
    return [_code(decorator.children[1]) for decorator in nodes]


def _method(node: Any, decorators: list[str]) -> str:
    if any(name in _PROPERTIES for name in decorators):
        annotation = node.annotation
        return f"{node.name.value}: {_code(annotation)}" if annotation else f"{node.name.value}"
    return f"{_function(node)} ..."


def _field(node: Any) -> Iterator[str]:
    """Yield the name that a statement in a class body binds, with its annotation."""
    if node.type != "expr_stmt" or node.children[0].type != "name":
        return
    name, rest = node.children[0].value, node.children[1]
    if name.startswith("_"):
        return
    yield f"{name}: {_code(rest.children[1])}" if rest.type == "annassign" else name


def _instance_fields(method: Any) -> Iterator[str]:
    """Yield the public attributes that a constructor sets on its first parameter."""
    parameters = method.get_params()
    if not parameters:
        return
    receiver = parameters[0].name.value
    for nodes in _names_in(method).values():
        for name in nodes:
            dot = name.get_previous_leaf()
            if dot is None or dot.value != "." or dot.get_previous_leaf().value != receiver:
                continue
            if name.is_definition() and not name.value.startswith("_"):
                yield name.value


def _names_in(method: Any) -> dict[str, list[Any]]:
    """Return the name leaves of a function by their text, in the order in which they stand."""
    names: dict[str, list[Any]] = {}
    leaf, last = method.get_first_leaf(), method.get_last_leaf()
    while leaf is not None and leaf is not last:
        if leaf.type == "name":
            names.setdefault(leaf.value, []).append(leaf)
        leaf = leaf.get_next_leaf()
    return names


def _code(node: Any) -> str:
    """Return the code of a node on one line, without comments."""
    leaf, last = node.get_first_leaf(), node.get_last_leaf()
    text = leaf.value
    while leaf is not last:
        leaf = leaf.get_next_leaf()
        blank = leaf.prefix and leaf.value not in ")]}" and text[-1] not in "([{"
        text += f" {leaf.value}" if blank else leaf.value
    return str(text)
