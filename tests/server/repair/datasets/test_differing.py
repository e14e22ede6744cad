"""Which lines of a program differ from those of the one that is right."""

from __future__ import annotations

import pytest

from fairlead_server.repair.batch.bug import Place
from fairlead_server.repair.datasets.differing import places

PYTHON = 'def f(a):\n    b = a\n\n    return a\n\n\n"""\nReturns a.\n"""\n'
JAVA = "package wrong;\n\nclass A {\n  int f(int a) {\n    return a;\n  }\n}\n"


@pytest.mark.parametrize(
    ("language", "wrong", "right", "expected"),
    [
        ("python", PYTHON, PYTHON, []),
        ("python", PYTHON, "def f(a):\n  # b\n    b = a\n    return a\n", []),
        ("python", PYTHON, 'def f(a):\n    b = a\n    return a\n"""\nbut\n"""\n', []),
        ("python", PYTHON, "def f(a):\n    b = a\n    return b\n", [(4, 4, "    return b")]),
        (
            "python",
            PYTHON,
            "def f(a):\n    b = 1\n    # and\n    return b\n",
            [(2, 4, "    b = 1\n    # and\n    return b")],
        ),
        (
            "python",
            PYTHON,
            "def f(a):\n    b = a\n    b += 1\n    return a\n",
            [(4, 3, "    b += 1")],
        ),
        ("python", PYTHON, "def f(a):\n    return a\n", [(2, 2, "")]),
        (
            "python",
            "def f(a):\n    b = a\n",
            "def f(a):\n    b = a\n    return b\n",
            [(2, 2, "    b = a\n    return b")],
        ),
        # Blanks make the blocks of Python.
        (
            "python",
            "if a:\n    b()\nc()\n",
            "if a:\n    b()\n    c()\n",
            [(3, 3, "    c()")],
        ),
        ("python", "a = f'{b}'\n", "a = f'{c}'\n", [(1, 1, "a = f'{c}'")]),
        ("java", JAVA, JAVA.replace("package wrong", "package right"), []),
        ("java", JAVA, JAVA.replace("{\n  int", "{\n\n  /** f */\n\tint"), []),
        ("java", JAVA, JAVA.replace("package wrong;", "import java.util.*;"), []),
        (
            "java",
            JAVA,
            JAVA.replace("    return a;", "    a++;\n    return a + 1;"),
            [(5, 5, "    a++;\n    return a + 1;")],
        ),
        (
            "java",
            JAVA,
            JAVA.replace("int f(int a)", "long f(int a)").replace("return a", "return 1"),
            [(4, 5, "  long f(int a) {\n    return 1;")],
        ),
    ],
)
def test_places(
    language: str, wrong: str, right: str, expected: list[tuple[int, int, str]]
) -> None:
    assert list(places("a", wrong, right, language)) == [Place("a", *one) for one in expected]
