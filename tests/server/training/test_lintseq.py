"""Programs as sequences of insertions, each of which leaves a program without errors."""

from __future__ import annotations

import ast
import builtins
import random
from collections.abc import Callable
from pathlib import Path

import pytest

from fairlead_monitors.trees import grammar
from fairlead_server.diffs import unified
from fairlead_server.training.insertions import insertion
from fairlead_server.training.lintseq import java, python
from fairlead_server.training.lintseq.program import Unfit, read_program
from fairlead_server.training.lintseq.records import applied, from_json, inserted, key_of, make
from fairlead_server.training.lintseq.sampling import sample

ROOT = Path(__file__).parents[3]
SEEDS = range(6)

PYTHON = '''"""A part of a server."""

import os
from dataclasses import dataclass


# What is told
# of a place.
@dataclass
class Place:
    path: str
    line: int = 1

    def shown(self) -> str:
        """Return it for people."""
        name = os.path.basename(self.path)
        if self.line:
            return f"{name}:{self.line}"
        else:
            return name


class Several:
    LIMIT = 3

    def __init__(self):
        self.places = []
        self.count = 0

    def add(self, place):
        try:
            if self.count >= self.LIMIT:
                raise ValueError(place)
        finally:
            self.count += 1

        self.places.append(place)


def main(
    argument,
):
    several = Several()
    several.add(Place(argument))
    total = 0
    for place in several.places:
        # One by one.
        total += place.line
        print(place.shown())

    return total
'''

JAVA = """package harbour;

import java.util.ArrayList;
import java.util.List;

/** A quay. */
public class Quay implements Runnable {
    private static final int MOST = 4;
    private final List<String> names = new ArrayList<>();
    private final int length;

    // How long it is.
    public Quay(int length) {
        this.length = length;
    }

    @Override
    public void run() {
        for (String name : names) {
            System.out.println(name);
            print(name);
        }
    }

    private int print(String name) {
        int count;
        if (name.isEmpty()) {
            count = 0;
        } else {
            count = MOST;
        }
        String text = name + count;
        System.out.println(text);
        return text.length() + length;
    }

    enum Side { LEFT, RIGHT }

    static Side other(Side side) {
        switch (side) {
            case LEFT:
                return Side.RIGHT;
            default:
                return Side.LEFT;
        }
    }
}
"""
TEXTS = {"python": PYTHON, "java": JAVA}
CHECKS = {"python": python.checks, "java": java.checks}


def states(text: str, language: str, seed: int) -> list[str]:
    return make(key_of("a", text, seed, 0), text, language).states()


def is_clean(text: str) -> bool:
    """Tell whether `text` compiles, binds all names that it reads, and all members of `self`."""
    tree = ast.parse(text)
    compile(tree, "state", "exec")
    bound, members, read = set(dir(builtins)), {"path", "line"}, []
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            bound.add(node.name)
            members.add(node.name)
        elif isinstance(node, ast.alias):
            bound.add(node.asname or node.name)
        elif isinstance(node, ast.arg):
            bound.add(node.arg)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            bound.add(node.id)
            members.add(node.id)
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            members.add(node.attr)
        elif isinstance(node, ast.Name):
            read.append(node.id)
    own = [
        node.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id == "self"
    ]
    return set(read) <= bound and set(own) <= members


def insert_only(shorter: str, longer: str) -> bool:
    rest = iter(longer.splitlines(keepends=True))
    lines = shorter.splitlines(keepends=True)
    return all(line in rest for line in lines) and len(longer) > len(shorter)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("language", TEXTS)
def test_insertions_lead_to_the_whole(language: str, seed: int) -> None:
    found = states(TEXTS[language], language, seed)
    assert found[-1] == TEXTS[language]
    assert all(insert_only(*pair) for pair in zip(["", *found], found, strict=False))


@pytest.mark.parametrize("seed", SEEDS)
def test_every_state_of_a_python_program_is_clean(seed: int) -> None:
    assert all(is_clean(state) for state in states(PYTHON, "python", seed))


@pytest.mark.parametrize("seed", SEEDS)
def test_every_state_of_a_java_program_parses(seed: int) -> None:
    found = grammar("java")
    assert found is not None
    for state in states(JAVA, "java", seed):
        assert not found.parse(state.encode()).root_node.has_error


@pytest.mark.parametrize("name", ["blank", "draft", "missing", "scan"])
def test_every_state_of_our_own_code_is_clean(name: str) -> None:
    path = ROOT / "server/fairlead_server/finishing" / f"{name}.py"
    program = read_program(path.read_text(encoding="utf-8"), "python")
    for state in sample(program, python.checks(program), random.Random(1)):
        assert is_clean(state)


