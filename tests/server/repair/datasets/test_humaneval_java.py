"""HumanEval-Java, from a checkout: here one of ours, with a program that the benchmark has not."""

from __future__ import annotations

from pathlib import Path

import pytest

from fairlead_server import plugins
from fairlead_server.errors import UserError
from fairlead_server.repair.batch.bug import Place
from fairlead_server.repair.datasets.humaneval_java import HumanEvalJava
from tests.server.repair.datasets.benches import outcomes, write

MAIN, TEST = "src/main/java/humaneval", "src/test/java/humaneval"
HALVE = (
    "package humaneval.buggy;\n\n/* Halves a number. */\npublic class HALVE {\n"
    "    public static int halve(int number) {\n        return number * 2;\n    }\n}\n"
)
CHECKOUT = {
    f"{MAIN}/buggy/HALVE.java": HALVE,
    f"{MAIN}/correct/HALVE.java": HALVE.replace("buggy", "correct").replace("* 2", "/ 2"),
    f"{MAIN}/buggy/UNTESTED.java": "package humaneval.buggy;\n",
    f"{MAIN}/correct/UNTESTED.java": "package humaneval.correct;\n",
    f"{MAIN}/buggy/SAME.java": "package humaneval.buggy;\nclass SAME {}\n",
    f"{MAIN}/correct/SAME.java": "package humaneval.correct;\nclass SAME {}\n",
    f"{TEST}/TEST_SAME.java": "package humaneval;\n",
    f"{TEST}/TEST_HALVE.java": (
        "package humaneval;\n\npublic class TEST_HALVE {\n"
        "    @org.junit.Test(timeout = 1000)\n    public void test_0() {\n"
        "        org.junit.Assert.assertEquals(3, humaneval.buggy.HALVE.halve(6));\n    }\n}\n"
    ),
}
PLACE = Place(f"{MAIN}/buggy/HALVE.java", 6, 6, "        return number / 2;")


@pytest.mark.parametrize("inside", ["", "humaneval-java"])
def test_names(tmp_path: Path, inside: str) -> None:
    write(tmp_path / inside, CHECKOUT)
    assert HumanEvalJava(str(tmp_path)).names() == ("HALVE", "SAME")


def test_it_is_a_plugin() -> None:
    assert plugins.load("datasets", "humaneval-java") is HumanEvalJava


@pytest.mark.needs("junit")
def test_checkout(tmp_path: Path) -> None:
    dataset = HumanEvalJava(str(write(tmp_path / "checkout", CHECKOUT)))
    bug = dataset.checkout("HALVE", tmp_path / "bug")
    assert (bug.language, bug.places) == ("java", (PLACE,))
    assert not list((tmp_path / "bug").glob("**/correct"))
    wrong, right = outcomes(bug)
    assert (wrong.code, right.passed) == (1, True), right.output
    assert "expected:<3> but was:<12>" in wrong.output


def test_the_version_is_that_of_the_programs(tmp_path: Path) -> None:
    before = HumanEvalJava(str(write(tmp_path, CHECKOUT))).version
    assert HumanEvalJava(str(tmp_path)).version == before
    write(tmp_path, {f"{MAIN}/correct/HALVE.java": HALVE})
    assert HumanEvalJava(str(tmp_path)).version != before


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({"a.txt": ""}, "it has no folder src/main/java/humaneval/buggy"),
        ({"humaneval-java/humaneval-java.tar.gz": ""}, r"unpack .*humaneval-java\.tar\.gz first"),
    ],
)
def test_what_is_no_checkout(tmp_path: Path, files: dict[str, str], message: str) -> None:
    with pytest.raises(UserError, match=message):
        HumanEvalJava(str(write(tmp_path, files)))


@pytest.mark.parametrize(
    ("name", "message"), [("UNTESTED", "has no bug 'UNTESTED'"), ("SAME", "does not differ")]
)
def test_bugs_that_cannot_be_had(tmp_path: Path, name: str, message: str) -> None:
    dataset = HumanEvalJava(str(write(tmp_path / "checkout", CHECKOUT)))
    with pytest.raises(UserError, match=message):
        dataset.checkout(name, tmp_path / "bug")
