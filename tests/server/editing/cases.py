"""Refactorings as data: an instruction, a text in which «» mark the selection, and what it becomes.

In place of the result there may be the reason why nothing can be done.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Case:
    instruction: str
    before: str
    after: str = ""
    refused: str = ""


RENAME = [
    Case("rename x to y", "x = 1\nprint(x)\n", "y = 1\nprint(y)\n"),
    Case("rename this to y", "«x» = 1\nprint(x)\n", "y = 1\nprint(y)\n"),
    Case("rename to y", "x = 1\nprint(«»x)\n", "y = 1\nprint(y)\n"),
    Case("rename x to y", 'x = 1  # x\ns = f"{x} x"\n', 'y = 1  # x\ns = f"{y} x"\n'),
    Case(
        "rename width to w",
        "def area(width, h=2):\n    return width * h\n\n\narea(width=3)\n",
        "def area(w, h=2):\n    return w * h\n\n\narea(w=3)\n",
    ),
    Case(
        "rename total to amount",
        "class A:\n    def total(self):\n        return 1\n\n\nclass B(A):\n"
        "    def total(self):\n        return super().total()\n\n\n"
        "def use(a: A, b: B):\n    return a.total() + b.total()\n",
        "class A:\n    def amount(self):\n        return 1\n\n\nclass B(A):\n"
        "    def amount(self):\n        return super().amount()\n\n\n"
        "def use(a: A, b: B):\n    return a.amount() + b.amount()\n",
    ),
    Case(
        "rename x to y",
        "def f(«x»):\n    return x\n\n\ndef g(x):\n    return x\n",
        "def f(y):\n    return y\n\n\ndef g(x):\n    return x\n",
    ),
    # What else is called so, in another function, does not matter.
    Case(
        "rename x to y",
        "def f():\n    «x» = 1\n    return x\n\n\ndef g():\n    y = 2\n    return y\n",
        "def f():\n    y = 1\n    return y\n\n\ndef g():\n    y = 2\n    return y\n",
    ),
    Case("rename x to y", "x = 1\ny = 2\nprint(x, y)\n", refused="`y` already means something"),
    Case("rename x to list", "x = 1\nprint(list(), x)\n", refused="`list` already means"),
    Case(
        "rename x to y",
        "y = 1\n\n\ndef f():\n    «x» = 2\n    return x + y\n",
        refused="`y` already means something else",
    ),
    Case("rename x to class", "x = 1\n", refused="`class` is a keyword"),
    Case("rename x to 1x", "x = 1\n", refused="'1x' is not an identifier"),
    Case("rename x to `a-b`", "x = 1\n", refused="'a-b' is not an identifier"),
    Case("rename x to x", "x = 1\n", refused="it is called `x` already"),
    Case("rename z to y", "x = 1\n", refused="there is no `z` in the file"),
    Case("rename to y", "«x = z»\n", refused="select the one name that is meant"),
    Case(
        "rename x to y",
        "def f(x):\n    return x\n\n\ndef g(x):\n    return x\n",
        refused="`x` on line 5 is another one than on line 1",
    ),
    Case("rename len to y", "len([])\n", refused="`len` is not defined in the project"),
    Case(
        "rename join to y", "from os.path import join\njoin()\n", refused="outside of the project"
    ),
    Case("rename os to y", "import os\nos.getcwd()\n", refused="outside of the project"),
    Case("rename x to y", "from nowhere import x\nx()\n", refused="`x` is not defined in"),
]

EXTRACT = [
    Case(
        "extract `a + b` to a variable called s",
        "def f(a, b):\n    return (a + b) * 2  # two\n",
        "def f(a, b):\n    s = a + b\n    return (s) * 2  # two\n",
    ),
    Case(
        "extract variable",
        "def f(a, b):\n    return g(«a * b»)\n",
        "def f(a, b):\n    value = a * b\n    return g(value)\n",
    ),
    Case(
        "extract variable",
        "def f(value, b):\n    return g(«b * b»)\n",
        "def f(value, b):\n    value2 = b * b\n    return g(value2)\n",
    ),
    Case(
        "extract this into a function called g",
        "def f(n):\n«    k = n + 1\n    print(k)\n»    return n\n",
        "def f(n):\n    g(n)\n    return n\n\n\ndef g(n):\n    k = n + 1\n    print(k)\n",
    ),
    Case(
        "extract this to a method called n",
        "class A:\n    k = 1\n\n    def m(self, a):\n        return «self.k + a»\n",
        "class A:\n    k = 1\n\n    def m(self, a):\n        return self.n(a)\n\n"
        "    def n(self, a):\n        return self.k + a\n",
    ),
    Case("extract variable v", "«x = 1»\n", refused="Cannot extract"),
    Case("extract variable v", "«»x = 1\n", refused="nothing is selected"),
    Case("extract variable v", "v = 1\nprint(«v + 1»)\n", refused="`v` is in use already"),
    Case("extract `q` to a variable v", "print(q, q)\n", refused="`q` is in the file 2 times"),
    Case(
        "extract function g",
        "class A(B):\n    def __init__(self):\n«        super().__init__()\n        self.b = 2\n»"
        "        self.c = 3\n",
        refused="has a `super().__init__` that belongs to the code around it",
    ),
    Case(
        "extract function g",
        "def f(a):\n«    if a:\n        return 1\n»    return 2\n",
        refused="has a `return` that belongs to the code around it",
    ),
    Case(
        "extract function g",
        "def f(xs):\n    for x in xs:\n«        if x:\n            break\n»",
        refused="has a `break` that belongs",
    ),
    Case("extract function g", "def f():\n«    yield 1\n»", refused="has a `yield` that"),
]

INLINE = [
    Case(
        "inline x",
        "def f(a):\n    x = a + 1\n    return x * 2\n",
        "def f(a):\n    return (a + 1) * 2\n",
    ),
    Case(
        "inline",
        "def f(a):\n    «x» = a + 1  # next\n    return f'{x}'\n",
        "def f(a):\n    # next\n    return f'{a + 1}'\n",
    ),
    Case("inline x", "def f():\n    x = g()\n    return x\n", "def f():\n    return g()\n"),
    # One engine puts brackets around it.
    Case("inline x", "def f(a):\n    x = a.b\n    x.c()\n", "def f(a):\n    a.b.c()\n"),
    Case(
        "inline x",
        "def f():\n    x = g()\n    h()\n    return x\n",
        refused="something is done between the value and its use",
    ),
    Case(
        "inline x", "def f():\n    x = g()\n    return x + x\n", refused="computed more than once"
    ),
    Case(
        "inline x",
        "def f(xs):\n    x = g()\n    for _ in xs:\n        print(x)\n",
        refused="computed somewhere else, or not always",
    ),
    Case(
        "inline x",
        "def f(a):\n    x = a\n    a = 2\n    return x + a\n",
        refused="`a` gets another value before the last use",
    ),
    Case("inline x", "x = 1\nx = 2\nprint(x)\n", refused="not bound by one assignment"),
    Case("inline x", "def f():\n    x = 1\n", refused="`x` is used nowhere"),
    Case("inline n", "import os as n\nprint(n)\n", refused="not bound by one assignment"),
    Case(
        "inline norm",
        "def norm(a):\n    return a + 1\n\n\ndef f(b):\n    return norm(b)\n",
        "def f(b):\n    return b + 1\n",
    ),
    Case(
        "inline norm",
        "def norm(a):\n    return a + a\n\n\ndef f(b):\n    return norm(b())\n",
        refused="an argument of `norm` may do something",
    ),
    Case(
        "inline norm",
        "def norm(a):\n    return a\n\n\nmap(norm, [])\n",
        refused="Reference to inlining function other than function call",
    ),
]

IMPORTS = [
    Case(
        "organise imports",
        '"""Doc."""\nimport sys, os\nfrom b import x  # ours\nimport json\n'
        "# about abc\nimport abc\nfrom a import z, y\n\nprint(sys)\n",
        '"""Doc."""\n# about abc\nimport abc\nimport json\nimport os\nimport sys\n\n'
        "from a import z, y\nfrom b import x  # ours\n\nprint(sys)\n",
    ),
    Case(
        "organise imports",
        "from a import (\n    y,\n    x,\n)\nimport os\n",
        "import os\n\nfrom a import (\n    y,\n    x,\n)\n",
    ),
    Case("organise imports", "from a import y\nfrom a import X\n", "from a import X, y\n"),
    Case("organise imports", "import os\nimport os\nx = 1\n", "import os\nx = 1\n"),
    # What runs between two imports may be what the second needs.
    Case(
        "organise imports",
        "import sys\nimport os\nsys.path.append('x')\nimport b\nimport a\n",
        "import os\nimport sys\nsys.path.append('x')\nimport a\nimport b\n",
    ),
    Case("organise imports", "import os\nimport sys\n", refused="the imports are in order"),
    Case("organise imports", "from b import *\nimport a\n", refused="the imports are in order"),
    Case(
        "organise imports",
        "from b import x\nfrom a import x\n",
        refused="the imports are in order",
    ),
    Case(
        "remove unused imports",
        "import os\nimport sys\nfrom a import b, c, d\nfrom e import (\n    f,\n    g,\n)\n\n"
        "print(os, c, g)\n",
        "import os\nfrom a import c\nfrom e import (\n    g,\n)\n\nprint(os, c, g)\n",
    ),
    Case(
        "remove unused imports",
        "import os  # noqa\nfrom a import b as b\nimport c\n__all__ = ['c']\nimport d\n\n"
        "x: 'd.E' = 1\n",
        refused="all imports are used",
    ),
]

HINTS = [
    Case(
        "add type hints",
        "class A:\n    def m(self, n=1, *, on = True, z=None):\n        print(n)\n\n\n"
        "def make():\n    return A()\n\n\ndef size(x):\n    return len(x)\n",
        "class A:\n    def m(self, n: int = 1, *, on: bool = True, z=None) -> None:\n"
        "        print(n)\n\n\ndef make() -> A:\n    return A()\n\n\n"
        "def size(x) -> int:\n    return len(x)\n",
    ),
    Case(
        "add type hints",
        "class A:\n    def copy(self):\n        return A()\n",
        'class A:\n    def copy(self) -> "A":\n        return A()\n',
    ),
    Case(
        "add type hints",
        "def f(a):\n    if a:\n        return None\n    return [1]\n",
        "def f(a) -> list | None:\n    if a:\n        return None\n    return [1]\n",
    ),
    Case(
        "add type hints to this function",
        "def f(n=1): return g(n)\n\n\n«def g(a, b='x'): return h(a)\n»",
        "def f(n=1): return g(n)\n\n\ndef g(a, b: str = 'x'): return h(a)\n",
    ),
    # What is not certain stays without a hint.
    Case(
        "add type hints",
        "def f(a):\n    return a\n\n\ndef g(a):\n    if a:\n        return 1\n\n\n"
        "def h():\n    yield 1\n\n\ndef i(self):\n    raise NotImplementedError\n\n\n"
        "def j(c):\n    x = 1\n    if c:\n        x = c()\n    return x\n\n\n"
        "def k(factory=dict):\n    return factory()\n\n\n"
        "def m(c):\n    match c:\n        case [list]:\n            return list()\n"
        "    return int()\n\n\n"
        "def n(c):\n    try:\n        c()\n    except OSError as str:\n        return str()\n"
        "    raise c\n",
        refused="no type is missing that could be inferred",
    ),
]

ALL = [*RENAME, *EXTRACT, *INLINE, *IMPORTS, *HINTS]
