"""The members of the expression before a dot, by jedi, and how far the list can be relied on.

Pure analysis: it reads files, starts no process unless `environment` is one of jedi's that does.
"""

from __future__ import annotations

from typing import Any

from jedi.api.completion import complete_trailer, get_user_context

from fairlead_monitors.engine import TYPE_UNKNOWN, Completeness, Names, Source
from fairlead_monitors.python import jedi_cursor as cursor
from fairlead_monitors.python import jedi_rules as rules
from fairlead_monitors.python.data_model import ANY_OBJECT, OF_CLASSES, data_model, only_declared
from fairlead_monitors.python.jedi_extra import document_names
from fairlead_monitors.python.jedi_narrow import checked_values, contradiction, guard
from fairlead_monitors.python.jedi_script import ENGINE, Place, ask
from fairlead_monitors.python.jedi_trace import find_chain

_CREATES = "may be an assignment that creates the attribute"


def members(
    source: Source, offset: int, *, environment: Any = None, project: str | None = None
) -> Names:
    """List the members of the expression before `offset`, right after a dot.

    `environment` is a jedi environment; without one, it is that of the running interpreter.
    """
    if not source.text[:offset].endswith("."):
        return Names.unknown(ENGINE, "not after a dot")
    return ask(members_at, Names.unknown, source, offset, environment=environment, project=project)


def members_at(place: Place) -> Names:
    """List the members of the expression before `place`, right after a dot."""
    text, offset = place.text, place.offset
    script = place.script(cursor.probe_text(text, offset))
    leaf = cursor.find_placeholder(script._module_node, text, offset)
    if leaf is None:
        return Names.unknown(ENGINE, "not an attribute of an expression")
    return members_of(script._get_module_context(), leaf)


def members_of(module: Any, leaf: Any) -> Names:
    """List the members of the expression that `leaf`, a name after a dot, is an attribute of."""
    receiver = cursor.code_of(cursor.receiver_nodes(leaf))
    context = module.create_context(leaf)
    found = find_chain(context, cursor.receiver_nodes(leaf))
    checked, unresolved = checked_values(module, leaf, receiver)
    values = found.values | checked
    user = get_user_context(module, leaf.start_pos)
    names = {name.string_name for name in complete_trailer(user, values)}
    names = {name for name in names if not name.startswith(cursor.PLACEHOLDER)}
    if names <= ANY_OBJECT:
        return Names.unknown(ENGINE, "type known to be None at most" if values else TYPE_UNKNOWN)
    names |= rules.extra_names(values) | document_names(leaf, receiver)
    names = (names - only_declared(values)) | data_model(values)
    if cursor.is_implicit_class(leaf):
        names |= OF_CLASSES
    reason = (
        unresolved
        or found.gap
        or guard(leaf, receiver, is_ours=_is_source(values))
        or _gap(leaf, values)
        or contradiction(leaf, receiver, names)
    )
    completeness = Completeness.PARTIAL if reason else Completeness.COMPLETE
    creates = not reason and _may_create(leaf, values)
    why = reason or (_CREATES if creates else "")
    return Names(frozenset(names), completeness, ENGINE, why, may_create=creates)


def _is_source(values: Any) -> bool:
    """Tell whether `values` are objects of classes written in Python, without stub files."""
    return not any(v.is_module() or v.is_stub() or v.is_compiled() for v in values)


def _gap(leaf: Any, values: Any) -> str:
    """Return the first reason found why the members of `values` are not all listed."""
    gaps = (rules.value_gap(value) or _cursor_gap(leaf, value) for value in values)
    return next((gap for gap in gaps if gap), "")


def _cursor_gap(leaf: Any, value: Any) -> str:
    """Return why a class around the cursor is not all there yet."""
    around = _around(leaf, value)
    if around and cursor.is_being_written(leaf):
        return "class is still being written"
    if around and "mixin" in _class_of(value).py__name__().lower():
        return "a mixin may use members of the classes it is mixed into"
    return ""


def _may_create(leaf: Any, values: Any) -> bool:
    """Tell whether the place may be an assignment that creates an attribute of a class there."""
    return any(_around(leaf, value) for value in values) and cursor.may_create_attribute(leaf)


def _around(leaf: Any, value: Any) -> list[Any]:
    """Return the trees of the classes around the cursor that the class of `value` inherits from."""
    if value.is_module() or value.is_namespace() or value.is_function():
        return []
    trees = [part.tree_node for part in rules.mro(_class_of(value)) if part.tree_node is not None]
    return [tree for tree in trees if cursor.encloses(tree, leaf)]


def _class_of(value: Any) -> Any:
    return value if value.is_class() else value.py__class__()
