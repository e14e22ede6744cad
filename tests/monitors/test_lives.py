"""What the text tells of the object whose member is named at its end."""

from __future__ import annotations

import pytest

from fairlead_monitors.python.lives import life_of
from fairlead_monitors.typestate import Life

CLOSED = "f = open(p)\nf.close()\nf."
OPEN = Life("open", calls=("close",))


@pytest.mark.parametrize(
    ("text", "life"),
    [
        (CLOSED, OPEN),
        ("# open is a builtin\nx.open = a.open\nx.f(open)\n" + CLOSED, OPEN),
        ("[g(open) for open in x]\n" + CLOSED, OPEN),
        # Another function may go by the name of the builtin one.
        ("from x import (\n    open,\n)\n" + CLOSED, Life("x.open", calls=("close",))),
        ("from x import (  # y as z,\n    y as open,\n)\n" + CLOSED, Life("x.y", calls=("close",))),
        ("from x import y, \\\n    open\n" + CLOSED, None),
        ("from x import \\\n    *\n" + CLOSED, None),
        ("if a: from x import open\n" + CLOSED, None),
        ("import x as open; y = 1\n" + CLOSED, None),
        ("open, b = x\n" + CLOSED, None),
        ("open: X = x\n" + CLOSED, None),
        ("with x as (a, open):\n    pass\n" + CLOSED, None),
        ("for a, open in x: pass\n" + CLOSED, None),
        ("print(open := x)\n" + CLOSED, None),
        ("def open(): pass\n" + CLOSED, None),
        ("async def \\\n    open(): pass\n" + CLOSED, None),
        ("class open(X): pass\n" + CLOSED, None),
        ("def g(path, open):\n    " + CLOSED.replace("\n", "\n    "), None),
        ("def g():\n    global open\n    open = x\n" + CLOSED, None),
        # No protocol begins with these.
        ("f = mine(open)\nf.close()\nf.", None),
        ("def connect(): pass\nf = connect()\nf.close()\nf.", None),
    ],
)
def test_life(text: str, life: Life | None) -> None:
    assert life_of(text, "\n") == life


def test_what_follows_may_bind_the_name_of_a_builtin_function() -> None:
    assert life_of(CLOSED, "\nopen = x\n") is None
