"""Declarations of imported names, as jedi and its parser see them."""

from __future__ import annotations

from pathlib import Path

import parso
import pytest

from fairlead_monitors.engine import Source
from fairlead_monitors.python.declarations import declaration
from fairlead_monitors.python.jedi_declarations import MOST, declarations

# source of one function or class -> its declaration
DECLARATIONS = [
    ("def f(): return 1", "def f(): ..."),
    ("def f(a, b=1, *c, d: int = 2, **e) -> T: x", "def f(a, b=1, *c, d: int = 2, **e) -> T: ..."),
    ("def f(a, /, b, *, c): x", "def f(a, /, b, *, c): ..."),
    ("async def f(a): x", "async def f(a): ..."),
    ("def f(\n    a,  # y\n    b: list[\n    int\n    ],\n): x", "def f(a, b: list[int]): ..."),
    ("def f(token='not to be told to anybody'): x", "def f(token=...): ..."),
    ("class A: pass", "class A:\n    ..."),
    ("class A(B, metaclass=M):\n    '''Doc.'''", "class A(B, metaclass=M):\n    ..."),
    (
        "class A:\n    x: int = 3\n    key = 'secret'\n    _y = 1\n"
        "    def __init__(self, a):\n        self.a = a\n        self._b = a\n"
        "        self.c, self.d = a\n        a.other = 1\n"
        "    @property\n    def size(self) -> int: ...\n"
        "    @classmethod\n    def make(cls): ...\n"
        "    async def run(self): ...\n"
        "    def _private(self): ...\n"
        "    def __eq__(self, other): ...\n",
        "class A:\n    x: int\n    key\n    a\n    c\n    d\n    def __init__(self, a): ...\n"
        "    size: int\n    def make(cls): ...\n    async def run(self): ...",
    ),
    ("x = 1", ""),
]  # fmt: skip


@pytest.mark.parametrize(("source", "expected"), DECLARATIONS)
def test_declaration(source: str, expected: str) -> None:
    node = parso.parse(source).children[0]  # type: ignore[no-untyped-call]
    while node.type in ("async_stmt", "async_funcdef", "simple_stmt"):
        node = node.children[-1] if node.type.startswith("async") else node.children[0]
    assert declaration(node) == expected


ORDERS = (
    "class Order:\n    total: int\n    def pay(self, by): ...\n\n\ndef load(path) -> Order: ...\n"
)


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    package = tmp_path / "shop"
    (package / "parts").mkdir(parents=True)
    (package / "__init__.py").write_text("")
    (package / "orders.py").write_text(ORDERS)
    (package / "parts" / "__init__.py").write_text("from ..orders import Order as Renamed\n")
    installed = tmp_path / "lib" / "site-packages"
    installed.mkdir(parents=True)
    (installed / "foreign.py").write_text("def imported(): ...\n")
    return package


ORDER = "class Order:\n    total: int\n    def pay(self, by): ..."
LOAD = "def load(path) -> Order: ..."

# text before the cursor | text after it -> declarations, the nearest first
USES = [
    ("from shop.orders import Order, load\nload(Order)|", [ORDER, LOAD]),
    ("from .orders import Order\nx = Order|", [ORDER]),
    ("from . import orders\norders.load(|", [LOAD]),
    ("import shop.orders as o\nx = o.Order\no.load(|", [LOAD, ORDER]),
    ("from .parts import Renamed\ndef f(x: Renamed):\n    x.|", [ORDER]),
    ("from .orders import Order, load\nx = |", []),
    ("from .orders import load\n|" + "\n" * 20 + "load()", []),
    ("from .orders import load\nload()" + "\n" * 60 + "|", []),
    ("from .orders import load\n\n\ndef f(:\n  x = [load(|", [LOAD]),
    ("def f():\n    from .orders import load\n    load(|", [LOAD]),
    ("import os, json\nfrom pathlib import Path\nos.path.join(Path(), json.dumps(|", []),
    ("from absent import nobody\nnobody(|", []),
    ("from foreign import imported\nimported(|", []),
    ("|", []),
]


@pytest.mark.parametrize(("marked", "expected"), USES)
def test_what_is_imported_from_the_project(shop: Path, marked: str, expected: list[str]) -> None:
    before, after = marked.split("|")
    source = Source(str(shop / "views.py"), before + after)
    found = declarations(source, len(before), project=str(shop.parent))
    assert [signature.text for signature in found] == expected
    assert {Path(signature.path) for signature in found} <= {shop / "orders.py"}


def test_without_a_project_the_package_is_the_project(shop: Path) -> None:
    (shop.parent / "beside.py").write_text("def near(): ...\n")
    text = "from shop.orders import load\nfrom beside import near\nload(near("
    found = declarations(Source(str(shop / "views.py"), text), len(text))
    assert [signature.text for signature in found] == [LOAD]


def test_it_ends_when_the_time_is_over_and_at_a_number(shop: Path) -> None:
    names = [f"f{n}" for n in range(MOST + 4)]
    (shop / "many.py").write_text("".join(f"def {name}(): ...\n" for name in names))
    text = f"from .many import {', '.join(names)}\n{'; '.join(names)}"
    source = Source(str(shop / "views.py"), text)
    assert len(declarations(source, len(text))) == MOST
    assert len(declarations(source, len(text), over=lambda: True)) == 1
