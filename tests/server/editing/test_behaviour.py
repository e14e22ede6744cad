"""Refactorings are offered only if the code does the same: both texts are run and compared."""

from __future__ import annotations

import contextlib
import io
from pathlib import Path
from typing import Any

import pytest

from fairlead_server.editing.instructions import parse
from fairlead_server.editing.refactoring.job import Job
from fairlead_server.editing.refactoring.worker import answer
from tests.server.editing.test_refactoring import marked

FUNCTION, VARIABLE = "extract function g", "extract variable v"

# (instruction, text, calls that are compared)
OFFERED: list[tuple[str, str, tuple[str, ...]]] = [
    (
        FUNCTION,
        "def f(n):\n    t = 0\n    for i in range(n):\n«        t += i\n        u = t\n"
        "»    return t, u\n",
        ("f(3)",),
    ),
    (
        FUNCTION,
        "def f(n):\n    while n > 0:\n«        n -= 1\n        print(n)\n»    return n\n",
        ("f(4)",),
    ),
    (
        FUNCTION,
        "def f(a):\n    try:\n«        b = int(a)\n        c = b + 1\n"
        "»    except ValueError:\n        return None\n    return b, c\n",
        ("f('1')", "f('x')"),
    ),
    (
        FUNCTION,
        "def f(n):\n    out = []\n    last = None\n    for i in range(n):\n"
        "«        if last is not None:\n            out.append(last)\n        last = i\n"
        "»    return out\n",
        ("f(4)",),
    ),
    (
        FUNCTION,
        "def f(a):\n    x = [i for i in range(a)]\n«    y = [i * 2 for i in x]\n"
        "    print(y)\n»    return y\n",
        ("f(3)",),
    ),
    (
        FUNCTION,
        "def f(c):\n    x = 0\n«    if c:\n        x = 1\n»    return x\n",
        ("f(0)", "f(1)"),
    ),
    (
        FUNCTION,
        "class A:\n    k = 2\n    def m(self, a):\n«        self.k += a\n"
        "        r = self.k\n»        return r\ndef f(a):\n    return A().m(a)\n",
        ("f(1)",),
    ),
    (
        FUNCTION,
        "class A:\n    def __p(self): return 3\n    def m(self, a):\n"
        "        return «self.__p() + a»\ndef f(a):\n    return A().m(a)\n",
        ("f(1)",),
    ),
    (FUNCTION, "def f(xs):\n    return [«x + 1» for x in xs]\n", ("f([1, 2])",)),
    (VARIABLE, "def f(a):\n    return f'{«a + 1»}'\n", ("f(1)",)),
    (VARIABLE, "def f(a):\n    a = «a * 2» + 1\n    return a\n", ("f(1)",)),
    (VARIABLE, "def f(a):\n    for x in «a[1:]»:\n        print(x)\n", ("f([1, 2])",)),
    (VARIABLE, "def f(a, b=«len('ab')»):\n    return b\n", ("f(1)",)),
    (VARIABLE, "def f(a):\n    return «a.pop()» and a\n", ("f([1, 2])",)),
    ("inline v", "def f(a):\n    v = a + 1\n    b = 2\n    return v * b\n", ("f(1)",)),
    ("inline v", "def f(a):\n    v = a.pop()\n    return v, a\n", ("f([1, 2])",)),
    ("inline v", "def f(a):\n    v = 3\n    return [v + a for a in range(v)]\n", ("f(1)",)),
    (
        "inline v",
        "def f(a):\n    v = a\n    while a > 5:\n        pass\n    return v\n",
        ("f(1)",),
    ),
    (
        "inline h",
        "def h(x, y=2):\n    return x * y\ndef f(a):\n    b = h(a)\n    return b + h(y=a, x=3)\n",
        ("f(4)",),
    ),
    ("inline v", "def f(a):\n    v = a + 1\n    return str(v)\n", ("f(1)",)),
    ("inline v", "def f(a, b):\n    v = a is b\n    a.append(1)\n    return v\n", ("f([], 1)",)),
    ("inline v", "def f(a, b):\n    v = a + 1\n    b[0] = v\n    return b\n", ("f(1, [2])",)),
    ("inline v", "def f(a):\n    v = 1 + 2\n    a.append(1)\n    return v\n", ("f([])",)),
    ("inline h", "def h(x):\n    return str(x)\ndef f(a):\n    return h(a + 1)\n", ("f(4)",)),
    (
        "inline h",
        "def h(x):\n    return [x + i for i in (1, 2)]\ndef f(a):\n    return h(a)\n",
        ("f(4)",),
    ),
    (
        VARIABLE,
        "def f(a, b):\n    return print(a) if «a == b» else 0\n",
        ("f(1, 1)", "f(1, 2)"),
    ),
    (VARIABLE, "def f(a, b):\n    b[print()] = «a + 1»\n    return b\n", ("f(1, {})",)),
    (FUNCTION, "«X = 1\nprint(X)\n»Y = 2\n", ("Y",)),
    (FUNCTION, "«X = 1\nprint(X)\n»Y = X\n", ("X", "Y")),
    (FUNCTION, "X = «1 + 2»\n", ("X",)),
]

