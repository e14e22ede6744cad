"""Whether jedi found every value that an expression may have, and which ones it missed.

jedi drops what it cannot infer: the value of ``a or b`` is that of ``a`` when ``b`` is unknown.
This module walks from an expression to the definitions behind it and looks for such gaps: an
operand, a branch, a return, an annotation that infers to nothing. On its way it mends what jedi
gets wrong about ``Self``. The walk follows a few definitions; what lies behind them is taken to be
complete.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from jedi.inference.arguments import TreeArguments
from jedi.inference.base_value import NO_VALUES, ValueSet
from jedi.inference.helpers import SimpleGetItemNotFound
from jedi.inference.syntax_tree import (
    infer_trailer,
    operator_to_magic_method,
    reverse_operator_to_magic_method,
)
from jedi.inference.value.dynamic_arrays import DictModification
from jedi.inference.value.iterable import DictLiteralValue
from jedi.parser_utils import function_is_property

from fairlead_monitors.python.jedi_annotations import annotation_gap, returns_self, short
from fairlead_monitors.python.jedi_cursor import is_first_of_method, reassignments

DEPTH = 4
"""How many definitions the walk follows."""

_OPERATIONS = {"arith_expr", "term", "expr", "xor_expr", "and_expr", "shift_expr", "power"}


@dataclass(frozen=True)
class Found:
    """The values of an expression, as jedi's ValueSet, and why there may be others."""

    values: Any = NO_VALUES
    gap: str = ""

    def __or__(self, other: Found) -> Found:
        return Found(self.values | other.values, self.gap or other.gap)


def _union(parts: Iterable[Found]) -> Found:
    found = Found()
    for part in parts:
        found |= part
    return found


def find_values(context: Any, node: Any, depth: int = DEPTH) -> Found:
    """Find the values of the expression `node`."""
    values = context.infer_node(node)
    if depth == 0:
        return Found(values)
    if node.type == "name":
        return _find_name(context, node, values, depth)
    if not values:
        return Found(values, f"unresolved expression {short(node)}")
    inner = _branches(node)
    if inner:
        return Found(values) | _union(find_values(context, part, depth) for part in inner)
    if node.type in ("atom_expr", "power") and node.children[1].type == "trailer":
        chain = find_chain(context, list(node.children), depth)
        return Found(values, chain.gap) if node.children[0] == "await" else chain
    if node.type in _OPERATIONS:
        return Found(values) | _find_operation(context, node, depth)
    if node.type == "comparison":
        return Found(values, "a comparison may be overloaded")
    return Found(values)


def _branches(node: Any) -> list[Any]:
    """Return the nodes one of whose values is that of `node`."""
    children: list[Any] = getattr(node, "children", [])
    if node.type == "test":
        return [children[0], children[-1]]
    if node.type in ("or_test", "and_test"):
        return list(children[::2])
    if node.type == "namedexpr_test":
        return [children[2]]
    is_parenthesis = node.type == "atom" and children[0] == "(" and children[1] != ")"
    return [children[1]] if is_parenthesis and children[1].type != "testlist_comp" else []


def _find_operation(context: Any, node: Any, depth: int) -> Found:
    operands = [find_values(context, part, depth) for part in node.children[::2]]
    operator = getattr(node.children[1], "value", "")
    method = operator_to_magic_method.get(operator, "")
    same = (v for v in operands[0].values if any(map(_is_self_returning, v.goto(method))))
    gap = next((o.gap for o in operands if o.gap), "")
    if not gap and any(_reflects(o.values, operator) for o in operands[1:]):
        gap = f"the right operand of {operator} may decide"
    return Found(ValueSet(same), gap)


def _reflects(values: Any, operator: str) -> bool:
    """Tell whether a class written in Python takes part from the right, as in ``1 / x``."""
    method = reverse_operator_to_magic_method.get(operator, "")
    return any(v.goto(method) for v in values if not v.is_stub() and not v.is_compiled())


def _is_self_returning(name: Any) -> bool:
    function = name.tree_name and name.tree_name.parent
    return function is not None and returns_self(function)


def find_chain(context: Any, nodes: list[Any], depth: int = DEPTH) -> Found:
    """Find the values of an atom followed by trailers: calls, subscripts, attributes."""
    if nodes[0] == "await":
        nodes = nodes[1:]
    found = find_values(context, nodes[0], depth)
    for trailer in nodes[1:]:
        if trailer.type != "trailer":
            return found
        step = _find_trailer(context, found.values, trailer, depth)
        found = Found(step.values, found.gap or step.gap)
        if not found.values:
            return Found(found.values, found.gap or f"unresolved {short(trailer)}")
    return found


