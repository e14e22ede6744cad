"""QuixBugs, from a checkout: here one of ours, with programs that the benchmark has not."""

from __future__ import annotations

import importlib.util
import shutil
from pathlib import Path

import pytest

from fairlead_server import plugins
from fairlead_server.errors import UserError
from fairlead_server.repair.batch.bug import Dataset, Place
from fairlead_server.repair.datasets import quixbugs
from fairlead_server.repair.datasets.quixbugs import QuixBugs
from fairlead_server.repair.localisation.located import localised
from fairlead_server.repair.sandbox import Limits, Shadow
from fairlead_server.repair.testing import Bed
from tests.server.repair.datasets.benches import outcomes, write

LARGEST = """\
def largest(numbers):
    best = numbers[0]
    for number in numbers:
        if number < best:
            best = number
    return best


\"\"\"
Returns the largest of several numbers.
\"\"\"
"""
ENDLESS = """\
def countdown(start):
    left = []
    while start:
        left = [start]
    return left
"""
LARGEST_JAVA = """\
package java_programs;
import java.util.*;

public class LARGEST {
    public static int largest(int[] numbers) {
        int best = numbers[0];
        for (int number : numbers) {
            if (number < best) { best = number; }
        }
        return best;
    }
}
"""
COUNTDOWN_JAVA = """\
package java_programs;

public class COUNTDOWN {
    public static int countdown(int start) {
        while (start > 0) {
            start = start;
        }
        return start;
    }
}
"""
CHECKOUT = {
    "conftest.py": (
        "import pytest\n\n\n"
        "def pytest_addoption(parser):\n"
        '    parser.addoption("--correct", action="store_true")\n\n\n'
        "def pytest_configure(config):\n"
        '    pytest.use_correct = config.getoption("--correct")\n'
    ),
    "python_programs/largest.py": LARGEST,
    "python_programs/countdown.py": ENDLESS,
    "python_programs/untested.py": "a = 1\n",
    "python_programs/same.py": "a = 1\n",
    "correct_python_programs/largest.py": LARGEST.replace("<", ">").partition('"""')[0],
    "correct_python_programs/countdown.py": ENDLESS.replace(
        "    return", "        start -= 1\n    return"
    ),
    "correct_python_programs/untested.py": "a = 2\n",
    "correct_python_programs/same.py": "# The same.\na = 1\n",
    "python_testcases/load_testdata.py": (
        "import json\nfrom pathlib import Path\n\n\n"
        "def load_json_testcases(algorithm):\n"
        '    path = Path(__file__).parent / f"../json_testcases/{algorithm}.json"\n'
        "    with open(path) as file:\n"
        "        return [json.loads(line) for line in file]\n"
    ),
    "python_testcases/test_largest.py": (
        "import pytest\nfrom load_testdata import load_json_testcases\n\n"
        "if pytest.use_correct:\n    from correct_python_programs.largest import largest\n"
        "else:\n    from python_programs.largest import largest\n\n\n"
        '@pytest.mark.parametrize("given,expected", load_json_testcases("largest"))\n'
        "def test_largest(given, expected):\n    assert largest(*given) == expected\n"
    ),
    "python_testcases/test_countdown.py": (
        "from python_programs.countdown import countdown\n\n\n"
        "def test_countdown():\n    assert countdown(2) == [1]\n"
    ),
    "python_testcases/test_same.py": "def test_same():\n    assert False\n",
    "json_testcases/largest.json": "[[[1]], 1]\n[[[1, 3, 2]], 3]\n",
    "java_programs/LARGEST.java": LARGEST_JAVA,
    "java_programs/COUNTDOWN.java": COUNTDOWN_JAVA,
    "java_programs/Node.java": "package java_programs;\n\npublic class Node {}\n",
    "correct_java_programs/LARGEST.java": LARGEST_JAVA.replace("java_p", "correct_java_p").replace(
        "number < best", "number > best"
    ),
    "correct_java_programs/COUNTDOWN.java": COUNTDOWN_JAVA.replace("= start;", "= start - 1;"),
    "java_testcases/junit/LARGEST_TEST.java": (
        "package java_testcases.junit;\n\npublic class LARGEST_TEST {\n"
        "    @org.junit.Test(timeout = 3000)\n    public void test_0() throws Exception {\n"
        "        int found = java_programs.LARGEST.largest(new int[] {1, 3, 2});\n"
        "        org.junit.Assert.assertEquals(3, found);\n    }\n}\n"
    ),
    "java_testcases/junit/COUNTDOWN_TEST.java": (
        "package java_testcases.junit;\n\npublic class COUNTDOWN_TEST {\n"
        "    @org.junit.Test\n    public void test_0() {\n"
        "        org.junit.Assert.assertEquals(0, java_programs.COUNTDOWN.countdown(3));\n"
        "    }\n}\n"
    ),
}
NAMES = ("python/countdown", "python/largest", "python/same", "java/countdown", "java/largest")


