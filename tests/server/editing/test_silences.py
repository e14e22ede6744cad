"""What analysis does not say of its own accord, asked of the real one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from fairlead_monitors.engine import Diagnostics
from fairlead_server.document import DocumentSnapshot
from fairlead_server.editing.candidate import EditRequest
from fairlead_server.editing.inventions import invented
from fairlead_server.editing.narrowing import lacking
from fairlead_server.editing.silences import has_impossible, settled
from fairlead_server.editing.writing import write
from fairlead_server.engine import build_analysis
from fairlead_server.project_analysis import ProjectAnalysis
from fairlead_server.settings import Settings
from tests.server.editing.test_writing import Model

PATIENCE = 60.0
HEAD = """from __future__ import annotations

import sys
import typing as t
from collections.abc import AsyncIterator
from pathlib import Path
from sys import platform as system
from typing import Any, Literal

from elsewhere import Unknown
from settings import DEBUG

FEATURE = True
cache = None
try:
    import tomllib
except ImportError:
    tomllib = None


class Leaf(Path):
    def turn(self) -> None: ...


class Box:
    def __len__(self) -> int:
        return 1


class Shape:
    kind = "shape"

    def __init__(self) -> None:
        self.path = Path()

    def go(
        self, p: Path, q: Path | None, o: object, a: Any, n: int, b: Box, d: Path = None, e="é",
        *, k: Literal["a", "b"], s: str,
    ) -> object:
