"""Which names a place may read: hand-made cases, and every name of standard library modules.

In the cases `|` is the place; the names after ``!`` must not be visible there.
"""

from __future__ import annotations

import ast
import builtins
from pathlib import Path

import pytest

from fairlead_monitors.python.scopes import Scopes, visible
from tests.monitors.test_lexer import sources

MODULE = "import os.path as p, sys\nfrom a import (b, c as d)\nx, (y, *z) = 1, (2, 3)\n"
CLASS = "class A(B):\n    field: int = 1\n    def method(self, one, *two, three=x, **four):\n"


@pytest.mark.parametrize(
    ("text", "names"),
    [
        (MODULE + "|", "p sys b d x y z !os !a !c !path"),
        ("import a.b.c\n|", "a !b !c"),
        ("import a as b; c = 1\n|", "b c !a"),
        ("from a import b as c; d = 1\n|", "c d !b"),
        ("try: import a as b; c = 1\nexcept E: import d as b; e = 1\n|", "b c e !a !d"),
        ("x.y = z[i] = f(j)[k] = 1\n|", "!x !y !z !i !j !k"),
        ("x: int\ny: int = 1\n|", "x y !int"),
        ("x = y = 1; z = 2\n|", "x y z"),
        ("if a: b = 1\nelse: c = 2\n|", "b c !a"),
        ("while a:\n    b = 1\n|", "b"),
        ("for a, (b, c.d) in e: f = 1\n|", "a b f !c !d !e"),
        ("with a as b, c as (d, e):\n    |", "b d e !a !c"),
        ("with (\n    a as b,\n    c as d,\n):\n    |", "b d"),
        ("try: pass\nexcept A as a:\n    |", "a !A"),
        ("async def f(): pass\nasync with a as b: pass\nasync for c in d: pass\n|", "f b c"),
        ("match a:\n    case B(c, d=e), [f, *g] if h:\n        |", "c e f g !d !B"),
        ("print(a := 1, [b for c in d])\n|", "a !b !c !d"),
        ("[(a := b) for b in c]\n|", "a !b"),
        ("type A[T] = list[T]\n|", "A !T"),
        ("type A[T: (B, C), *U, **V] = list[|]\n", "A T U V !B !C !list"),
        ("x = 1; type A[T = B] = C[D, |]\n", "A T !B !C !D"),
        ("type A = B[C, |]\n", "A !B !C"),
        ("def f[T](a: T): |", "T a f"),
        ("def f(a, b=1, /, *c, d, **e) -> g: |", "f a b c d e !g"),
        ("def f(a): b = 1; return |", "a b"),
        ("def f(a):\n    b = 1\n|", "f !a !b"),
        ("def f(a):\n    def g(b):\n        return |\n    c = 1\nd = 1\n", "f a g b c d"),
        ("def f():\n    global a\n    a = 1\n|", "a"),
        (CLASS + "        return |", "A self one two three four !field !method"),
        (CLASS + "        pass\n    |", "field method !one"),
        (CLASS + "        def inner(): |", "one two !field"),
        ("f = lambda a, b=c: |", "a b"),
        ("[| for a in b for c, d in e]", "a c d !b !e"),
        ("f'{[a for a in b if |]}'", "a"),
        ("x = {k: v for k, v in y.items() if |} if z else 1", "k v"),
        ("x = {k: v for k, v in y.items()} if |", "x !k !v !y"),
        ("x = {|: v for k, v in y.items()} if z else 1", "k v"),
        ("x = [a for a in [b for b in |]]", "a b"),
        ("x = [a for (a, (b, *c)) in |", "a b c"),
        ("x = f(lambda a, *b: |, c=d)", "a b !c !d"),
        ("x = f(lambda a: b, c=[|])", "a !b"),
        ("x = (lambda a: b)(|)", "!a !b"),
        ("x = [lambda a={1: c}, b=2: |]", "a b !c"),
        ("x = [lambda a=[c for c in d], b=2: |]", "a b !c !d"),
        ("x = [lambda a=lambda c: d, b=2: |]", "a b"),
        ("x = [a for a[b], c in d if |]", "a c !d"),
        ("x = [a for a in b] + [|", "!a !b"),
        ("for a in [b for b in c]:\n    |", "a !b"),
        # At the level of the module, in the order of the text, but for loops.
        ("|\na = 1\n", "!a"),
        ("while b:\n    |\n    a = 1\nc = 1\n", "a !c"),
        ("for b in x:\n    for c in y:\n        |\n    a = 1\nfor d in z: e = 1\n", "a b c !d !e"),
        ("for b in x:\n    a = 1\n|\nfor d in z: e = 1\n", "a b !d !e"),
        ("for b in x: a = 1\nfor d in z:\n    |\n    e = 1\nc = 1\n", "a b d e !c"),
        ("class A:\n    |\n    b = 1\nc = 1\n", "!b !c"),
        ("def f(): |\na = 1\n", "a"),
        ("def f(x: |): pass\na = 1\n", "a"),
        # Strings, comments and broken code hide nothing but themselves.
        ("'a = 1'\n# b = 1\n'''\nc = 1\n'''\nd = 1\n|", "d !a !b !c"),
        ("a = (1,\n\ndef f(b):\n    c = 1\n    |", "a f b c"),
        ("f(|\nb = 1\nc = 2\n", "b c"),
        ("def f():\n    g(|\n    b = 1\n\nclass C:\n    d = 1\n", "f b C !d"),
        ("def f():\n    def g():\n        return h[|\n\n    a = 1\nb = 1\n", "a b f g"),
        ("def f():\n    return g(|\n    a = 1\n", "a"),
        ("a = )\nb = 'x\nc = 1\n|", "a b c"),
        ("if a\n    b = 1\n|", "b"),
        ("def f(a, b\n    |", "f"),
        # What is tried may be there.
        ("try:\n    a.b\nexcept NameError:\n    c\n|", "a !c"),
        ("\ufeffa = 1\r\nif a:\r\n\tb = 1\r\n\t|", "a b"),
    ],
)
def test_names(text: str, names: str) -> None:
    before, _, after = text.partition("|")
    scopes = Scopes(f"{before}here{after}")
    found = scopes.visible(len(before)).names
    listed = {name for name in names.split() if name[0] != "!"}
    absent = {name[1:] for name in names.split() if name[0] == "!"}
    assert (listed - found, absent & found) == (set(), set())
    assert {name for name in found | absent if scopes.reads(name, len(before))} == found