@pytest.fixture
def dataset(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Dataset:
    monkeypatch.setattr(quixbugs, "_EACH", 2)
    return QuixBugs(str(write(tmp_path / "QuixBugs", CHECKOUT)))


def test_what_has_tests_and_a_version_that_is_right_is_a_bug(dataset: Dataset) -> None:
    assert dataset.names() == NAMES


def test_it_is_a_plugin() -> None:
    assert plugins.load("datasets", "quixbugs") is QuixBugs


@pytest.mark.parametrize(
    ("name", "place"),
    [
        (
            "python/largest",
            Place("python_programs/largest.py", 4, 4, "        if number > best:"),
        ),
        ("python/countdown", Place("python_programs/countdown.py", 5, 4, "        start -= 1")),
    ],
)
def test_python(tmp_path: Path, dataset: Dataset, name: str, place: Place) -> None:
    bug = dataset.checkout(name, tmp_path / "bug")
    assert (bug.language, bug.places) == ("python", (place,))
    wrong, right = outcomes(bug)
    # A program that goes on for ever is a test that fails, not a command that is stopped.
    assert (wrong.ended, wrong.code, right.passed) == ("exited", 1, True), right.output


def test_lines_are_found_by_the_tests(tmp_path: Path, dataset: Dataset) -> None:
    bug = dataset.checkout("python/largest", tmp_path / "bug")
    with Shadow(bug.root) as shadow:
        bed = Bed(shadow, Limits(seconds=60, cpu=60))
        found = localised(bug, bed, "spectrum", most=10)
    assert {place.path for place in found} == {"python_programs/largest.py"}


def test_what_is_right_is_not_copied(tmp_path: Path, dataset: Dataset) -> None:
    for name in ("python/largest", "java/largest"):
        try:
            dataset.checkout(name, tmp_path / name)
        except UserError:  # No JDK: the files are there all the same.
            continue
    names = {path.name for path in tmp_path.glob("*/*/*")} - {"QuixBugs"}
    assert "python_programs" in names and not any("correct" in name for name in names)


@pytest.mark.needs("junit")
@pytest.mark.parametrize(
    ("name", "place", "said"),
    [
        (
            "java/largest",
            Place(
                "java_programs/LARGEST.java",
                8,
                8,
                "            if (number > best) { best = number; }",
            ),
            "expected:<3> but was:<1>",
        ),
        (
            "java/countdown",
            Place("java_programs/COUNTDOWN.java", 6, 6, "            start = start - 1;"),
            "java_programs.COUNTDOWN.countdown(COUNTDOWN.java:",
        ),
    ],
)
def test_java(tmp_path: Path, dataset: Dataset, name: str, place: Place, said: str) -> None:
    bug = dataset.checkout(name, tmp_path / "bug")
    assert (bug.language, bug.places) == ("java", (place,))
    wrong, right = outcomes(bug)
    assert (wrong.ended, wrong.code, right.passed) == ("exited", 1, True), right.output
    assert said in wrong.output
    assert all(outcome.passed for outcome in outcomes(bug, bug.commands.compiles))


def test_the_version_is_that_of_the_programs(tmp_path: Path, dataset: Dataset) -> None:
    before = dataset.version
    assert QuixBugs(str(tmp_path / "QuixBugs")).version == before
    write(tmp_path / "QuixBugs", {"python_programs/largest.py": LARGEST + "\n"})
    assert QuixBugs(str(tmp_path / "QuixBugs")).version != before


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("", "takes the folder of a checkout"),
        ("nowhere", "is not a folder"),
        ("a.txt", "is not a folder"),
        ("empty", "is not a checkout of QuixBugs"),
    ],
)
def test_what_is_no_checkout(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, path: str, message: str
) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path, {"a.txt": "", "empty/a.txt": ""})
    with pytest.raises(UserError, match=message):
        QuixBugs(path)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("python/untested", "has no bug 'python/untested'"),
        ("largest", "has no bug"),
        ("../largest", "has no bug"),
        ("python/same", "does not differ"),
    ],
)
def test_bugs_that_cannot_be_had(tmp_path: Path, dataset: Dataset, name: str, message: str) -> None:
    with pytest.raises(UserError, match=message):
        dataset.checkout(name, tmp_path / "bug")


def test_without_pytest(tmp_path: Path, dataset: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(UserError, match="need pytest"):
        dataset.checkout("python/largest", tmp_path / "bug")


def test_without_a_jdk(tmp_path: Path, dataset: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: "/bin/java" if name == "java" else None)
    with pytest.raises(UserError, match="no javac on the PATH"):
        dataset.checkout("java/largest", tmp_path / "bug")