def _find_trailer(context: Any, values: Any, trailer: Any, depth: int) -> Found:
    opening, inner = trailer.children[:2]
    if opening == "." and inner.value == "__class__":
        return Found(values.py__class__())
    found = Found(infer_trailer(context, values, trailer))
    if opening == ".":
        return found | _find_attribute(context, values, inner, depth)
    if opening == "(":
        arguments = None if inner == ")" else inner
        call = TreeArguments(context.inference_state, context, arguments, trailer)
        return found | _union(_find_returned(value, call, depth) for value in values)
    gap = _missing_key(context, values, inner) or _slot_gap(values, "__getitem__", depth)
    return found | Found(gap=gap)


def _missing_key(context: Any, values: Any, index: Any) -> str:
    """Return a gap where a key is not in a dictionary display; jedi then takes all its values."""
    displays = [v for v in values if isinstance(v, (DictLiteralValue, DictModification))]
    if not displays or index.type in ("operator", "subscript", "subscriptlist"):
        return ""
    keys = [key.get_safe_value(default=None) for key in context.infer_node(index)]
    if keys and all(_has_key(display, key) for display in displays for key in keys):
        return ""
    return f"no key {short(index)} in the dictionary"


def _has_key(display: Any, key: object) -> bool:
    try:
        return key is not None and bool(display.py__simple_getitem__(key))
    except (SimpleGetItemNotFound, KeyError, TypeError):
        return False


def _find_attribute(context: Any, values: Any, name: Any, depth: int) -> Found:
    found = Found()
    for value in values:
        if is_none(value):
            continue
        definitions = value.goto(name, name_context=context) + _redeclared(value, name.value)
        if not definitions:
            return Found(gap=f"no {name.value} on one of the possible receivers")
        found |= _union(find_definition(d, depth) for d in definitions)
        if any(map(_is_self_returning_property, definitions)):
            found |= Found(ValueSet([value]))
    return found


def _redeclared(value: Any, name: str) -> list[Any]:
    """Return the nearest ``name: type`` in the body of the class of `value` or a base.

    jedi prefers what a base assigns to ``self``, although a subclass has declared it anew.
    """
    if not value.is_instance() or value.is_compiled() or value.is_stub():
        return []
    filters = value.py__class__().get_filters(is_instance=True)
    found: list[Any] = next((names for f in filters if (names := f.get(name))), [])
    return [n for n in found if n.tree_name and _is_declaration(n.tree_name.get_definition())]


def _is_declaration(statement: Any) -> bool:
    is_statement = statement is not None and statement.type == "expr_stmt"
    return is_statement and statement.children[1].type == "annassign"


def _is_self_returning_property(name: Any) -> bool:
    function = name.tree_name and name.tree_name.parent
    return function is not None and returns_self(function) and function_is_property(function)


def _find_name(context: Any, name: Any, values: Any, depth: int) -> Found:
    definitions = context.create_name(name).goto()
    definitions += [context.get_root_context().create_name(n) for n in reassignments(name)]
    definitions = [d for d in definitions if not _is_optional_import(d)] or definitions
    if not definitions:
        return Found(values, f"unresolved name {name.value}")
    return Found(values) | _union(find_definition(d, depth) for d in definitions)


def _is_optional_import(name: Any) -> bool:
    """Tell whether `name` is imported by a ``try`` of its own and is not installed."""
    tree_name = name.tree_name
    statement = tree_name and tree_name.search_ancestor("import_name", "import_from")
    handler = statement and statement.search_ancestor("try_stmt", "funcdef")
    return bool(handler) and handler.type == "try_stmt" and not name.infer()


def find_definition(name: Any, depth: int = DEPTH) -> Found:
    """Find what one definition of a name gives."""
    if name.api_type == "param":
        return _find_parameter(name)
    values = name.infer()
    tree_name = name.tree_name
    if not values:
        return Found(values, f"unresolved definition of {name.string_name}")
    definition = tree_name and tree_name.get_definition(
        import_name_always=True, include_setitem=True
    )
    if depth == 0 or definition is None:
        return Found(values)
    find = _DEFINITIONS.get(definition.type)
    return Found(values) | find(name, definition, depth - 1) if find else Found(values)


def _find_parameter(name: Any) -> Found:
    tree_name = name.tree_name
    values = name.infer()
    parameter = tree_name and tree_name.get_definition()
    if parameter is None or parameter.type != "param" or parameter.star_count:
        return Found(values)
    if is_first_of_method(parameter):
        return Found(values)
    if parameter.annotation is not None:
        return Found(values, annotation_gap(name.parent_context, parameter.annotation))
    if values and getattr(name, "arguments", None) is not None:
        return Found(values)
    return Found(values, f"unannotated parameter {name.string_name}")