# (instruction, text): what the engines propose would do something else.
REFUSED: list[tuple[str, str]] = [
    (FUNCTION, "def f(c):\n«    if c:\n        x = 1\n»    return x if c else 5\n"),
    (
        FUNCTION,
        "def f(a):\n    b = 1\n    def h():\n        nonlocal b\n«        b += a\n"
        "        c = b\n»        return c\n    return h() + b\n",
    ),
    (FUNCTION, "G = 1\ndef f(a):\n    global G\n«    G += a\n    c = G\n»    return c\n"),
    (FUNCTION, "def f(a):\n    return «(a := a + 1)» + a\n"),
    (VARIABLE, "def f(a):\n    return a and «a.pop()»\n"),
    (VARIABLE, "def f(a):\n    return 1 if not a else «a.pop()»\n"),
    (VARIABLE, "def f(a):\n    return [«x + 1» for x in a]\n"),
    (VARIABLE, "def f(a):\n    g = lambda x: «x + 1»\n    return g(a)\n"),
    (VARIABLE, "def f(a):\n    while «len(a)»:\n        a.pop()\n    return a\n"),
    (
        VARIABLE,
        "def f(a):\n    if a == 1:\n        return 0\n    elif «a[0]» == 2:\n"
        "        return 1\n    return 2\n",
    ),
    (VARIABLE, "def f(a):\n    return print(1), «print(a)»\n"),
    (VARIABLE, "class A:\n    def m(self): return «1 + 2»\n"),
    (VARIABLE, "def f(a):\n    try: return «int(a)»\n    except ValueError: return 0\n"),
    (VARIABLE, "def f(a):\n    assert a, «a[5]»\n"),
    (VARIABLE, "def f(a):\n    return 0 < len(a) < «a[0]»\n"),
    ("inline v", "def f(a):\n    v = a[0]\n    return a and v\n"),
    ("inline v", "def f(a):\n    v = a\n    while a > 0:\n        print(v)\n        a -= 1\n"),
    (
        "inline v",
        "def f(a):\n    v = a\n    def g():\n        return v\n    a = 3\n    return g()\n",
    ),
    ("inline v", "X = 1\ndef f(a):\n    v = X\n    return (lambda X: v)(5)\n"),
    ("inline v", "X = 1\ndef f(a):\n    v = X\n    return [v for X in (5,)]\n"),
    (
        "inline v",
        "X = 1\ndef g():\n    global X\n    X = 2\ndef f(a):\n    v = X\n    g()\n    return v\n",
    ),
    (
        "inline v",
        "def f(a):\n    for i in a:\n        if i:\n            print(v)\n        v = i\n",
    ),
    (
        "inline h",
        "def h(x):\n    y = x + 1\n    return y\ndef f(a):\n    y = 7\n    return h(a) + y\n",
    ),
    ("inline h", "def h(x):\n    return x - 1\ndef f(a):\n    return 10 - h(a)\n"),
    (
        "inline h",
        "def h(x):\n    x += 1\n    return x\ndef f(a):\n    b = h(a)\n    return a, b\n",
    ),
    ("inline h", "K = 3\ndef h(x):\n    return x + K\ndef f(K):\n    return h(K)\n"),
    ("inline v", "def f(a, b):\n    v = a + b\n    a.append(1)\n    return v\n"),
    ("inline v", "def f(a, b):\n    v = a == b\n    b[0] = 3\n    return v\n"),
    ("inline v", "def f(a, b):\n    v = a + b\n    a.b = 3\n    return v\n"),
    ("inline v", "def f(a, b):\n    c = a\n    v = a + b\n    c += b\n    return v\n"),
    ("inline v", "def f(a, b):\n    v = a + b\n    with b as c:\n        return v\n"),
    ("inline v", "def f(a, b):\n    v = a + b\n    print(v)\n    return v\n"),
    ("inline v", "def f(a, b):\n    v = a + b\n    b[v] = a.pop()\n    return b\n"),
    ("inline v", "def f(a, b):\n    v = a + b\n    return [a.append(v) for _ in b]\n"),
    ("inline v", "def f(a, b):\n    v = a + b\n    for _ in b:\n        print(v)\n"),
    (VARIABLE, "def f(a, b):\n    return g(a.append(1), «a + b»)\n"),
    (VARIABLE, "def f(a, b):\n    b[a.pop()] += «a + b»\n"),
    (VARIABLE, "def f(a):\n    «a[0]» += 1\n"),
    (
        "inline h",
        "def h(a):\n    return sorted(a, key=lambda b: b + a[0])\ndef f(b):\n    return h(b)\n",
    ),
    ("inline h", "def h(a):\n    return [a + i for i in (1, 2)]\ndef f(i):\n    return h(i)\n"),
    (
        "inline h",
        "def h(a):\n    return lambda: a\ndef f(b):\n    c = h(b)\n    b = 2\n    return c()\n",
    ),
    (
        "inline h",
        "def h(a):\n    return (a for _ in (1,))\ndef f(b):\n    c = h(b)\n    b = 2\n"
        "    return list(c)\n",
    ),
    (
        "inline h",
        "def h(a, b):\n    return a.pop(), b\ndef f(a):\n    return h(a, a + a)\n",
    ),
    (
        "inline h",
        "X = 1\ndef g():\n    global X\n    X = 2\ndef h(a):\n    return g(), a\n"
        "def f(a):\n    return h(X)\n",
    ),
    ("inline h", "def h(a):\n    return (a := a + 1)\ndef f(b):\n    return h(b) + b\n"),
    ("inline h", "def h(a):\n    return (yield a)\ndef f(b):\n    return list(h(b))\n"),
    (FUNCTION, "class A:\n«    X = 1\n»    Y = 2\n"),
    (FUNCTION, "class A:\n    if True:\n«        X = 1\n        print(X)\n»"),
    (FUNCTION, "class A:\n    X = «1 + 2»\n"),
    (FUNCTION, "def f():\n    class A:\n«        X = 1\n»    return A\n"),
]


