"""What is wrong for sure: `name` marks each name that is to be found, in the order of the text."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from fairlead_monitors.engine import Completeness, Diagnostics, Source
from fairlead_monitors.python.jedi_diagnostics import MEMBER, NAME, SYNTAX, diagnostics
from fairlead_monitors.python.jedi_script import Place, ask

MARKED = re.compile(r"`(\w+)`")


def diagnosed(text: str, path: str = "/a/b.py") -> Diagnostics:
    return ask(diagnostics, Diagnostics.unknown, Source(path, text), 0)


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("", []),
        ("import os\nprint(os.`pathh`, os.path, `osx`)\n", [MEMBER, NAME]),
        (
            "class A:\n    def f(self):\n        return self.`g` + self.f\n    h = 1\nA().f().x\n",
            [MEMBER],
        ),
        ("def f(x, y: `Z`) -> x: return x.y + `a`\n", [NAME, NAME]),
        ("é = 'ü'; print(`ä`, é, '😀'.`lowerr`())\n", [NAME, MEMBER]),
        ("\ufeffx = `y`\r\nx = '\x0c\x1c'; z = `zz`\r\n", [NAME, NAME]),
        ("def f(): return later\nlater = 1\n", []),
        ("x = `later`\nlater = 1\n", [NAME]),
        ("[a for a in range(3) if a]\n`a`.b\n", [NAME]),
        ("from os import *\ngetcwd(), `getcwdx`()\n", [NAME]),
        # What cannot be told is not told.
        ("from nowhere import *\nprint(anything)\n", []),
        ("globals()['a'] = 1\nprint(a)\n", []),
        ("try:\n    unicode\nexcept NameError:\n    pass\n", []),
        ("import nowhere\nnowhere.x.y\n", []),
        ("def f(x): return x.y\n", []),
        ("class A:\n    def __getattr__(self, name): return name\nA().b\n", []),
        ("x: int = 1\nx.y = 2\n", []),
        (
            "class A:\n    def f(self):\n        self.f\n        try: self.b\n"
            "        except AttributeError: pass\n",
            [],
        ),
        ("import os as o; x = o.sep\n", []),
        ("'`quoted` a.b.c'  # nothing.here\n".replace("`", ""), []),
    ],
)
def test_found(text: str, codes: list[str]) -> None:
    expected, plain = [], MARKED.sub(r"\1", text)
    for number, mark in enumerate(MARKED.finditer(text)):
        start = mark.start() - 2 * number
        expected.append((start, start + len(mark[1])))
    found = diagnosed(plain)
    assert (found.completeness, found.reason) == (Completeness.COMPLETE, "")
    assert [(d.start, d.end) for d in found.found] == expected
    assert [d.code for d in found.found] == codes
    assert all(plain[d.start : d.end] in d.message and d.severity == 1 for d in found.found)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("x = (\n", 4),
        ("x = 1\ndef f(:\n    pass\n", 12),
        ("x = '", 4),
        ("if x:\npass\n", 6),
        ("\0", 0),
    ],
)
def test_syntax(text: str, place: int) -> None:
    found = diagnosed(text)
    (error,) = found.found
    assert (error.code, error.start) == (SYNTAX, place)
    assert (found.completeness, bool(found.reason)) == (Completeness.PARTIAL, True)


def test_no_member_is_looked_up_when_it_is_over() -> None:
    def late(place: Place) -> Diagnostics:
        return diagnostics(place, over=lambda: True)

    source = Source("/a/b.py", "import os\nos.nothing\nnothing\n")
    found = ask(late, Diagnostics.unknown, source, 0)
    assert [d.code for d in found.found] == [NAME]
    assert found.completeness is Completeness.PARTIAL


def test_names_that_a_notebook_may_bring_along() -> None:
    assert diagnosed("spam\n", "/a/b.ipynb").found == ()


def test_working_code_is_not_blamed() -> None:
    path = Path(__file__).parents[2] / "monitors/fairlead_monitors/lookup.py"
    found = diagnosed(path.read_text(encoding="utf-8"), str(path))
    assert found.found == ()
