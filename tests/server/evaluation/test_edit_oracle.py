"""Whether an edit is what was asked for, told by text and by syntax tree."""

from __future__ import annotations

import pytest

from fairlead_server.evaluation.edit.oracle import Verdict, judge

OLD, WANTED = "x = 1 - 2\n", "x = 1 + 2\n"


@pytest.mark.parametrize(
    ("new", "expected"),
    [
        (WANTED, Verdict(True, True, True)),
        ("x = (1 + 2)\n", Verdict(False, True, True)),
        ("x = 1 + 2  # mended\n", Verdict(False, True, True)),
        (OLD, Verdict(False, False, True)),
        ("x = 1 + 3\n", Verdict(False, False, True)),
        ("x = 1 +\n", Verdict(False, False, False)),
        ("return 1 + 2\n", Verdict(False, False, False)),
        ("x = '\0'\n", Verdict(False, False, False)),
        (r"x = 1 + 2; '\d'" + "\n", Verdict(False, False, True)),
    ],
)
def test_a_text_to_compare_with(new: str, expected: Verdict) -> None:
    assert judge("operator", OLD, new, WANTED) == expected


CODE = "def f(a):\n    b = a + 1\n    c = b + 1\n    return c\n"
GIVEN = "def f(a):\n    {0}\n    return c\n\n\ndef g({1}):\n    b = a + 1\n    c = b + 1\n{2}"
METHOD = "class A:\n    def f(self):\n        self.b = 1\n        self.c = 2\n"


@pytest.mark.parametrize(
    ("given", "new", "same"),
    [
        (CODE, GIVEN.format("c = g(a)", "a", "    return c\n"), True),
        (CODE, GIVEN.format("c = g(a)", "a", "    return b\n"), False),
        (CODE, GIVEN.format("c = g(b)", "a", "    return c\n"), False),
        (CODE, GIVEN.format("c = g(a)", "b", "    return c\n"), False),
        (CODE, GIVEN.format("c = g(a, 1)", "a", "    return c\n"), False),
        (CODE, GIVEN.format("c = g(a=a)", "a", "    return c\n"), False),
        (CODE, GIVEN.format("g(a)", "a", ""), True),
        (CODE, GIVEN.format("c = g(a)", "a", ""), False),
        (CODE, GIVEN.format("c = h(a)", "a", "    return c\n"), False),
        (CODE, CODE, False),
        (
            METHOD,
            "class A:\n    def f(self):\n        self.g()\n\n    def g(self):\n"
            "        self.b = 1\n        self.c = 2\n",
            True,
        ),
        (
            METHOD,
            "class A:\n    def f(self):\n        other.g()\n\n    def g(self):\n"
            "        self.b = 1\n        self.c = 2\n",
            False,
        ),
        (
            "class A:\n    def f(self):\n        b = 1\n        c = 2\n",
            "class A:\n    def f(self):\n        self.g()\n\n    @staticmethod\n    def g():\n"
            "        b = 1\n        c = 2\n",
            True,
        ),
    ],
)
def test_what_is_extracted_is_put_back(given: str, new: str, same: bool) -> None:
    assert judge("extract_function", given, new, given) == Verdict(None, same, True)


@pytest.mark.parametrize(
    ("new", "same"),
    [
        ('def f(a):\n    """Do."""\n    return a\n', True),
        ('def f(a):\n    """Do."""\n    return b\n', False),
        ("def f(a):\n    # Do.\n    return a\n", False),
        ('"""Do."""\ndef f(a):\n    return a\n', False),
    ],
)
def test_a_docstring_is_all_that_differs(new: str, same: bool) -> None:
    given = "def f(a):\n    return a\n"
    assert judge("add_docstring", given, new, given) == Verdict(None, same, True)