@pytest.mark.parametrize("language", TEXTS)
def test_the_seed_decides(language: str) -> None:
    text = TEXTS[language]
    assert states(text, language, 1) == states(text, language, 1) != states(text, language, 2)


# (language, text, lines from 1 that are deleted, lines that are in error then: None for syntax)
FAULTS: list[tuple[str, str, set[int], set[int] | None]] = [
    ("python", "import os\nx = os.sep\ny = x\n", {1}, {2}),
    ("python", "import os\nx = os.sep\ny = x\n", {2}, {3}),
    ("python", "import os\nx = os.sep\ny = x\n", {3}, set()),
    ("python", "if True:\n    x = 1\n", {2}, None),
    ("python", "def f():\n    return 1\n", {1}, None),
    # What the whole lacks already is no fault.
    ("python", "a = 1\nprint(b)\n", {1}, set()),
    ("python", "from m import *\nprint(b)\n", {1}, {2}),
    ("python", "open = 1\nprint(open)\n", {1}, {2}),
    ("python", "print(1)\nprint(open)\n", {1}, set()),
    ("python", "n = 0\nn += 1\n", {1}, {2}),
    ("python", "x = 1\ny = f'{x}'\n", {1}, {2}),
    ("python", "x = 'é'\ny = 'é' + x\n", {1}, {2}),
    ("python", "\ufeffx = 1\ny = x\n", {1}, {2}),
    ("python", "class A:\n    b = 1\n    def f(self):\n        return self.b\n", {2}, {4}),
    ("python", "class A:\n    b = 1\n    c = 2\nprint(A.b)\n", {2}, {4}),
    (
        "python",
        "class A:\n    b = 1\nclass B(A):\n    def f(self):\n        self.b\n",
        {1, 2},
        {3, 5},
    ),
    ("python", "class A: ...\ndef f(a: 'list[A]') -> 'A': ...\n", {1}, {2}),
    ("python", "__all__ = ['f']\n\ndef f(): ...\n", {3}, {1}),
    ("python", "def f(a):\n b = a\n while b:\n  b = 0\n", {2}, {3}),
    ("python", "def f(a):\n    return a\n\nx = 1\nf(x)\n", {4}, {5}),
    ("python", "def f():\n    return g()\n\ndef g():\n    pass\n", {4, 5}, {2}),
    ("java", "class A {\n int a = 1;\n int b = a;\n}\n", {2}, {3}),
    ("java", "class A {\n int a = 1;\n int b = this.a;\n}\n", {2}, {3}),
    ("java", "class A {\n void f() {\n }\n void g() {\n  f();\n }\n}\n", {2, 3}, {5}),
    ("java", "class A {\n int f() {\n  int a = 1;\n  return a;\n }\n}\n", {3}, {4}),
    ("java", "class A {\n int f() {\n  return 1;\n }\n}\n", {3}, {2}),
    ("java", "class A {\n int f() {\n  return 1;\n }\n}\n", {2}, None),
    ("java", "class A {\n void f() {\n  int a;\n  a = 1;\n  g(a);\n }\n}\n", {4}, {5}),
    ("java", "class A {\n final int a;\n A() {\n  a = 1;\n }\n}\n", {4}, {2}),
    ("java", "import a.B;\nclass A {\n B b;\n}\n", {1}, {3}),
    ("java", "import a.*;\nclass A {\n B b;\n}\n", {1}, {3}),
    ("java", "package a;\nclass A {\n}\n", {1}, {2}),
    ("java", "class A implements B {\n @Override\n public void c() { }\n}\n", {2, 3}, {1}),
    (
        "java",
        "class A {\n int f(int a) {\n  synchronized (this) {\n   if (a > 0) {\n    return 1;\n"
        "   } else {\n    return 2;\n   }\n  }\n }\n}\n",
        {4, 5, 6, 7, 8},
        {3},
    ),
    ("java", "interface A {\n void b();\n default void c() { }\n}\n", {2}, {1}),
    ("java", "interface A {\n void b();\n default void c() { }\n}\n", {3}, set()),
    ("java", "class A {\n A(int a) {\n }\n static A b = new A(1);\n}\n", {2, 3}, {4}),
]


@pytest.mark.parametrize(("language", "text", "deleted", "expected"), FAULTS)
def test_faults(language: str, text: str, deleted: set[int], expected: set[int] | None) -> None:
    program = read_program(text, language)
    found = CHECKS[language](program)(
        {number for number in range(len(program.lines)) if number + 1 not in deleted}
    )
    assert (None if found is None else {line + 1 for line in found}) == expected


