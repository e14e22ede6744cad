"""Edits in steps, after each of which nothing is newly wrong."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairlead_server.document import DocumentSnapshot
from fairlead_server.editing import sequence
from fairlead_server.editing.candidate import Candidate, EditRequest, FileEdit
from fairlead_server.editing.process import Cancelled
from fairlead_server.editing.sequence import hunks, in_steps, steps_of
from fairlead_server.engine import build_analysis
from fairlead_server.project_analysis import ProjectAnalysis
from fairlead_server.settings import Settings


def is_clean(text: str) -> bool:
    """Tell whether `text` parses and reads no name that it binds nowhere."""
    try:
        tree = ast.parse(text)
    except SyntaxError:
        return False
    bound = set(dir(builtins))
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.ClassDef | ast.alias):
            bound.add(node.name)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            bound.add(node.id)
    read = (n for n in ast.walk(tree) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load))
    return all(node.id in bound for node in read)


# (text, text afterwards, the texts after each step, the last one aside)
STEPS = [
    ("a = 1\n", "a = 2\n", []),
    ("a = 1\nb = 1\nc = 1\n", "a = 2\nb = 1\nc = 2\n", ["a = 2\nb = 1\nc = 1\n"]),
    # What is used comes before its use, wherever it stands.
    (
        "x = 1\nprint(x)\n",
        "x = 1\nprint(f())\ndef f(): return x\n",
        ["x = 1\nprint(x)\ndef f(): return x\n"],
    ),
    (
        "x = 1\n\nprint(x)\n",
        "import os\nx = 1\n\ndef f():\n    return os.sep\n\nprint(f())\n",
        [
            "import os\nx = 1\n\nprint(x)\n",
            "import os\nx = 1\n\ndef f():\n    return os.sep\n\nprint(x)\n",
        ],
    ),
    (
        "print(1)\n",
        "def g():\n    return f()\n\ndef f():\n    return 1\n\nprint(1)\n",
        ["def f():\n    return 1\n\nprint(1)\n"],
    ),
    # What has the same name in several places is renamed at once.
    ("x = 1\ny = x\nz = x\n", "w = 1\ny = w\nz = w\n", []),
    ("a = 1", "a = 1\nb = a", ["a = 1\n"]),
    ("a = 1\nb = 2\n", "c = 3\n", []),
    ("a = 1\n", "", []),
    ("", "a = 1\nb = a\n", ["a = 1\n"]),
]


@pytest.mark.parametrize(("old", "new", "between"), STEPS)
def test_steps(old: str, new: str, between: list[str]) -> None:
    assert in_steps(old, new, is_clean) == [*between, new]


LINES = st.lists(st.sampled_from(["a = 1\n", "b = a\n", "c = b\n", "def a(): ...\n", "\n"]))


@given(LINES, LINES)
def test_all_that_is_between_is_clean(before: list[str], after: list[str]) -> None:
    old, new = "".join(before), "".join(after)
    states = in_steps(old, new, is_clean)
    assert states[-1:] == ([new] if old != new else [])
    assert all(is_clean(state) for state in states[:-1])
    assert len({old, *states}) == len(states) + 1


def test_not_more_is_looked_at_than_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    looked, made, make = [], [], sequence._with

    def counted(old: str, found: Sequence[sequence.Hunk], done: set[int]) -> str:
        made.append(done)
        return make(old, found, done)

    def refuse(text: str) -> bool:
        looked.append(text)
        return False

    monkeypatch.setattr(sequence, "_with", counted)
    old, new = "a\nb\n" * 20, "x\nb\n" * 20
    assert in_steps(old, new, refuse, 30) == [new]
    assert len(looked) == 30
    assert len(made) == 31


def test_insertions_come_statement_by_statement() -> None:
    new = "@a\ndef f(\n    x,\n):\n    return x\n\n\nclass C:\n    y = 1\nz = f(\n)\n"
    assert [one.text for one in hunks("", new)] == [
        "@a\ndef f(\n    x,\n):\n    return x\n\n\n",
        "class C:\n    y = 1\n",
        "z = f(\n)\n",
    ]


OLD = "def show(x):\r\n    print(x)\r\n"
NEW = (
    "import os\r\n\r\n\r\ndef show(x):\r\n    print(text(x))\r\n\r\n\r\n"
    "def text(x):\r\n    return os.fspath(x)\r\n"
)


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("project")


@pytest.fixture(scope="module")
def analysis(project: Path) -> Iterator[ProjectAnalysis]:
    found = build_analysis(Settings(), str(project), ["python"])
    yield found
    found.close()


def request(project: Path) -> tuple[EditRequest, Candidate]:
    path = str(project / "show.py")
    document = DocumentSnapshot(path, OLD, "python")
    edit = FileEdit(path, OLD, NEW)
    asked = EditRequest(document, 0, len(OLD), "x", str(project), patience=60.0)
    return asked, Candidate("model", "told", "x", (edit,), checked=True)


def test_steps_with_real_analysis(analysis: ProjectAnalysis, project: Path) -> None:
    asked, candidate = request(project)
    states = steps_of(candidate, asked, analysis)
    assert ["text(x))" in state for state in states] == [False, False, True]
    assert ["return os.fspath" in state for state in states] == [False, True, True]
    assert states[0].startswith("import os\r\n") and states[-1] == NEW


def test_what_edits_other_files_is_one_step(analysis: ProjectAnalysis, project: Path) -> None:
    asked, candidate = request(project)
    several = Candidate("model", "t", "t", (*candidate.files, *candidate.files), checked=True)
    assert steps_of(several, asked, analysis) == (NEW,)


def test_cancelled(analysis: ProjectAnalysis, project: Path) -> None:
    asked, candidate = request(project)
    with pytest.raises(Cancelled):
        steps_of(candidate, asked, analysis, lambda: True)
