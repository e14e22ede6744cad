"""The types of an expression, and the parameters of what a call calls, by jedi."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from inspect import Parameter as Kinds
from typing import Any

from fairlead_monitors.engine import (
    Completeness,
    Names,
    Parameter,
    Passing,
    Signature,
    Signatures,
)
from fairlead_monitors.python import jedi_cursor as cursor
from fairlead_monitors.python.jedi_narrow import checked_values, guard
from fairlead_monitors.python.jedi_rules import class_gap, defines, mro
from fairlead_monitors.python.jedi_script import ENGINE, Place
from fairlead_monitors.python.jedi_trace import find_chain, is_none

_PASSING = {
    Kinds.POSITIONAL_ONLY: Passing.POSITION,
    Kinds.POSITIONAL_OR_KEYWORD: Passing.EITHER,
    Kinds.VAR_POSITIONAL: Passing.VARIADIC,
    Kinds.KEYWORD_ONLY: Passing.NAME,
    Kinds.VAR_KEYWORD: Passing.KEYWORDS,
}
# Decorators that leave the parameters as they are.
_TRANSPARENT = frozenset(
    name
    for bare in ("overload", "abstractmethod", "override", "final", "deprecated")
    for name in (bare, f"abc.{bare}", f"typing.{bare}", f"typing_extensions.{bare}")
) | {"staticmethod", "classmethod"}
# Classes whose constructors are made from what their bodies declare.
_GENERATED = frozenset({"NamedTuple", "TypedDict", "Enum", "EnumMeta", "EnumType"})
_CONSTRUCT_NOTHING = frozenset({"object", "Protocol", "Generic"})


def types_at(place: Place) -> Names:
    """List the types of the expression that ends at `place`, by qualified name."""
    values, gap = values_before(place, place.offset)
    if not values or all(map(is_none, values)):
        return Names.unknown(ENGINE, gap or "type unknown")
    own = f"{place.probe.stem}."
    names = frozenset(_type_name(v).replace(own, own[len("__probe_") : -3] + ".") for v in values)
    if "" in names:
        names, gap = names - {""}, gap or "a type without a name"
    return Names(names, Completeness.PARTIAL if gap else Completeness.COMPLETE, ENGINE, gap)


def signatures_at(place: Place) -> Signatures:
    """List the overloads of what is called at `place`, right after the opening bracket."""
    opening = place.offset - 1
    if place.text[opening : place.offset] != "(":
        return Signatures.unknown(ENGINE, "not after an opening bracket")
    values, gap = values_before(place, opening)
    if not values:
        return Signatures.unknown(ENGINE, gap or "what is called is unknown")
    overloads: list[Signature] = []
    for value in values:
        found, unclear = _overloads(value)
        overloads += found
        gap = gap or unclear
    completeness = Completeness.PARTIAL if gap else Completeness.COMPLETE
    if not overloads:
        return Signatures.unknown(ENGINE, gap)
    return Signatures(tuple(dict.fromkeys(overloads)), completeness, ENGINE, gap)


def values_before(place: Place, end: int) -> tuple[Any, str]:
    """Return the values of the expression that ends at `end`, and why there may be others."""
    before = place.text[:end] + " ."
    text = before + place.text[end:]
    script = place.script(cursor.probe_text(text, len(before)))
    leaf = cursor.find_placeholder(script._module_node, text, len(before))
    if leaf is None:
        return (), "not the end of an expression"
    module = script._get_module_context()
    nodes = cursor.receiver_nodes(leaf)
    found = find_chain(module.create_context(leaf), nodes)
    code = cursor.code_of(nodes)
    checked, unresolved = checked_values(module, leaf, code)
    gap = unresolved or found.gap or guard(leaf, code, is_ours=False)
    if not gap and code.startswith("super("):
        gap = "super() may be a class that is mixed in"
    return found.values | checked, gap


def _type_name(value: Any) -> str:
    if value.is_module() or value.is_namespace():
        return "types.ModuleType"
    if value.is_class():
        return f"type[{_qualified(value)}]"
    if value.is_function() or value.is_bound_method():
        return "types.FunctionType"
    return _qualified(value.py__class__())


def _qualified(cls: Any) -> str:
    parts = cls.get_qualified_names()
    module = cls.get_root_context().py__name__()
    return ".".join((module, *parts)) if parts and module else ""


def _overloads(value: Any) -> tuple[list[Signature], str]:
    """Return the overloads of calling `value`, and why there may be others."""
    if value.is_class():
        return _constructors(value)
    if not (value.is_function() or value.is_bound_method()):
        return [], f"calls an object of {value.py__class__().py__name__()}"
    found = [(s, _function_gap(s)) for s in value.get_signatures()]
    gap = next((gap for _, gap in found if gap), "" if found else "parameters unknown")
    return [_signature(s.get_param_names()) for s, gap in found if not gap], gap


def _function_gap(signature: Any) -> str:
    function = signature._function_value.tree_node
    if function is None or function.type not in ("funcdef", "lambdef"):
        return f"parameters of {signature.name.string_name} unknown"
    decorators = function.get_decorators() if function.type == "funcdef" else []
    replaced = [d for d in decorators if cursor.code_of([d.children[1]]) not in _TRANSPARENT]
    return f"a decorator may change {signature.name.string_name}" if replaced else ""


def _constructors(cls: Any) -> tuple[list[Signature], str]:
    gap = class_gap(cls) or next((g for g in map(_class_hook, mro(cls)) if g), "")
    if gap or any(meta.py__name__() != "ABCMeta" for meta in cls.get_metaclasses()):
        return [], gap or f"{cls.py__name__()} has a metaclass"
    for name in ("__init__", "__new__"):
        for part in mro(cls):
            if part.py__name__() not in _CONSTRUCT_NOTHING and defines(part, name):
                methods = [m for n in _own(part, name) for m in n.infer()]
                return _bound(methods, part.py__name__())
    return [Signature(())], ""


def _class_hook(cls: Any) -> str:
    tree = cls.tree_node
    if cls.py__name__() in _CONSTRUCT_NOTHING:
        return ""
    if cls.is_compiled() or tree is None or tree.type != "classdef":
        return f"{cls.py__name__()} is compiled"
    if tree.get_decorators() and not cls.is_stub():
        return f"a decorator may change {cls.py__name__()}"
    return f"{cls.py__name__()} is generated" if cls.py__name__() in _GENERATED else ""


def _own(cls: Any, name: str) -> Iterable[Any]:
    own = next(iter(cls.get_filters(is_instance=False)), None)
    return own.get(name) if own is not None else ()


def _bound(methods: Iterable[Any], owner: str) -> tuple[list[Signature], str]:
    """Return the signatures of `methods` without their first parameter."""
    signatures = [s for m in methods if m.is_function() for s in m.get_signatures()]
    gap = next((g for g in map(_function_gap, signatures) if g), "")
    if gap or not signatures:
        return [], gap or f"constructor of {owner} unknown"
    return [_without_first(_signature(s.get_param_names())) for s in signatures], ""


def _without_first(signature: Signature) -> Signature:
    first = signature.parameters[:1]
    if first and first[0].passing is Passing.VARIADIC:
        return signature
    return replace(signature, parameters=signature.parameters[1:])


def _signature(names: Iterable[Any]) -> Signature:
    return Signature(tuple(_parameters(names)))


def _parameters(names: Iterable[Any]) -> Iterator[Parameter]:
    for name in names:
        passing = _PASSING[name.get_kind()]
        is_single = passing not in (Passing.VARIADIC, Passing.KEYWORDS)
        yield Parameter(name.string_name, passing, is_single and name.default_node is None)
