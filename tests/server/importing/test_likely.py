"""Which names are likely to be imported, and which of them a text lacks."""

from __future__ import annotations

import pytest

from fairlead_server.importing import FileImports, ImportLine, build_index
from fairlead_server.importing.likely import likely, ways
from fairlead_server.importing.unbound import is_unbound, uses

USES = (
    ImportLine("numpy", "", "np"),
    ImportLine("shop.orders", "Order"),
    ImportLine("pkg", "json"),
    ImportLine("re"),
)
INDEX = build_index(
    [FileImports(USES, (ImportLine("shop.orders", "helper"), ImportLine("shop", "_hidden")))],
    "python",
)


@pytest.mark.parametrize(
    ("name", "is_likely", "is_module"),
    [
        ("np", True, True),
        ("re", True, True),
        ("Order", True, False),
        ("helper", True, False),
        ("subprocess", True, True),
        ("Path", True, False),
        # Something of this name is in a module as well.
        ("json", True, False),
        ("datetime", True, False),
        ("_hidden", False, False),
        ("count", False, False),
        ("numpy", False, False),
        ("antigravity", False, False),
    ],
)
def test_likely(name: str, is_likely: bool, is_module: bool) -> None:
    found = likely(INDEX)
    assert (name in found.names, name in found.modules) == (is_likely, is_module)


@pytest.mark.parametrize(
    ("name", "path", "dotted", "expected"),
    [
        ("np", "/a/shop/cart.py", True, ["import numpy as np"]),
        ("np", "/a/shop/cart.py", False, []),
        ("Order", "/a/shop/cart.py", False, ["from shop.orders import Order"]),
        # A module does not import itself.
        ("Order", "/a/shop/orders.py", False, []),
        ("helper", "/a/shop/orders/__init__.py", False, []),
        ("re", "/a/re.py", True, []),
        ("json", "/a/b.py", True, ["from pkg import json", "import json"]),
        ("json", "/a/b.py", False, ["from pkg import json"]),
        ("datetime", "/a/b.py", False, ["from datetime import datetime"]),
        ("spam", "/a/b.py", True, []),
    ],
)
def test_ways(name: str, path: str, dotted: bool, expected: list[str]) -> None:
    assert [str(line) for line in ways(name, INDEX, path, "", dotted=dotted)] == expected


ORDER = ImportLine("shop", "Order", language="java")


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("Order", "package a;\nclass A {}", ["import shop.Order;"]),
        ("List", "package a;\nclass A {}", ["import java.util.List;"]),
        # It is there already.
        ("Order", "package shop;\nclass A {}", []),
        ("Order", "import shop.*;\nclass A {}", []),
        ("List", "import java.util.List;\nclass A {}", []),
        ("Spam", "class A {}", []),
    ],
)
def test_ways_in_java(name: str, text: str, expected: list[str]) -> None:
    index = build_index([FileImports((ORDER,))], "java")
    assert [str(line) for line in ways(name, index, "/a/A.java", text, dotted=True)] == expected


def test_types_in_java_are_not_those_in_strings_and_comments() -> None:
    text = "f(\"List\", 'A', List.of()); // Map\nx = /* Set */ Foo.Bar; @Override"
    assert [use.name for use in uses(text, 0, len(text), "java")] == ["List", "Foo"]


@pytest.mark.parametrize(
    ("before", "text", "expected"),
    [
        # What is there before began what the text stands in, or ended it.
        ("/**\n * A shop.\n", " * Returns the List\n */ Foo", ["Foo"]),
        ('x = "', 'List"; Foo', ["Foo"]),
        ('x = """\n  Set\n', '  a Map of\n"""; Foo', ["Foo"]),
        ("// Set\n", "Foo", ["Foo"]),
        ("/* it's */ ", "Foo", ["Foo"]),
        # It may end anywhere.
        ("", 'Foo "List', ["Foo"]),
        ("", "Foo /* List", ["Foo"]),
    ],
)
def test_types_in_java_after_what_is_there_before(
    before: str, text: str, expected: list[str]
) -> None:
    whole = before + text
    found = uses(whole, len(before), len(whole), "java")
    assert [use.name for use in found] == expected


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/a/shop/cart.py", "from .orders import Order"),
        ("/a/shop/__init__.py", "from .orders import Order"),
        ("/a/shop/web/cart.py", "from ..orders import Order"),
        ("/shop/shop/orders/web/cart.py", "from .. import Order"),
        ("/a/bar/cart.py", "from shop.orders import Order"),
    ],
)
def test_a_file_that_writes_relative_imports_gets_one(path: str, expected: str) -> None:
    defined = build_index([FileImports((), (ImportLine("shop.orders", "Order"),))], "python")
    (line,) = ways("Order", defined, path, "import re\nfrom . import x\n", dotted=False)
    assert str(line) == expected
    (line,) = ways("Order", INDEX, path, "import re\nfrom . import x\n", dotted=False)
    assert str(line) == "from shop.orders import Order"


# Text, with the name between bars -> whether nothing binds it
PYTHON = [
    ("x = |json|.loads\n", True),
    ("def f():\n    return |json|.loads\n", True),
    ("import json\nx = |json|.loads\n", False),
    ("from a import (\n    b,\n    json,\n)\nx = |json|\n", False),
    # A local variable is one wherever it is bound in the function.
    ("def f():\n    |json|.loads\n    json = 1\n", False),
    ("def f(json):\n    return |json|.loads\n", False),
    ("def f():\n    json = 1\ndef g():\n    return |json|.loads\n", True),
    ("def f():\n    import json\ndef g():\n    return |json|.loads\n", True),
    ("x = [|json| for json in y]\n", False),
    # Nor is a name imported that the module binds later on, or that a function binds in it.
    ("x = |json|.loads\njson = 1\n", False),
    ("def f():\n    global json\n    json = 1\nx = |json|.loads\n", False),
    ("if TYPE_CHECKING:\n    import json\nx = |json|.loads\n", False),
    ("try:\n    import json\nexcept ImportError:\n    pass\nx = |json|.loads\n", False),
    # There is no telling.
    ("from a import *\nx = |json|.loads\n", False),
    ("globals()['json'] = 1\nx = |json|.loads\n", False),
    ("x = |open|('a')\n", False),
]
JAVA = [
    ("class A { Object o = |List|.of(); }", True),
    ("import java.util.List;\nclass A { Object o = |List|.of(); }", False),
    ("class A { Object o = |String|.valueOf(1); }", False),
    ("class A { class List {} Object o = |List|.of(); }", False),
    ("// The class List.\nclass A { Object o = |List|.of(); }", True),
    ("// import java.util.List;\nclass A { Object o = |List|.of(); }", True),
    ("class A { <List> void f(List x) {} Object o = |List|.of(); }", False),
]


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [(*case[:1], "python", case[1]) for case in PYTHON]
    + [(*case[:1], "java", case[1]) for case in JAVA],
)
def test_is_unbound(text: str, language: str, expected: bool) -> None:
    before, name, after = text.split("|")
    whole = before + name + after
    (use, *_) = uses(whole, len(before), len(whole), language)
    assert (use.name, use.place) == (name, len(before))
    assert is_unbound(use, whole, language) == expected
