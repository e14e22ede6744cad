"""Where a block is called for, and where decoding one stops."""

from __future__ import annotations

import pytest

from fairlead_server.document import DocumentSnapshot
from fairlead_server.finishing.shape import Shape, shape_of
from fairlead_server.finishing.stopping import LONGEST, stop_rule

CURSOR = "┃"


def document(language: str, text: str) -> tuple[DocumentSnapshot, int]:
    return DocumentSnapshot("a", text.replace(CURSOR, ""), language), text.index(CURSOR)


@pytest.mark.parametrize(
    ("language", "text", "shape"),
    [
        ("python", "def f():\n    ┃\n", "block"),
        ("python", "def f():\n    ┃", "block"),
        ("python", "def f():\r\n    ┃\r\n", "block"),
        ("python", "def f():┃\n", "block"),
        ("python", "def f():\n┃\n\nx = 1\n", "block"),
        ("python", "def f():\n    ┃\n    return 1\n", "line"),
        ("python", "def f():\n    x = 1\n    ┃\n", "line"),
        ("python", "def f():  # what\n    # Adds.\n    ┃\n", "block"),
        ("python", 'def f():\n    """Adds."""\n    ┃\n', "block"),
        ("python", 'def f():\n    """Adds.\n\n    Twice.\n    """\n    ┃\n', "block"),
        ("python", 'def f():\n    """Adds.\n    ┃\n', "line"),
        ("python", 'def f():\n    """Adds."""\n    ┃\n    return 1\n', "line"),
        ("python", 'x = 1\n"""Adds."""\n┃\n', "line"),
        ("python", "if x:\n    ┃\nelse:\n    y()\n", "block"),
        ("python", "class A:\n    ┃\n", "block"),
        ("python", "async def f(\n    a,\n) -> int:\n    ┃\n", "block"),
        ("python", "def f(┃):\n    pass\n", "line"),
        ("python", "def f():\n    ┃x = 1\n", "line"),
        ("python", "x = {1:\n    ┃\n}\n", "line"),
        ("python", "if x[1:\n    ┃\n", "line"),
        ("python", "f = lambda:\n    ┃\n", "line"),
        ("python", "┃", "line"),
        ("java", "class A {\n    int f() {\n        ┃\n    }\n}\n", "block"),
        ("java", "class A {\n    int f() {\n        ┃\n        return 1;\n    }\n}\n", "line"),
        ("java", "class A {\n    int f() {\n        // Adds.\n        ┃\n    }\n}\n", "block"),
        ("java", "class A {\n    int f() {\n        // Adds ┃\n    }\n}\n", "line"),
        ("java", "class A {\n    int f() {\n        x = 1;\n        ┃\n    }\n}\n", "line"),
        ("java", "class A { int f() {┃} }\n", "line"),
        ("typescript", "function f() {┃\n}\n", "block"),
        ("typescript", 'const a = "{\n┃\n', "line"),
        ("cpp", "int main()\n{\n    ┃\n", "block"),
        ("go", "func f() int {\n\t┃\n}\n", "block"),
        ("rust", "impl A {\n    fn f(&self) {\n        ┃\n    }\n}\n", "block"),
        ("rust", "let x = [\n    ┃\n];\n", "line"),
        ("plaintext", "so:\n    ┃\n", "line"),
    ],
)
def test_shape(language: str, text: str, shape: Shape) -> None:
    assert shape_of(*document(language, text)) == shape


def decoded(text: str, place: tuple[DocumentSnapshot, int], lines: int | None) -> str:
    """Return what is kept of `text`, written byte by byte."""
    rule, data = stop_rule(*place, lines, blocks=True), text.encode()
    for end in range(1, len(data) + 1):
        cut = rule(data[:end], end - 1)
        if cut is not None:
            return data[:cut].decode()
    return text


@pytest.mark.parametrize(
    ("language", "before", "text", "kept"),
    [
        ("python", "def f():\n    ┃\n", "x = 1\n    return x\n\nprint(é)", "x = 1\n    return x"),
        ("python", "def f():┃\n", "\n    x = 1\n\n    return x\ny", "\n    x = 1\n\n    return x"),
        ("python", "def f():\n    ┃\n", "x = '''\ny\n'''\n    z", "x = '''\ny\n'''\n    z"),
        ("python", "def f():\r\n    ┃\r\n", "x = 1\nprint()", "x = 1"),
        ("python", "x = ┃\n", "1\ny = 2\n", "1"),
        ("java", "class A {\n    int f() {\n        ┃\n    }\n}\n", "a();\n    }\n  x", "a();"),
        ("java", "class A {\n    int f() {\n        ┃\n}\n", "a();\n    }\n  x", "a();\n    }"),
        ("typescript", "f(() => {\n  ┃\n", "if (a) {\n  }\n  b();\n}", "if (a) {\n  }\n  b();\n}"),
        ("rust", "fn f() {\n    ┃\n}\n", 'g("}");\n}\n', 'g("}");'),
        ("plaintext", "so:\n┃\n", "one\ntwo\n", "one"),
    ],
)
def test_decoding_stops(language: str, before: str, text: str, kept: str) -> None:
    assert decoded(text, document(language, before), 1) == kept


def test_a_block_is_not_endless() -> None:
    lines = "".join(f"    x{i} = {i}\n" for i in range(100))
    kept = decoded(lines, document("python", "def f():\n┃\n"), None)
    assert kept.count("\n") == LONGEST - 1
