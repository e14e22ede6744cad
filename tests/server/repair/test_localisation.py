"""Localisation: is the line at fault among the first that are suspected?"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from fairlead_server.document import DocumentSnapshot
from fairlead_server.errors import UserError
from fairlead_server.repair.batch.bug import Bug, Commands, Place
from fairlead_server.repair.localisation import spectrum, trace
from fairlead_server.repair.localisation.located import combined, localised, suspects
from fairlead_server.repair.localisation.spectrum_script import ochiai
from fairlead_server.repair.localisation.suspect import Suspect, places, statement
from fairlead_server.repair.sandbox import Limits, Shadow
from fairlead_server.repair.testing import Bed
from tests.server.repair.seeded import Seeded, seeded

BUGS = {bug.name: bug for bug in seeded(kind="bug")}
LIMITS = Limits(seconds=60, cpu=60)

PYTHON = """\
Traceback (most recent call last):
  File "/usr/lib/python3.11/unittest/case.py", line 57, in testPartExecutor
    yield
  File "{project}/checks/test_a.py", line 2, in test_it
    f()
  File "{project}/a.py", line 3, in f
    g()
  File "{project}/b.py", line 1, in g
    raise ValueError
"""
PYTEST = """\
checks/test_a.py:2: in test_it
    f()
a.py:3: in f
    g()
b.py:1: ValueError
"""
PYTEST_LONG = """\
    def test_it():
>       f()

checks/test_a.py:2:
_ _ _ _ _
>   g()

a.py:3:
_ _ _ _ _
>   raise ValueError
E   ValueError

b.py:1: ValueError
"""
JAVA = """\
java.lang.NullPointerException: Cannot invoke "String.length()"
\tat java.base/java.util.Objects.requireNonNull(Objects.java:233)
\tat app//org.shop.B$Inner.g(B.java:1)
\tat org.shop.A.<init>(A.java:3)
    [junit] \tat org.shop.ATest.testIt(ATest.java:2)
\tat junit.framework.TestCase.runTest(TestCase.java:176)
"""
JAVA_CAUSE = """\
java.lang.IllegalStateException: no
\tat org.shop.A.g(A.java:3)
\tat java.base/jdk.internal.reflect.NativeMethodAccessorImpl.invoke0(Native Method)
\tat org.shop.ATest.testIt(ATest.java:2)
Caused by: java.lang.NullPointerException
\tat org.shop.B.g(B.java:1)
\t... 20 more
"""
IN_PYTHON = ["a.py", "b.py", "checks/test_a.py"]
IN_JAVA = ["src/main/java/org/shop/A.java", "code/org/shop/B.java", "other/org/A.java"]
FROM_PYTHON = [("b.py", 1), ("a.py", 3), ("checks/test_a.py", 2)]
FROM_JAVA = [("code/org/shop/B.java", 1), ("src/main/java/org/shop/A.java", 3)]


@pytest.mark.parametrize(
    ("output", "files", "expected"),
    [
        (PYTHON, IN_PYTHON, FROM_PYTHON),
        (PYTEST, IN_PYTHON, FROM_PYTHON),
        (PYTEST_LONG, IN_PYTHON, FROM_PYTHON),
        (JAVA, IN_JAVA, FROM_JAVA),
        (JAVA_CAUSE, IN_JAVA, FROM_JAVA),
        (JAVA, [*IN_JAVA, "t/org/shop/ATest.java"], [*FROM_JAVA, ("t/org/shop/ATest.java", 2)]),
        ("FAILED (failures=1)", ["a.py"], []),
        ('  File "../outside.py", line 1', ["a.py"], []),
    ],
)
def test_traces(
    tmp_path: Path, output: str, files: list[str], expected: list[tuple[str, int]]
) -> None:
    for name in files:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("one\ntwo\nthree\n")
    found = trace.suspects(output.replace("{project}", str(tmp_path)), tmp_path)
    assert [(Path(one.path).relative_to(tmp_path).as_posix(), one.line) for one in found] == (
        expected
    )


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("src/test/java/org/A.java", True),
        ("java_testcases/junit/GCD.java", True),
        ("src/org/shop/OrderTest.java", True),
        ("src/org/shop/TestOrder.java", True),
        ("python_testcases/node.py", True),
        ("test_a.py", True),
        ("a_test.py", True),
        ("src/org/shop/Latest.java", False),
        ("contest/a.py", False),
        ("shop/testimony.py", False),
    ],
)
def test_which_files_are_tests(path: str, expected: bool) -> None:
    assert trace.is_test(f"/test/{path}", Path("/test")) is expected


SOURCE = """\
def f(a):
    # A remark.
    b = g(
        a,
    )
    if b:
        return [
            b]

    s = "x"