def _find_assigned(name: Any, statement: Any, depth: int) -> Found:
    context = name.parent_context
    if not name.tree_name.is_definition():
        # `x[i] = y` changes `x`; jedi takes `y` for the value of `x` in `z = x[i] = y`.
        is_first = statement.get_first_leaf() is name.tree_name
        return Found(gap="" if is_first else f"{name.string_name} is assigned to by index")
    if statement.children[1].type == "annassign":
        return Found(gap=annotation_gap(context, statement.children[1].children[1]))
    right = statement.get_rhs()
    places = name.assignment_indexes() if hasattr(name, "assignment_indexes") else []
    if not places:
        found = find_values(context, right, depth)
        return Found(gap=found.gap) if context.is_class() else found
    index = places[0][0]
    if len(places) == 1 and right.type == "testlist_star_expr" and isinstance(index, int):
        return find_values(context, right.children[2 * index], depth)
    return Found(gap=find_values(context, right, depth).gap)


def _find_imported(name: Any, statement: Any, depth: int) -> Found:
    targets = [target for target in name.goto() if target.tree_name is not name.tree_name]
    return _union(find_definition(target, depth) for target in targets)


def _find_defined(name: Any, definition: Any, depth: int) -> Found:
    decorators = [] if name.get_root_context().is_stub() else definition.get_decorators()
    if not all(name.parent_context.infer_node(d.children[1]) for d in decorators):
        return Found(gap=f"unresolved decorator of {name.string_name}")
    if definition.type == "funcdef" and function_is_property(definition):
        method = name.get_root_context().create_value(definition)
        return Found(gap=_find_result(method, method.as_context(), depth).gap)
    return Found()


def _find_iterated(name: Any, statement: Any, depth: int) -> Found:
    iterated = find_values(name.parent_context, statement.children[3], depth)
    return Found(gap=iterated.gap or _slot_gap(iterated.values, "__iter__", depth))


def _find_entered(name: Any, statement: Any, depth: int) -> Found:
    node = statement.get_test_node_from_name(name.tree_name)
    manager = find_values(name.parent_context, node, depth)
    slot = "__aenter__" if statement.parent.type == "async_stmt" else "__enter__"
    same = (v for v in manager.values if any(map(_is_self_returning, v.goto(slot))))
    return Found(ValueSet(same), manager.gap or _slot_gap(manager.values, slot, depth))


_DEFINITIONS = {
    "expr_stmt": _find_assigned,
    "import_from": _find_imported,
    "import_name": _find_imported,
    "funcdef": _find_defined,
    "classdef": _find_defined,
    "for_stmt": _find_iterated,
    "comp_for": _find_iterated,
    "sync_comp_for": _find_iterated,
    "with_stmt": _find_entered,
}


def _find_returned(value: Any, arguments: Any, depth: int) -> Found:
    """Find what calling `value` returns beyond what jedi says."""
    tree = value.tree_node
    if tree is None or tree.type != "funcdef" or not value.is_function():
        return Found()
    found = _find_result(value, value.as_context(arguments), depth)
    if not returns_self(tree) or not value.is_bound_method():
        return found
    if tree.parent.type == "async_stmt" or value.instance.is_class():
        return Found(gap="returns Self")
    return found | Found(ValueSet([value.instance]))


def _find_result(function: Any, inside: Any, depth: int) -> Found:
    tree = function.tree_node
    if tree.annotation is not None:
        return Found(gap=annotation_gap(function.get_default_param_context(), tree.annotation))
    if tree.is_generator() or tree.parent.type == "async_stmt":
        return Found()
    returns = [r.children[1] for r in tree.iter_return_stmts() if hasattr(r, "children")]
    return _union(find_values(inside, node, depth - 1) for node in returns)


def _slot_gap(values: Any, slot: str, depth: int) -> str:
    """Return the gap in what a special method of `values`, written in Python, returns."""
    for value in values:
        if value.is_stub() or value.is_compiled() or not value.is_instance():
            continue
        names = value.get_function_slot_names(slot)
        for method in ValueSet.from_sets(name.infer() for name in names):
            tree = method.tree_node
            if tree is not None and tree.type == "funcdef":
                gap = _find_result(method, method.as_context(), depth).gap
                if gap:
                    return gap
    return ""


def is_none(value: Any) -> bool:
    """Tell whether `value` is None."""
    return bool(value.py__class__().py__name__() == "NoneType")
