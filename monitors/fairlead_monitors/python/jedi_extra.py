"""Names that a dereference may name although jedi does not list them.

They come from what the code itself says: slots, attributes set on an object from outside its
class, names asked for with ``hasattr``, the metaclass, and the source behind a stub file.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from jedi.inference.base_value import ValueSet
from jedi.inference.gradual.conversion import convert_values

from fairlead_monitors.python import jedi_cursor as cursor

_QUOTED = re.compile(r"""^[rRuU]?(['"])(\w+)\1$""")
_QUOTED_INSIDE = re.compile(r"""(['"])(\w+)\1""")


def class_names(classes: Iterable[Any]) -> set[str]:
    """Return what the bodies of `classes` and of the code behind their stubs set on objects."""
    found: set[str] = set()
    targets: dict[Any, list[Any]] = {}
    for cls in classes:
        if cls.py__name__() in ("Protocol", "Generic"):
            continue  # What their bodies define serves the checker, not their subclasses.
        for part in behind(cls):
            if part.is_compiled():
                found |= names_in(part.get_filters(is_instance=True))
            elif part.tree_node is not None and part.tree_node.type == "classdef":
                found |= _body_names(part.tree_node, targets)
    return found


def behind(value: Any) -> list[Any]:
    """Return the modules or classes that a stub describes; for anything else, itself."""
    if not value.is_stub():
        return [value]
    found = convert_values(ValueSet([value]), ignore_compiled=False)
    return [v for v in found if not v.is_stub() and v.is_class() == value.is_class()]


def module_names(module: Any) -> set[str]:
    """Return what `module` and the stub or source behind it name in ``__all__``."""
    trees = [part.tree_node for part in {module, *behind(module)} if part.tree_node is not None]
    used = (tree.get_used_names().get("__all__", ()) for tree in trees)
    return {text for names in used for name in names for text in quoted(_statement(name))}


def _statement(name: Any) -> Any:
    return name.search_ancestor("expr_stmt", "simple_stmt") or name


def quoted(node: Any) -> set[str]:
    """Return the identifiers that stand in quotes in the code of `node`."""
    return {match[2] for match in _QUOTED_INSIDE.finditer(node.get_code())}


def _body_names(classdef: Any, targets: dict[Any, list[Any]]) -> set[str]:
    """Return the slots of a class and the attributes set in its body or, on it, in its module."""
    module = classdef.get_root_node()
    used = module.get_used_names()
    if module not in targets:
        targets[module] = list(_attribute_targets(used))
    slots = (n for n in used.get("__slots__", ()) if cursor.encloses(classdef, n))
    found = {text for name in slots for text in quoted(_statement(name))}
    found |= {
        name.value
        for name in targets[module]
        if cursor.encloses(classdef, name) or _base_code(name) == classdef.name.value
    }
    return found | {text for call, text in _quoted_calls(used) if cursor.encloses(classdef, call)}


def document_names(leaf: Any, receiver: str) -> set[str]:
    """Return the names that the document itself sets on, or asks of, `receiver` around `leaf`.

    The same words mean the same object in the same scope only: ``self`` in its class, another
    name in its function.
    """
    scope = _scope(leaf, receiver)
    used = leaf.get_root_node().get_used_names()
    targets = (n for n in _attribute_targets(used) if _within(scope, n))
    found = {name.value for name in targets if _base_code(name) == receiver}
    calls = ((call, text) for call, text in _quoted_calls(used) if _within(scope, call))
    return found | {text for call, text in calls if _asked(call) == receiver}


def _scope(leaf: Any, receiver: str) -> Any:
    """Return the function or class in which `receiver` means what it means at `leaf`, or None."""
    function = cursor.enclosing_function(leaf)
    if function is None:
        return None
    first = next(iter(function.get_params()), None)
    owner = function.search_ancestor("classdef")
    is_own = first is not None and receiver.partition(".")[0] == first.name.value
    return owner if is_own and owner is not None else function


def _within(scope: Any, leaf: Any) -> bool:
    return scope is None or cursor.encloses(scope, leaf)


def _asked(call: Any) -> str:
    """Return the code of the object that ``hasattr`` and its like are asked about."""
    arguments = call.get_next_sibling().children[1]
    return cursor.code_of([arguments.children[0]])


def _attribute_targets(used: Any) -> Iterator[Any]:
    """Yield the names that are assigned as attributes, ``y`` in ``x.y = 1``."""
    for names in used.values():
        for name in names:
            parent = name.parent
            if parent.type == "trailer" and parent.children[0] == "." and name.is_definition():
                yield name


def _base_code(name: Any) -> str:
    return cursor.code_of(cursor.receiver_nodes(name))


def _quoted_calls(used: Any) -> Iterator[tuple[Any, str]]:
    """Yield the attribute names quoted in calls of ``hasattr``, ``getattr`` and ``setattr``."""
    for function in ("hasattr", "getattr", "setattr"):
        for name in used.get(function, ()):
            trailer = name.get_next_sibling()
            if trailer is None or trailer.type != "trailer" or len(trailer.children) != 3:
                continue
            arguments = trailer.children[1]
            if arguments.type == "arglist" and len(arguments.children) >= 3:
                match = _QUOTED.match(arguments.children[2].get_code(include_prefix=False))
                if match:
                    yield name, match[2]


def names_in(filters: Iterable[Any]) -> set[str]:
    """Return the names that jedi's `filters` list."""
    return {name.string_name for part in filters for name in part.values()}