# (language, text, units as lines from 1)
UNITS = [
    ("python", "a = 1\n\n\nb = 2\n\n", [(1, 1), (2, 5)]),
    ("python", "# a\n# b\na = 1\n# c\n\nb = 2\n", [(1, 3), (4, 4), (5, 6)]),
    ("python", "if a:\n    b\nelse:\n    c\n", [(1, 4), (2, 2), (3, 4), (4, 4)]),
    ("python", "@a\ndef f(\n    b,\n):\n    c\n", [(1, 5), (5, 5)]),
    ("python", "a = 1; b = 2\nc = (\n    3\n); d = 4\n", [(1, 1), (2, 4), (4, 4)]),
    ("python", "a = '''\n\nb\n'''\n", [(1, 4)]),
    ("java", "class A {\n  // b\n  int b;\n\n  int c;\n}\n", [(1, 6), (2, 3), (4, 5)]),
    ("java", "/** a\n * b\n */\nclass A {\n}\n", [(1, 5), (1, 3)]),
    ("java", "/* a\n * b\n */\n\nclass A {\n}\n", [(1, 3), (4, 6)]),
]


@pytest.mark.parametrize(("language", "text", "expected"), UNITS)
def test_units(language: str, text: str, expected: list[tuple[int, int]]) -> None:
    units = read_program(text, language).units
    assert [(unit.start + 1, unit.end) for unit in units] == expected


@pytest.mark.parametrize(
    ("text", "language", "reason"),
    [
        ("def f(:\n", "python", "does not parse"),
        ("return 1\n", "python", "does not compile"),
        ("a = 1\rb = 2\n", "python", "line ends"),
        (" \n", "python", "empty"),
        ("class {\n", "java", "does not parse"),
        ("x", "cobol", "no grammar"),
    ],
)
def test_unfit(text: str, language: str, reason: str) -> None:
    with pytest.raises(Unfit, match=reason):
        make(key_of("a", text, 0, 0), text, language)


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace("\n", "\r\n"),
        lambda text: text.replace("    ", "\t"),
        lambda text: text.rstrip("\n"),
        lambda text: "\ufeff" + text,
        lambda text: "\n\n" + text + "\n\n\n",
        lambda text: text.replace("Return it", "Rückgabe 😀"),
    ],
)
@pytest.mark.parametrize("language", TEXTS)
def test_whatever_the_text_looks_like(language: str, change: Callable[[str], str]) -> None:
    text = change(TEXTS[language])
    record = make(key_of("a", text, 3, 0), text, language)
    assert record.states()[-1] == text
    assert from_json(record.to_json()) == record
    assert len(record.steps) > 3


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("", "a\n"),
        ("", "a"),
        ("a", "a\nb"),
        ("a\nb\n", "a\nc\nb\n"),
        ("".join(f"{n}\n" for n in range(40)), "".join(f"{n}\n" for n in range(60))),
        ("a\r\n", "b\r\na\r\n"),
        ("a\x0cb\n", "a\x0cb\nc\x1cd\n"),
    ],
)
def test_diffs_are_undone(old: str, new: str) -> None:
    assert applied(old, unified(old, new, "a")) == new


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("", "a\nb\n", [(0, 2)]),
        ("b\n", "a\nb\nc\n", [(0, 1), (2, 3)]),
        ("a\n" * 20, "b\n" + "a\n" * 20 + "c\nd", [(0, 1), (21, 23)]),
    ],
)
def test_where_lines_were_inserted(old: str, new: str, expected: list[tuple[int, int]]) -> None:
    assert inserted(unified(old, new, "a")) == expected


@pytest.mark.parametrize("language", TEXTS)
def test_examples_fill_in_an_insertion(language: str) -> None:
    text = TEXTS[language].replace("\n", "\r\n")
    record = make(key_of("a", text, 0, 0), text, language)
    known = [state.replace("\r\n", "\n") for state in record.states()]
    found = [insertion(record, random.Random(seed)) for seed in range(30)]
    assert all(one.text + (one.suffix or "") in known for one in found)
    holes = [one for one in found if one.suffix is not None]
    assert len(holes) > 10
    assert all(one.suffix.startswith("\n") for one in holes if one.suffix)


def test_a_state_that_is_refused_is_no_step() -> None:
    key = key_of("a", PYTHON, 0, 0)
    every = make(key, PYTHON, "python").states()
    kept = make(key, PYTHON, "python", lambda text: "Several" not in text).states()
    assert kept == [*(state for state in every if "Several" not in state), PYTHON]


def test_what_cannot_be_taken_apart_is_one_step() -> None:
    program = read_program("a = 1\n", "python")
    assert sample(program, lambda kept: None, random.Random(0)) == ["a = 1\n"]
