"""``fairlead edit --optimise`` and ``--tests``: what is run, offered and written."""

from __future__ import annotations

import shlex
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from fairlead_server.cli import main
from fairlead_server.commands import edit
from fairlead_server.repair import sandbox, testing
from fairlead_server.repair.sandbox import Box, Outcome
from tests.server.editing.test_proving import BARE
from tests.server.editing.test_writing import Model

CODE = """\
import time


def double(number):
    time.sleep(0.2)
    return number * 2
"""
BENCH = f"{shlex.quote(sys.executable)} -c 'import work; work.double(1)'"
RIGHT = f"{shlex.quote(sys.executable)} -c 'import work; assert work.double(2) == 4'"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    subprocess.run(["git", "init", "-q"], check=True)
    (tmp_path / "work.py").write_text(CODE)
    return tmp_path


@pytest.fixture
def writes(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Have the model write a text whatever it is asked."""

    def told(text: str) -> None:
        class Loading(Model):
            def __init__(self, *_: object) -> None:
                super().__init__([[(text, -1.0, True)]] * 3)

            def __enter__(self) -> Loading:
                return self

            def __exit__(self, *_: object) -> None: ...

        monkeypatch.setattr(edit, "Loading", Loading)

    return told


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    code = main(("edit", *arguments))
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def test_what_makes_it_faster_is_offered(
    project: Path,
    writes: Callable[[str], None],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    really_run = sandbox.run

    def run_in_no_time(command: str, box: Box, *rest: Any, **options: Any) -> Outcome:
        if command != BENCH:
            return really_run(command, box, *rest, **options)
        slow = "sleep" in Path(box.shadow, "work.py").read_text()
        return Outcome("exited", 0, "", 2.0 if slow else 1.0)

    monkeypatch.setattr(testing, "run", run_in_no_time)
    writes("    return number * 2")
    place = ("work.py:5-6", "--optimise", "--bench", BENCH, "--test", RIGHT)
    code, out, err = run(capsys, *place, "--apply")
    assert (code, out) == (0, "")
    assert "make this faster without changing what it does (model by scripted, checked)" in err
    assert "2.00 times as fast (2.00 to 2.00; 12 runs of each, p = 4e-07)" in err
    assert (project / "work.py").read_text() == CODE.replace("    time.sleep(0.2)\n", "")


def test_other_languages_have_no_tests(
    project: Path, writes: Callable[[str], None], capsys: pytest.CaptureFixture[str]
) -> None:
    writes("")
    (project / "a.c").write_text("int a;\n")
    code, out, err = run(capsys, "a.c", "--tests")
    assert (code, out, err) == (1, "", "fairlead: tests are written for Python alone\n")


def test_what_does_something_else_is_not(
    project: Path, writes: Callable[[str], None], capsys: pytest.CaptureFixture[str]
) -> None:
    writes("    return number * 3")
    code, out, err = run(
        capsys, "work.py:5-6", "--optimise", "--bench", BENCH, "--test", RIGHT, "-i", "hurry"
    )
    assert (code, out) == (1, "")
    assert "candidate 1: the tests fail: " in err and "AssertionError" in err


def test_tests_are_written_to_a_file_of_their_own(
    project: Path, writes: Callable[[str], None], capsys: pytest.CaptureFixture[str]
) -> None:
    writes("assert double(3) == 6")
    command = BARE.replace("test_marks", "test_work")
    stated = ("work.py:4-6", "--tests", "--test", command, "--mutants", "2")
    code, out, err = run(capsys, *stated)
    assert code == 0
    assert out == (
        "--- /dev/null\n+++ b/test_work.py\n@@ -0,0 +1,5 @@\n"
        "+from work import double\n+\n+\n+def test_double():\n+    assert double(3) == 6\n"
    )
    assert "they notice 1 of 2 mistakes put into the code" in err
    assert "not noticed: line 5: `0.2` as `1.2`" in err
    assert not (project / "test_work.py").exists()
    subprocess.run(["git", "apply", "-"], input=out, text=True, check=True)
    assert (project / "test_work.py").read_text().endswith("assert double(3) == 6\n")
    writes("assert double(0) == 0\n    assert double(4) == 8")
    code, _, err = run(capsys, *stated, "--apply")
    assert code == 0 and f"{project / 'test_work.py'} was edited" in err
    assert (project / "test_work.py").read_text().count("def test_double") == 2


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ([], "say what is to be done, with --instruction"),
        (["--optimise"], "--optimise takes a --bench CMD that is to be faster"),
        (["--bench", "x", "-i", "y"], "--bench goes with --optimise"),
        (["--test", "x", "-i", "y"], "--test goes with --optimise or --tests"),
        (["--tests", "--bench", "x"], "--bench goes with --optimise"),
        (["--optimise", "--bench", "x", "--test-file", "y"], "--test-file goes with --tests"),
        (["--tests", "-i", "y"], "--tests takes no --instruction"),
        (["--tests", "--sequence"], "--tests takes no --sequence"),
        (["--tests", "--optimise"], "not allowed with"),
        (["--tests", "--timeout", "0"], "--timeout takes a number of seconds above 0"),
        (["--tests", "--timeout", "nan"], "--timeout takes a number of seconds above 0"),
        (["--tests", "--project", "nowhere"], "nowhere: is not a folder"),
        (["--tests", "--test-file", "nowhere/t.py"], "there is no such folder"),
        (["--tests", "--test-file", "../t.py"], "is not in the project"),
        (["--optimise", "--bench", "false"], "--bench: 'false' fails as things are"),
    ],
)
def test_bad_input(
    project: Path,
    writes: Callable[[str], None],
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    error: str,
) -> None:
    writes("")
    code, out, err = run(capsys, "work.py:4", *arguments)
    assert (code, out) == (2, "")
    assert error in err and err.count("\n") == 1
