"""What calls may pass and what types expressions have, by jedi; the place is the end of the code.

Parameters are written as in a signature; `=` marks those that need not be passed.
"""

from __future__ import annotations

import pytest

from fairlead_monitors.engine import Completeness, Names, Passing, Signature, Signatures, Source
from fairlead_monitors.python.jedi_callee import signatures_at, types_at
from fairlead_monitors.python.jedi_script import ask

COMPLETE, UNKNOWN = Completeness.COMPLETE, Completeness.UNKNOWN

CODE = """\
import abc, dataclasses, enum, functools, os
from typing import Generic, NamedTuple, Optional, TypeVar, overload

class Order(abc.ABC):
    def __init__(self, total, *, tax=1): ...
    def pay(self, a, b=2, /, *c, d, **e): ...
    @classmethod
    def make(cls, key): ...
    @staticmethod
    def fixed(key): ...

class Later(Order): ...
class Bare: ...
class Made(Bare):
    def __new__(cls, key): ...
class Box(Generic[TypeVar('T')]):
    def __init__(self, item): ...

@dataclasses.dataclass
class Data:
    x: int
class Tuple(NamedTuple):
    x: int
class Color(enum.Enum):
    RED = 1
class Meta(type):
    def __call__(cls, *a): ...
class Metaed(metaclass=Meta): ...
class Unresolved(nowhere.Base): ...

@overload
def either(a: int) -> int: ...
@overload
def either(a: str, b: str) -> str: ...
def either(*a): return a[0]

@functools.lru_cache
def cached(x): return 1
@nowhere.decorate
def decorated(x): ...
def plain(a, b): return Bare()
small = lambda a, b=1: a
if os.name == "nt":
    def both(a): ...
else:
    def both(a, b): ...

def uses(given: Order, maybe: Optional[Order], loose):
    """


def shown(signature: Signature) -> str:
    marks = {
        Passing.VARIADIC: "*",
        Passing.KEYWORDS: "**",
        Passing.NAME: "!",
        Passing.POSITION: "/",
    }
    return " ".join(
        marks.get(p.passing, "")
        + p.name
        + ("" if p.required or "*" in marks.get(p.passing, "") else "=")
        for p in signature.parameters
    )


@pytest.mark.parametrize(
    ("callee", "overloads"),
    [
        ("Order", {"total !tax="}),
        ("Later", {"total !tax="}),
        ("Bare", {""}),
        ("Made", {"key"}),
        ("Box", {"item"}),
        ("Order.pay", {"/self /a /b= *c !d **e"}),
        ("given.pay", {"/a /b= *c !d **e"}),
        ("Order(1).pay", {"/a /b= *c !d **e"}),
        ("given.make", {"key"}),
        ("Order.make", {"key"}),
        ("given.fixed", {"key"}),
        ("Order.fixed", {"key"}),
        ("either", {"a", "a b"}),
        ("plain", {"a b"}),
        ("small", {"a b="}),
        ("both", {"a", "a b"}),
        ("len", {"/obj"}),
        ("'x'.join", {"/iterable"}),
        ("os.path.join", {"/path *paths"}),
        ("ValueError", {"*args"}),
        ("dict(a=1).get", {"/key /default=", "/key /default"}),
        # Nothing is said of what is not surely called, or may take other arguments.
        ("Data", None),
        ("Tuple", None),
        ("Color", None),
        ("Metaed", None),
        ("Unresolved", None),
        ("cached", None),
        ("decorated", None),
        ("super().pay", None),
        ("plain(1, 2)", None),
        ("loose.pay", None),
        ("nowhere", None),
        ("if ", None),
    ],
)
@pytest.mark.parametrize("after", [")\n", "\n    x = 1\n", "", "1, 2) + 3\n"])
def test_signatures(callee: str, overloads: set[str] | None, after: str) -> None:
    text = f"{CODE}    x = {callee}("
    source = Source("/a/b.py", text + after)
    found = ask(signatures_at, Signatures.unknown, source, len(text))
    if overloads is None:
        assert found.completeness is not COMPLETE
        assert found.reason
    else:
        assert (found.completeness, found.reason) == (COMPLETE, "")
        assert {shown(signature) for signature in found.overloads} == overloads


@pytest.mark.parametrize(
    ("code", "types"),
    [
        ("given", {"b.Order"}),
        ("maybe", {"b.Order", "builtins.NoneType"}),
        ("plain(1, 2)", {"b.Bare"}),
        ("[1]", {"builtins.list"}),
        ("1", {"builtins.int"}),
        ("open('x')", {"_io.TextIOWrapper"}),
        ("os", {"types.ModuleType"}),
        ("Order", {"type[b.Order]"}),
        ("given.pay", {"types.FunctionType"}),
        ("loose", None),
        ("None", None),
        ("x =", None),
    ],
)
def test_types(code: str, types: set[str] | None) -> None:
    text = f"{CODE}    x = {code}"
    found = ask(types_at, Names.unknown, Source("/a/b.py", text + "\n"), len(text))
    if types is None:
        assert found.completeness is not COMPLETE
    else:
        assert (found.completeness, set(found.names)) == (COMPLETE, types)
