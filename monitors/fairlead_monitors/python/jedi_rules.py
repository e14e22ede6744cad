"""Which classes and modules have members that no list can name.

Each rule returns the reason, a short phrase, or an empty string when it finds none.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from fairlead_monitors.python.jedi_cursor import encloses
from fairlead_monitors.python.jedi_extra import behind, class_names, module_names, names_in, quoted

_DYNAMIC_MODULE = re.compile(
    r"\bsys\.modules\[__name__\](\.__class__)?\s*=[^=]"
    r"|\bglobals\(\)(\[[^\]]*\]\s*=[^=]|\.update\()"
)

# An object of one of these stands for one that analysis cannot see: the value behind a
# descriptor of a compiled class, the class or function that was passed in.
_OPAQUE = {"getset_descriptor", "member_descriptor", "type", "Callable"}


def value_gap(value: Any) -> str:
    """Return why the members of one inferred value cannot all be listed."""
    if value.is_module() or value.is_namespace():
        return module_gap(value)
    if value.is_class():
        return class_gap(value) or _metaclass_gap(value)
    if value.is_function() or value.is_bound_method():
        return ""
    cls = value.py__class__()
    if cls.py__name__() in _OPAQUE:
        return f"any {cls.py__name__()}"
    return class_gap(cls) or _attribute_hook_gap(cls)


def module_gap(module: Any) -> str:
    """Find a module-level ``__getattr__`` or a namespace that code writes into.

    A stub file speaks for the module behind it, lazily loaded names included.
    """
    tree = module.tree_node
    if tree is None:
        return ""
    hook = _top_level(tree, "__getattr__")
    if hook is not None and quoted_answers(hook) is None:
        return f"module {module.py__name__()} has __getattr__"
    if not module.is_stub() and _DYNAMIC_MODULE.search("".join(module.code_lines or ())):
        return f"module {module.py__name__()} fills its own namespace"
    return ""


def _top_level(module: Any, name: str) -> Any:
    """Return where `module` itself defines `name`, outside any class, or None."""
    for leaf in module.get_used_names().get(name, ()):
        if leaf.is_definition() and leaf.search_ancestor("classdef") is None:
            return leaf.get_definition()
    return None


def quoted_answers(function: Any) -> set[str] | None:
    """Return the names that a ``__getattr__`` answers to, or None where they are not quoted.

    They are when its parameter is only compared with literals, and else put in an error message.
    """
    if function.type != "funcdef" or not function.get_params():
        return None
    parameter = function.get_params()[-1].name
    used = function.get_root_node().get_used_names().get(parameter.value, ())
    found: set[str] = set()
    for leaf in used:
        if leaf is parameter or not encloses(function, leaf) or leaf.search_ancestor("raise_stmt"):
            continue
        if leaf.parent.type != "comparison" or leaf is not leaf.parent.children[0]:
            return None
        operator, literal = leaf.parent.children[1:3]
        if operator not in ("==", "in") or literal.type not in ("string", "atom"):
            return None
        found |= quoted(literal)
    return found


def class_gap(cls: Any) -> str:
    """Return why some base of `cls` is unknown."""
    covered: list[Any] = []
    for part in mro(cls):
        if part in covered or not hasattr(part, "py__bases__"):
            continue
        if any(real.is_compiled() for real in behind(part)):
            # The class itself was asked for its members, those of its bases included.
            covered += mro(part)
        elif _is_replaced(part):
            return f"a decorator replaces {part.py__name__()}"
        elif _lacks_base(part):
            return f"unresolved base class of {part.py__name__()}"
    return ""


def _lacks_base(cls: Any) -> bool:
    inferred = [lazy.infer() for lazy in cls.py__bases__()]
    return any(not bases or any(map(_is_unknown_base, bases)) for bases in inferred)


def _is_replaced(cls: Any) -> bool:
    """Tell whether the decorators of `cls` make something else of it."""
    tree = cls.tree_node
    if tree is None or tree.type != "classdef" or cls.is_stub() or not tree.get_decorators():
        return False
    result = cls.parent_context.py__getattribute__(tree.name)
    return all(value.tree_node is not tree for value in result)


def _is_unknown_base(base: Any) -> bool:
    return type(base).__name__ == "AnyClass" or not (
        base.is_class() or type(base).__name__ == "TypedDictClass"
    )


def mro(cls: Any) -> list[Any]:
    """Return `cls` and its bases, as far as they are known."""
    method = getattr(cls, "py__mro__", None)
    return list(method()) if method else [cls]


def _attribute_hook_gap(cls: Any) -> str:
    for part in mro(cls):
        for hook in ("__getattr__", "__getattribute__"):
            if part.py__name__() != "object" and defines(part, hook):
                return f"{part.py__name__()} has {hook}"
    return ""


def defines(cls: Any, name: str) -> bool:
    """Tell whether the body of `cls` itself, not a base, defines `name`."""
    if cls.is_compiled():
        return name == "__getattr__" and name in names_in(cls.get_filters(is_instance=True))
    tree = cls.tree_node
    if tree is None or tree.type != "classdef":
        return False
    names = tree.get_root_node().get_used_names().get(name, ())
    return any(n.is_definition() and n.search_ancestor("classdef") is tree for n in names) or any(
        n.parent.type == "funcdef" and n.parent.search_ancestor("classdef") is tree for n in names
    )


def _metaclass_gap(cls: Any) -> str:
    for part in mro(cls):
        tree = part.tree_node
        if part.is_compiled() or tree is None or tree.type != "classdef":
            continue
        if _metaclass_argument(tree) and not part.get_metaclasses():
            return f"unresolved metaclass of {part.py__name__()}"
    for meta in cls.get_metaclasses():
        if meta.py__name__() not in ("EnumMeta", "EnumType"):
            gap = class_gap(meta) or _attribute_hook_gap(meta)
            if gap:
                return gap
    return ""


def _metaclass_argument(classdef: Any) -> bool:
    arguments = classdef.get_super_arglist()
    return arguments is not None and "metaclass=" in arguments.get_code().replace(" ", "")


def extra_names(values: Iterable[Any]) -> set[str]:
    """Return members of `values` that jedi does not list."""
    found: set[str] = set()
    for value in values:
        if value.is_module() or value.is_namespace():
            hook = value.tree_node and _top_level(value.tree_node, "__getattr__")
            found |= module_names(value) | ((hook and quoted_answers(hook)) or set())
            continue
        cls = value if value.is_class() else value.py__class__()
        found |= class_names(mro(cls))
        if value.is_class():
            for meta in cls.get_metaclasses():
                found |= names_in(meta.get_filters(is_instance=True)) | class_names(mro(meta))
    return found
