"""What annotations leave open: parts that infer to nothing, Any, and Self."""

from __future__ import annotations

import re
from typing import Any

from jedi.inference.gradual.annotation import _get_forward_reference_node, infer_annotation
from jedi.inference.gradual.type_var import TypeVar
from jedi.inference.gradual.typing import ProxyWithGenerics

from fairlead_monitors.python.jedi_cursor import code_of

_UNIONS = ("Union", "Optional")
_SELF = re.compile(r"\[.*\bSelf\b")


def annotation_gap(context: Any, node: Any) -> str:
    """Return the part of an annotation that infers to nothing or to Any."""
    arms = _arms(node)
    for arm in arms:
        gap = _quoted_gap(context, arm) if arm.type == "string" else _arm_gap(context, arm)
        if not gap and len(arms) > 1 and _adds_nothing(context, arm):
            # The other arms would pass for the whole.
            gap = f"unresolved annotation {short(arm)}"
        if gap:
            return gap
    return ""


def _arm_gap(context: Any, arm: Any) -> str:
    if arm.type == "keyword":
        return ""
    values = infer_annotation(context, arm)
    nested_self = arm.type == "atom_expr" and _SELF.search(arm.get_code())
    if not values or nested_self or any(_is_open(value) for value in values):
        return f"unresolved annotation {short(arm)}"
    return ""


def _is_open(value: Any) -> bool:
    """Tell whether `value` is Any or the alias of a union with an unknown part."""
    if is_any(value):
        return True
    if not isinstance(value, ProxyWithGenerics) or value.py__name__() not in _UNIONS:
        return False
    return any(not part or any(map(_is_open, part)) for part in value.get_generics())


def _adds_nothing(context: Any, arm: Any) -> bool:
    """Tell whether no object of `arm` is known; what a type variable stands for may be."""
    if arm.type == "keyword":
        return False
    values = infer_annotation(context, arm)
    is_variable = any(isinstance(value, TypeVar) for value in values)
    return not is_variable and not values.execute_annotation(context)


def _quoted_gap(context: Any, arm: Any) -> str:
    texts = [value.get_safe_value(default="") for value in context.infer_node(arm)]
    nodes = [_get_forward_reference_node(context, text) for text in texts]
    if not nodes or None in nodes:
        return f"unresolved annotation {short(arm)}"
    return next((gap for n in nodes if (gap := annotation_gap(context, n.children[0]))), "")


def is_any(value: Any) -> bool:
    """Tell whether `value` is ``typing.Any``."""
    return type(value).__name__ == "AnyClass"


def _arms(node: Any) -> list[Any]:
    """Return the members of a union, or the annotation itself."""
    if node.type == "expr" and "|" in node.children:
        return [arm for part in node.children[::2] for arm in _arms(part)]
    if node.type == "atom_expr" and code_of(node.children[:-1]).endswith(_UNIONS):
        inner = node.children[-1].children[1]
        parts = inner.children[::2] if inner.type == "subscriptlist" else [inner]
        return [arm for part in parts for arm in _arms(part)]
    return [node]


def returns_self(function: Any) -> bool:
    """Tell whether a method is declared to return its receiver's type.

    jedi takes that to be the class that declares the method, not the subclass it is called on.
    """
    if function.type != "funcdef" or function.annotation is None:
        return False
    returned = _code(function.annotation)
    if returned.rpartition(".")[2] == "Self":
        return True
    first = next(iter(function.get_params()), None)
    return (
        first is not None and first.annotation is not None and returned == _code(first.annotation)
    )


def _code(node: Any) -> str:
    return code_of([node]).strip("'\"")


def short(node: Any) -> str:
    """Return the code of `node` on one line, cut to a readable length."""
    code = code_of([node])
    return code if len(code) <= 40 else code[:37] + "..."
