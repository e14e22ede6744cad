"""What the code around a dereference has found out about the receiver at run time.

A check such as ``isinstance(node, Call)`` tells more than the declared type of ``node``; jedi
looks at it only where it knows no type at all.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterator
from typing import Any

from jedi.inference.base_value import NO_VALUES, ValueSet

from fairlead_monitors.python import jedi_cursor as cursor

PLATFORM = re.compile(
    r"\b(version_info|version\.parse|Version|__version__|hasattr|implementation|platform|PY\d+)\b"
    r"|\bos\.name\b|pypy|is_\w+_available|win32|windows|darwin|linux",
    re.IGNORECASE,
)


def checked_values(module: Any, leaf: Any, receiver: str) -> tuple[Any, str]:
    """Return the values that ``isinstance`` checks of `receiver` allow, and what is unresolved."""
    values = NO_VALUES
    for call, tested, kinds in _type_checks(leaf, receiver):
        context = module.create_context(call)
        classes = list(_classes(context.infer_node(kinds)))
        if not classes:
            return values, f"unresolved class in {tested}({receiver}, ...)"
        found = ValueSet(classes)
        values |= found if tested == "issubclass" else found.execute_with_values()
    return values, ""


def _type_checks(leaf: Any, receiver: str) -> Iterator[tuple[Any, str, Any]]:
    """Yield the checks of `receiver` in the function of `leaf`, or in the module outside one."""
    scope = cursor.enclosing_function(leaf) or leaf.get_root_node()
    used = leaf.get_root_node().get_used_names()
    for tested in ("isinstance", "issubclass", "type"):
        for name in used.get(tested, ()):
            trailer = name.get_next_sibling()
            if trailer is None or trailer.type != "trailer" or len(trailer.children) != 3:
                continue
            if not cursor.encloses(scope, name):
                continue
            subject, kinds = _check_parts(trailer)
            if kinds is not None and cursor.code_of([subject]) == receiver:
                yield name, tested, kinds


def _check_parts(trailer: Any) -> tuple[Any, Any]:
    """Return what a check is of and the classes it is against: ``type(x) is A`` is one too."""
    argument, comparison = trailer.children[1], trailer.parent.parent
    if argument.type == "arglist":
        return argument.children[0], argument.children[2]
    if comparison.type == "comparison" and trailer.parent is comparison.children[0]:
        return argument, comparison.children[2]
    return argument, None


def _classes(values: Any) -> Iterator[Any]:
    for value in values:
        if value.is_class():
            yield value
        elif value.array_type in ("tuple", "list"):
            for lazy in value.py__iter__():
                yield from _classes(lazy.infer())


def guard(leaf: Any, receiver: str, is_ours: bool) -> str:
    """Return how the code itself allows for an absent name: a handler, a test, a pattern.

    `is_ours` says that the receiver is defined in Python source, which other platforms share.
    """
    node = leaf
    while node.parent is not None:
        parent = node.parent
        if parent.type == "try_stmt" and node is parent.children[2] and _handles(parent):
            return "AttributeError is handled"
        if not is_ours and parent.type in ("if_stmt", "test") and _tests_platform(parent, node):
            return "guarded by a check of the platform"
        node = parent
    scope = cursor.enclosing_function(leaf) or leaf.get_root_node()
    if "match" in leaf.get_root_node().get_used_names() and re.search(
        rf"^[ \t]*match[ \t(]+{re.escape(receiver)}\b", scope.get_code(), re.MULTILINE
    ):
        return "matched against patterns"
    return ""


def _handles(statement: Any) -> bool:
    clauses = (c for c in statement.children if c == "except" or c.type == "except_clause")
    return any(c == "except" or "AttributeError" in c.get_code() for c in clauses)


def _tests_platform(statement: Any, branch: Any) -> bool:
    children = statement.children
    tests = [children[2]] if statement.type == "test" else children[1::4]
    return any(t is not branch and PLATFORM.search(t.get_code()) for t in tests)


def contradiction(leaf: Any, receiver: str, names: Container[str]) -> str:
    """Return a member that the code reads from the same receiver elsewhere and `names` lacks.

    Working code does not read what is not there: the list is then missing something, such as the
    members that a class expects of the classes it is combined with. Where attributes are made, it
    is missing those that are about to be.
    """
    base = cursor.receiver_nodes(leaf)[0]
    if base.type != "name" or cursor.defines_attributes(leaf):
        return ""
    scope = _scope(leaf, base)
    for name in leaf.get_root_node().get_used_names().get(base.value, ()):
        if cursor.encloses(scope, name):
            read = _member_read(name, receiver)
            if read is None or read is leaf or read.value in names:
                continue
            if not guard(read, receiver, is_ours=False):
                return f"{receiver}.{read.value} is used and unknown"
    return ""


def _scope(leaf: Any, base: Any) -> Any:
    """Return the class for ``self``, the function for its own variables, else the module."""
    function = cursor.enclosing_function(leaf)
    while function is not None:
        parameters = [p.name.value for p in function.get_params()]
        if base.value in parameters[:1] and cursor.is_first_of_method(function.get_params()[0]):
            return function.search_ancestor("classdef")
        if base.value in parameters or _assigns(function, base.value):
            return function
        function = cursor.enclosing_function(function)
    return leaf.get_root_node()


def _assigns(function: Any, name: str) -> bool:
    names = function.get_root_node().get_used_names().get(name, ())
    return any(n.is_definition() and cursor.encloses(function, n) for n in names)


def _member_read(name: Any, receiver: str) -> Any:
    """Return the member that the expression starting at `name` reads from `receiver`, or None."""
    code, trailer = name.value, name.get_next_sibling()
    while trailer is not None and trailer.type == "trailer" and code != receiver:
        if not receiver.startswith(code):
            return None
        code, trailer = code + cursor.code_of([trailer]), trailer.get_next_sibling()
    if code != receiver or trailer is None or trailer.type != "trailer":
        return None
    member = trailer.children[1]
    return member if trailer.children[0] == "." and not member.is_definition() else None