"""
TAIL = (
    "\n        return e\n\n    def no(self, s: AsyncIterator[Any]) -> object:\n        return s\n"
)


class Project:
    """A folder with real analysis."""

    def __init__(self, folder: Path, analysis: ProjectAnalysis) -> None:
        self.path, self._analysis = str(folder / "code.py"), analysis

    def ask(self, text: str) -> Diagnostics:
        return self._analysis.diagnostics(DocumentSnapshot(self.path, text, "python"), PATIENCE)


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    folder = tmp_path_factory.mktemp("project")
    (folder / "settings.py").write_text("DEBUG = False\n")
    analysis = build_analysis(Settings(), str(folder), ["python"])
    yield Project(folder, analysis)
    analysis.close()


# (statements, how many of their conditions come out the same each time)
CONDITIONS = [
    ("if p: return 1", 1),
    ("if not p: return 1", 1),
    ("if self.path: return 1", 1),
    ("if 'é' and p: return 1", 0),
    ("if p is not None: return 1", 1),
    ("if p.exists: return 1", 1),
    ("while self.path: n -= 1", 1),
    ("x = 1 if p else 2", 1),
    ("if isinstance(p, Path): return 1", 1),
    ("if p: return 1\n        if self.path and n: return 2", 1),
    ("if q: return 1", 0),
    ("if not q: return 1", 0),
    ("if q is not None: return 1", 0),
    ("if a: return 1", 0),
    ("if n: return 1", 0),
    ("if n > 1: return 1", 0),
    ("if b: return 1", 0),
    ("if e: return 1", 0),
    ("if p.exists(): return 1", 0),
    # Of its type, there are values that are empty.
    ("if o: return 1", 0),
    # What it says of itself is not true.
    ("if d: return 1", 0),
    ("if sys.platform != 'win32': return 1", 0),
    ("if t.TYPE_CHECKING: return 1", 0),
    ("if system != 'win32': return 1", 0),
    # What is stated may be stated otherwise.
    ("if FEATURE: return 1", 0),
    ("if cache is None: return 1", 0),
    ("if tomllib is not None: return 1", 0),
    ("if not DEBUG: return 1", 0),
    ("while True: n -= 1", 0),
    # The last one of a chain, which has all that is left.
    ("if isinstance(q, Path): return 1\n        elif q is None: return 2", 0),
    ("if isinstance(q, Path): return 1\n        if q is None: return 2", 0),
    ("if k == 'a':\n            return 1\n        if k == 'b': return 2", 0),
    ("if q is None: return 1\n        if q is not None: return 2", 1),
    ("if q is None: n = 1\n        if isinstance(p, Path): return 2", 1),
    ("if not p.exists(): return 1\n        if p: return 2", 1),
    ("if (m := p): return m", 0),
    ("if p return 1", 0),
]


@pytest.mark.parametrize(("code", "count"), CONDITIONS, ids=lambda one: str(one))
def test_conditions_that_come_out_the_same(project: Project, code: str, count: int) -> None:
    text = f"{HEAD}        {code}{TAIL}"
    start = len(HEAD)
    assert settled(text, start, start + 8 + len(code), project.ask) == count
    assert settled(text, 0, start, project.ask) == 0


# (statements with a parameter that has a member which they ask for, whether they read it in vain)
IMPOSSIBLE = [
    ("if not hasattr(s, '__aiter__'):\n            s.close()", True),
    ("if not hasattr(s, '__aiter__'):\n            return s > s", True),
    ("if not hasattr(s, '__aiter__'):\n            return f'{s}'", False),
    ("if hasattr(s, '__aiter__'):\n            return s", False),
    ("if s:\n            return s", False),
    ("if s is not None:\n            s.close()", False),
    ("return len(e)", False),
    ("return Unknown(s", False),
]


@pytest.mark.parametrize(("code", "expected"), IMPOSSIBLE, ids=lambda one: str(one))
def test_values_that_there_are_none_of(project: Project, code: str, expected: bool) -> None:
    text = HEAD + "        return e\n\n    def no(self, s: AsyncIterator[Any], e: str) -> object:\n"
    start, text = len(text), f"{text}        {code}\n        return s\n"
    assert has_impossible(text, start, start + 8 + len(code), project.ask) is expected
    assert has_impossible(text, 0, start, project.ask) is False


def test_values_in_what_is_deep(project: Project) -> None:
    text = "x = " + " + ".join(["a.b"] * 2000) + "\n"
    assert has_impossible(text, len(text), len(text), project.ask) is False


# (a test, statements under it, the member that is then read in vain)
NARROWED = [
    ("isinstance(a, Path)", "a.turn()", "turn"),
    ("isinstance(a, Path)", "return [1 for x in a.turn]", "turn"),
    ("n and isinstance(a, Path)", "a.turn()", "turn"),
    ("isinstance(a, (Path, Box))", "a.turn()", "turn"),
    ("isinstance(a, Path)", "a.exists()", ""),
    ("isinstance(a, (Path, Box))", "a.exists()", ""),
    ("isinstance(a, (Path, Box))", "a.exists(); a.turn(); a.is_dir()", "turn"),
    ("isinstance(a, ())", "a.turn()", ""),
    ("isinstance(a, Unknown)", "a.turn()", ""),
    ("n or isinstance(a, Path)", "a.turn()", ""),
    ("not isinstance(a, Path)", "a.turn()", ""),
    ("isinstance(a, Path)", "if hasattr(a, 'turn'): a.turn()", ""),
    ("isinstance(a, Path)", "a = b\n            a.turn()", ""),
    ("isinstance(a, Path)", "a.turn = 1", ""),
    ("isinstance(a, type(n))", "a.turn()", ""),
    ("isinstance(a, Path)", "print(a, a=a.turn)", "turn"),
    # More is told of it.
    ("isinstance(s, Box)", "s.upper()", ""),
    ("isinstance(a, Path)", "if isinstance(a, Leaf): a.turn()", ""),
    ("isinstance(a, Path)", "return isinstance(a, Leaf) and a.turn()", ""),
    ("isinstance(a, Path)", "if a.is_dir(): a.turn()", "turn"),
    ("isinstance(a, Path)", "assert isinstance(a, Leaf); a.turn()", ""),
    ("isinstance(a, Path)", "match a:\n                case Leaf(): a.turn()", ""),
    # It is another one.
    ("isinstance(a, Path)", "return lambda a: a.turn()", ""),
    ("isinstance(a, Path)", "import sys as a; a.argv", ""),
    ("isinstance(a, Path)", "try: n()\n            except OSError as a: a.errno", ""),
    # It may be missing.
    ("isinstance(a, Path)", "try: a.turn()\n            except AttributeError: n = 1", ""),
    ("isinstance(a, Path)", "try: a.turn()\n            except OSError: n = 1", "turn"),
    ("isinstance(a, Path)", "a.fresh = 1; print(a.fresh)", ""),
    # It was there before.
    ("isinstance(a, Box)", "a.turn()", ""),
]


@pytest.mark.parametrize(("test", "code", "member"), NARROWED, ids=lambda one: str(one))
def test_members_that_a_class_lacks(project: Project, test: str, code: str, member: str) -> None:
    text = f"{HEAD}        if {test}:\n            {code}{TAIL}"
    start, was = len(HEAD), "if isinstance(a, Box):"
    found = lacking(text, start, start + 12 + len(test), was, project.ask)
    assert found == (("a", member) if member else None)
    assert lacking(text, 0, start, was, project.ask) is None


# (statements of a method, the attribute that they set in vain)
SET = [
    ("self.builder = None", "builder"),
    ("self.builder: int = n", "builder"),
    ("self.builder = self.builder", "builder"),
    ("self.builder = 1\n        self.builder = 2", "builder"),
    ("self.builder = None\n        return self.builder", ""),
    ("self.builder = 1\n        return getattr(self, 'builder')", ""),
    ("self.asked = None", ""),
    ("self._last_turn = n", ""),
    ("self.last_builder = n", "last_builder"),
    ("self.path = p", ""),
    ("self.kind = 'round'", ""),
    ("p.builder = 1", ""),
    ("builder = None", ""),
    ("self.builder = (", ""),
]


@pytest.mark.parametrize(("code", "name"), SET, ids=lambda one: str(one))
@pytest.mark.parametrize("base", ["Shape", "Unknown"])
def test_attributes_that_are_made_up(project: Project, base: str, code: str, name: str) -> None:
    head = (
        f"{HEAD}        return e\n\n\nclass Circle({base}):\n    def turn(self, n: int, p: Path):\n"
    )
    old, new = (f"{head}        {line}\n" for line in ("pass", code))
    # Nobody knows what a class has whose base is not known.
    expected = name if base == "Shape" else ""
    assert invented(old, new, "it has `asked`, and knows the last turn", project.ask) == expected


def test_attributes_that_an_initialiser_sets_are_not_made_up(project: Project) -> None:
    old = "class A:\n    def __init__(self):\n        pass\n"
    new = old.replace("pass", "self.builder = None")
    assert invented(old, new, "do it", project.ask) == ""
    assert invented(old, new.replace("__init__", "go"), "do it", project.ask) == "builder"


WRITTEN = "    def no(self, s: AsyncIterator[Any], p: Path, a: Any):\n"
# (what the model writes, why it is refused)
REFUSED = [
    ("if p:\n            return 1", "it has a condition that is the same each time"),
    ("self.builder = p", "it sets `self.builder`, of which nothing else knows"),
    ("if isinstance(a, Path):\n            a.turn()", "`a` would have no `turn`"),
    ("if p.exists():\n            return 1", ""),
    ("if p is None:\n            return 1", "it has a condition that is never true"),
    # Users ask for guards against what types forbid.
    ("if p is None:\n            raise ValueError('no path')", ""),
    ("if not isinstance(p, Path):\n            raise TypeError('no path')", ""),
]


class Writing(Model):
    """Writes one answer, held to real analysis."""

    def __init__(self, project: Project, code: str) -> None:
        super().__init__([[(code, -1.0, True)]])
        self._project = project

    def diagnostics(self, document: DocumentSnapshot, patience: float) -> Diagnostics:
        return self._project.ask(document.text)


def request(project: Project, text: str, selected: str) -> EditRequest:
    start = text.index(selected)
    document = DocumentSnapshot(project.path, text, "python")
    folder = str(Path(project.path).parent)
    return EditRequest(document, start, start + len(selected), "make it better", folder)


@pytest.mark.parametrize(("code", "reason"), REFUSED)
def test_what_a_model_writes_is_asked_about(project: Project, code: str, reason: str) -> None:
    text = f"{HEAD}{TAIL}\n{WRITTEN}        print(s)\n        return s\n"
    asked = request(project, text, "print(s)")
    outcome = write(asked, Writing(project, f"        {code}"))
    assert [one.checked for one in outcome.candidates] == ([] if reason else [True])
    assert reason in "".join(outcome.reasons)


def test_what_is_the_same_before_is_let_pass(project: Project) -> None:
    text = f"{HEAD}{TAIL}\n{WRITTEN}        if p: print(s)\n        return s\n"
    asked = request(project, text, "if p: print(s)")
    (found,) = write(asked, Writing(project, "        if self.path: print(s)")).candidates
    assert found.checked


def test_values_that_are_none_are_not_checked(project: Project) -> None:
    test = "        if not hasattr(s, '__aiter__'):\n            "
    text = f"{HEAD}{TAIL}\n{WRITTEN}{test}print(1)\n        return s\n"
    asked = request(project, text, "print(1)")
    (found,) = write(asked, Writing(project, "            s.close()")).candidates
    assert not found.checked
    assert found.remarks == ("analysis takes this code for unreachable, and has not checked it",)
