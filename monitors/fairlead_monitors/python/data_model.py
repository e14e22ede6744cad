"""The special names that Python itself gives to objects, by what kind of object it is.

(The Python Language Reference, chapter 3, "Data model".)
"""

from __future__ import annotations

import types
from collections.abc import Iterable
from typing import Any


def _special(*owners: object) -> frozenset[str]:
    return frozenset(name for owner in owners for name in dir(owner) if name.startswith("__"))


def _function() -> None: ...


BUILT_IN = _special(object)
_OF_SOME = frozenset({"__dict__", "__module__", "__weakref__", "__annotations__"})
INSTANCE = BUILT_IN | _OF_SOME
CLASS = _special(type, object) | {"__annotations__", "__slots__", "__match_args__"}
FUNCTION = _special(_function, types.MethodType, types.BuiltinFunctionType) | {"__wrapped__"}
OF_CLASSES = CLASS | frozenset(dir(type))
MODULE = _special(types, types.ModuleType) | {"__path__", "__annotations__"}

ANY_OBJECT = INSTANCE | CLASS | FUNCTION | MODULE | _special(None, Exception)
"""Names that tell nothing about what an object is."""


def data_model(values: Iterable[Any]) -> frozenset[str]:
    """Return the special names of jedi's `values`, of each what its kind of object has."""
    return frozenset().union(*(_of(value) for value in values))


def only_declared(values: Iterable[Any]) -> frozenset[str]:
    """Return the special names that typeshed declares for `values` although they lack them.

    They stand in its ``object``, but instances of the built-in classes have none of them.
    """
    is_built_in = all(not value.is_class() and _of(value) is BUILT_IN for value in values)
    return _OF_SOME if is_built_in else frozenset()


def _of(value: Any) -> frozenset[str]:
    if value.is_module() or value.is_namespace():
        return MODULE
    if value.is_class():
        return CLASS
    if value.is_function() or value.is_bound_method():
        return FUNCTION
    return BUILT_IN if _is_built_in(value) else INSTANCE


def _is_built_in(value: Any) -> bool:
    """Tell whether this is of one of the classes that need no import, exceptions aside."""
    owner = value.py__class__()
    names = getattr(owner.get_root_context(), "string_names", None)
    # Exceptions take further attributes, as classes do that Python code declares.
    return names == ("builtins",) and not any(
        base.py__name__() == "BaseException" for base in owner.py__mro__()
    )