def proposed(instruction: str, text: str, folder: Path) -> list[str]:
    operation = parse(instruction)
    assert operation is not None
    bare, start, end = marked(text)
    path = folder / "code.py"
    path.write_text(bare)
    job = Job(operation.name, operation.arguments, str(path), bare, start, end, str(folder))
    return [one["files"][str(path)] for one in answer(job)["proposals"]]


def ran(text: str, calls: tuple[str, ...]) -> tuple[list[str], str]:
    """Return what the calls return or raise, and what is printed."""
    names: dict[str, Any] = {"__name__": "code"}
    results, printed = [], io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile(text, "code", "exec"), names)
        for call in calls:
            try:
                results.append(repr(eval(call, names)))
            except Exception as error:
                results.append(type(error).__name__)
    return results, printed.getvalue()


@pytest.mark.parametrize(("instruction", "text", "calls"), OFFERED)
def test_what_is_offered_does_the_same(
    tmp_path: Path, instruction: str, text: str, calls: tuple[str, ...]
) -> None:
    found = proposed(instruction, text, tmp_path)
    assert found
    expected = ran(marked(text)[0], calls)
    assert [ran(new, calls) for new in found] == [expected] * len(found)


@pytest.mark.parametrize(("instruction", "text"), REFUSED)
def test_what_would_do_something_else_is_not_offered(
    tmp_path: Path, instruction: str, text: str
) -> None:
    assert proposed(instruction, text, tmp_path) == []
