"""What happens to tests whose components are absent, in runs of their own."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.components import COMPONENTS, Component, where

ROOT = Path(__file__).parents[1]
CONFTEST = """
from tests.components import COMPONENTS, Component
from tests.conftest import *

def nowhere():
    return None

COMPONENTS["absent"] = Component("absent", nowhere, nowhere, "look under the bed")
COMPONENTS["present"] = Component("present", lambda: Path("/"), nowhere, "")
"""
TESTS = """
import pytest

def test_alone(): pass

@pytest.mark.needs("present")
def test_present(): pass

@pytest.mark.needs("present", "absent")
def test_absent(): raise AssertionError("this was to be left out")
"""
NOTED = "absent is absent; tests that need it, not run: 1\n    remedy: look under the bed"


@pytest.mark.parametrize(
    ("arguments", "require", "code", "said"),
    [
        ([], "", 0, (NOTED, "2 passed, 1 deselected")),
        ([], "present", 0, (NOTED, "2 passed, 1 deselected")),
        ([], "all", 1, (f"FAILED, as required: {NOTED}", "2 passed, 1 deselected")),
        ([], "present, absent", 1, (f"FAILED, as required: {NOTED}", "2 passed, 1 deselected")),
        (["-m", "not needs"], "all", 0, ("1 passed, 2 deselected",)),
        (["-k", "absent"], "all", 1, (f"FAILED, as required: {NOTED}", "3 deselected")),
    ],
)
def test_absent_components(
    tmp_path: Path, arguments: list[str], require: str, code: int, said: tuple[str, ...]
) -> None:
    run = run_tests(tmp_path, TESTS, require, *arguments)
    assert run.returncode == code, run.stdout + run.stderr
    assert [text for text in said if text not in run.stdout] == []


def test_a_component_that_nobody_knows_is_an_error(tmp_path: Path) -> None:
    run = run_tests(tmp_path, TESTS.replace('"absent"', '"abesnt"'), "")
    assert run.returncode == 4
    assert re.search("ERROR: .*test_absent needs 'abesnt', of which nothing is known", run.stderr)


def run_tests(
    folder: Path, tests: str, require: str, *arguments: str
) -> subprocess.CompletedProcess[str]:
    (folder / "pytest.ini").write_text("[pytest]\nmarkers = needs(*components): see conftest.py")
    (folder / "conftest.py").write_text(CONFTEST)
    (folder / "test_it.py").write_text(tests)
    path = os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *arguments],
        cwd=folder,
        env={
            **os.environ,
            "PYTHONPATH": path,
            "FAIRLEAD_REQUIRE": require,
            "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
        },
        capture_output=True,
        text=True,
        timeout=60,
    )


def test_where_gives_the_path_or_the_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    def check(found: Path | None) -> Path:
        component = Component("it", lambda: found, lambda: None, "look under the bed")
        monkeypatch.setitem(COMPONENTS, "it", component)
        return where("it")

    assert check(ROOT) == ROOT
    with pytest.raises(LookupError, match="it is absent: look under the bed"):
        check(None)


def test_components_are_registered_by_their_names() -> None:
    assert {name: component.name for name, component in COMPONENTS.items()} == {
        name: name for name in COMPONENTS
    }