@pytest.mark.parametrize(
    ("text", "open_ended", "gap"),
    [
        ("a = |", False, ""),
        ("class A:\n    b = |", False, ""),
        ("def f():\n    return |", True, ""),
        ("def f():\n    return g(|", True, ""),
        ("a = lambda: |", True, ""),
        ("def f(x: |", True, ""),
        ("def f():\n    return |\n\nb = 1\n", False, ""),
        ("def f():\n    return g(|\n    b = 1\n", False, ""),
        ("globals()['a'] = 1\n|", False, "globals"),
        ("exec(a)\n|", False, "exec"),
        ("a: __builtins__.list\n|", False, ""),
        ("__builtins__.a = 1\n|", False, "__builtins__.a"),
        ("__builtins__['a'] = 1\n|", False, "__builtins__['a']"),
        ("__builtins__.update(a)\n|", False, "__builtins__.update"),
        ("setattr(__builtins__, 'a', 1)\n|", False, "setattr"),
        ("vars(__builtins__)['a'] = 1\n|", False, "vars"),
        ("try:\n    |\nexcept NameError:\n    pass\n", False, "NameError"),
        ("try:\n    |\nexcept (NameError, A):\n    pass\n", False, "NameError"),
        ("try:\n    if |\nexcept A:\n    pass\nexcept NameError:\n    pass\n", False, "NameError"),
        ("try: |\nexcept NameError: pass\n", False, "NameError"),
        ("|\ntry:\n    a\nexcept NameError:\n    pass\n", False, ""),
        ("try:\n    a\nexcept NameError:\n    |\n", False, ""),
        ("try:\n    a\nexcept NameError:\n    pass\n|", False, ""),
    ],
)
def test_what_may_be_missing(text: str, open_ended: bool, gap: str) -> None:
    before, _, after = text.partition("|")
    found = visible(f"{before}here{after}", len(before))
    assert (found.open_ended, found.gap.partition(" ")[0]) == (open_ended, gap)


@pytest.mark.parametrize("path", sources(12), ids=lambda p: p.name)
def test_every_name_of_the_standard_library(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    scopes = Scopes(text)
    starts = [0]
    for line in text.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    for node in ast.walk(ast.parse(text)):
        if not isinstance(node, ast.Name) or not isinstance(node.ctx, ast.Load):
            continue
        place = starts[node.lineno - 1] + node.col_offset
        # Places inside f-strings are wrong before Python 3.12.
        if text[place:].startswith(node.id) and text.isascii():
            found = scopes.visible(place)
            assert found.gap or node.id in found.names | SPECIAL, f"{path}:{node.lineno} {node.id}"


SPECIAL = frozenset(dir(builtins)) | {"__file__", "__path__", "__class__"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # The bases of a class are read, its type parameters are bound.
        ("class A(B, metaclass=C):\n    x = 1\n", {"A"}),
        ("class A[T](B[T]):\n    x = 1\n", {"A", "T"}),
        ("class A(B", {"A"}),
        ("def f[T](x, *y: B) -> C: pass\n", {"f", "T", "x", "y"}),
    ],
)
def test_what_a_header_binds(text: str, expected: set[str]) -> None:
    assert visible(text, text.index("B")).names == expected