"""


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (1, [(1, 1)]),
        (2, []),
        (4, [(3, 5)]),
        (6, [(6, 8)]),
        (8, [(7, 8)]),
        (9, []),
        (10, [(10, 10)]),
        (99, []),
    ],
)
def test_a_line_stands_for_its_statement(line: int, expected: list[tuple[int, int]]) -> None:
    assert list(statement(DocumentSnapshot("/p/a.py", SOURCE, "python"), line)) == expected


def test_places_are_the_first_suspects(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(SOURCE)
    lines = [(1, "a.py"), (2, "a.py"), (3, "gone.py"), (5, "a.py"), (4, "a.py"), (10, "a.py")]
    found = places([Suspect(str(tmp_path / p), n, 1.0, "") for n, p in lines], tmp_path, most=2)
    assert found == (Place("a.py", 1, 1), Place("a.py", 3, 5))


def test_the_trace_decides_between_lines_that_tie() -> None:
    covered = [Suspect("/a", 1, 1.0, ""), Suspect("/a", 2, 1.0, ""), Suspect("/a", 3, 0.5, "")]
    traced = [Suspect("/a", 2, 1.0, ""), Suspect("/a", 9, 0.5, "")]
    assert [one.line for one in combined(covered, traced)] == [2, 1, 3, 9]


@pytest.mark.parametrize(
    ("failing", "passing", "failed", "score"),
    [(1, 0, 1, 1.0), (0, 5, 1, 0.0), (1, 3, 1, 0.5), (2, 2, 2, 0.7071), (1, 0, 4, 0.5)],
)
def test_ochiai(failing: int, passing: int, failed: int, score: float) -> None:
    assert ochiai(failing, passing, failed) == pytest.approx(score, abs=1e-4)


def command(bug: Seeded, framework: str = "unittest") -> str:
    return f"{sys.executable} -m {framework} {bug.test}"


@pytest.fixture
def bed(tmp_path: Path) -> Iterator[Bed]:
    BUGS["columns-add"].seed(tmp_path / "p")
    with Shadow(tmp_path / "p") as shadow:
        yield Bed(shadow, LIMITS)


def test_a_trace_of_a_real_test(bed: Bed) -> None:
    tests = command(BUGS["columns-add"])
    found = places(suspects(bed, tests, bed.run({}, tests)), bed.shadow.project)
    lines = (bed.shadow.project / "shop/words.py").read_text().splitlines()
    assert found[0].path == "shop/words.py"
    assert "widths[place] = max(" in lines[found[0].first - 1]


@pytest.mark.parametrize(
    "tests", ["unittest -f checks.test_words", "pytest -x -q checks/test_words.py"]
)
def test_spectra_of_real_tests(bed: Bed, tests: str) -> None:
    found = spectrum.suspects(f"{sys.executable} -m {tests}", bed)
    assert {Path(one.path).name for one in found} == {"words.py"}
    lines = (bed.shadow.project / "shop/words.py").read_text().splitlines()
    best = [lines[one.line - 1].strip() for one in found if one.score == found[0].score]
    assert "if place > len(widths):" in best
    assert not any("letters" in text for text in best)


@pytest.mark.parametrize("name", ["condition-of-take", "wrong-member", "columns-add"])
def test_seeded_bugs_are_among_the_first_places(tmp_path: Path, name: str) -> None:
    hunk = BUGS[name].seed(tmp_path / "p")
    commands = Commands(command(BUGS[name]))
    with Shadow(tmp_path / "p") as shadow:
        bug = Bug(name, tmp_path / "p", "python", commands)
        found = localised(bug, Bed(shadow, LIMITS), most=10)
    assert any(place.first <= hunk.first <= place.last for place in found), found


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ("python -m pytest -x -q a.py", "python S pytest  -q a.py"),
        ("python3 -m unittest -f a.B", "python3 S unittest  a.B"),
        ("cd a && $PYTHON -m  pytest -qx 'b c' | tail", "cd a && $PYTHON S pytest -q 'b c' | tail"),
        ("A=1 pytest -vxs --exitfirst", f"A=1 {sys.executable} S pytest -vs "),
        ("(/no/such/py.test a.py -k x)", f"({sys.executable} S pytest a.py -k x)"),
    ],
)
def test_the_command_that_records_coverage(
    monkeypatch: pytest.MonkeyPatch, command: str, expected: str
) -> None:
    monkeypatch.setattr(spectrum, "_SCRIPT", Path("S"))
    monkeypatch.setattr(spectrum, "_python_beside", lambda program: sys.executable)
    assert spectrum.traced(command) == expected


@pytest.mark.parametrize(
    ("command", "message"),
    [
        ("make test", "only"),
        ("python -m unittests", "only"),
        ("cat pytest.ini", "only"),
        (f"{sys.executable} -m unittest checks.test_stock", "no failing test"),
        (f"{sys.executable} -m pytest no_such_file.py", "no failing test"),
        ("no-such-python -m unittest", "cannot be run with coverage"),
    ],
)
def test_commands_that_do_not_help(bed: Bed, command: str, message: str) -> None:
    with pytest.raises(UserError, match=message):
        spectrum.suspects(command, bed)
