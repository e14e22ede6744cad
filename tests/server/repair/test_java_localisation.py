"""Localisation in Java: which lines failing tests run, as a debugger sees it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from fairlead_server.errors import UserError
from fairlead_server.repair.batch.bug import Bug, Commands, Place
from fairlead_server.repair.datasets import java
from fairlead_server.repair.localisation.located import localised
from fairlead_server.repair.localisation.spectrum import report_of
from fairlead_server.repair.sandbox import Limits, Shadow
from fairlead_server.repair.testing import Bed
from tests.server.repair.datasets.benches import write
from tests.server.repair.seeded import FIXTURES

pytestmark = pytest.mark.needs("junit")

TESTS = {
    "test/shop/WordsTest.java": (
        "package shop;\n\nimport static org.junit.Assert.*;\nimport org.junit.*;\n\n"
        "public class WordsTest {\n"
        '  @Test public void whole() { assertEquals("ab", Words.shorten("ab", 6)); }\n'
        '  @Test public void shorter() { assertEquals("abc~", Words.shorten("abcdef", 4)); }\n'
        "  @Test public void none() { assertEquals(0, Words.count(\"\", 'a')); }\n"
        "  @Test public void counted() { assertEquals(3, Words.count(\"banana\", 'a')); }\n"
        "  @Test @Ignore public void ignored() { fail(); }\n"
        "  @Test public void assumed() { Assume.assumeTrue(false); }\n}\n"
    )
}
SOURCE = "src/shop/Words.java"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    shutil.copytree(FIXTURES / "seeded_java" / "project", folder)
    return write(folder, {**TESTS, "classes/kept.txt": "", "tests/kept.txt": ""})


@pytest.fixture
def bed(project: Path) -> Iterator[Bed]:
    with Shadow(project) as shadow:
        yield Bed(shadow, Limits(seconds=120, cpu=120, memory_mb=java.MEMORY_MB))


def spoil(project: Path, right: str, wrong: str) -> int:
    """Make a fault in the project; return its line."""
    path = project / SOURCE
    text = path.read_text(encoding="utf-8")
    assert text.count(right) == 1
    path.write_text(text.replace(right, wrong), encoding="utf-8")
    return text[: text.index(right)].count("\n") + 1


def coverage(seconds: int = 20) -> str:
    jdk, junit = java.find_jdk(), java.find_junit()
    compiles = java.compiling(jdk, ["src/shop/Line.java", SOURCE], "classes", junit)
    into = java.joined("classes", junit)
    tests = java.compiling(jdk, list(TESTS), "tests", into)
    path = java.joined("tests", into)
    covers = java.covering(jdk, "classes", ["shop.WordsTest", "shop.NoSuch"], path, seconds)
    return f"{compiles} && {tests} && {covers}"


def test_the_line_at_fault_comes_first(project: Path) -> None:
    line = spoil(project, "width - 1)", "width)")
    with Shadow(project) as shadow:
        bed = Bed(shadow, Limits(seconds=120, cpu=120, memory_mb=java.MEMORY_MB))
        found = report_of(coverage(), "the tests", bed)
        bug = Bug("words", project, "java", Commands("false", coverage=coverage()))
        assert localised(bug, bed)[0] == Place(SOURCE, line, line)
    first = found[0]
    assert (first.path, first.line, first.score) == (str(project / SOURCE), line, 1.0)
    # Three tests pass; those that are not run do not count.
    assert first.why == "run by 1 failing and few of 3 passing tests"


def test_a_test_that_goes_on_for_ever_fails(project: Path) -> None:
    line = spoil(project, "i < text.length(); i++", "i < text.length(); i += 0")
    with Shadow(project) as shadow:
        bed = Bed(shadow, Limits(seconds=120, cpu=120, memory_mb=java.MEMORY_MB))
        found = report_of(coverage(seconds=2), "the tests", bed)
    assert line in {one.line for one in found}


def test_tests_that_pass_do_not_tell(bed: Bed) -> None:
    with pytest.raises(UserError, match="has no failing test to go by"):
        report_of(coverage(), "the tests", bed)


def test_tests_that_do_not_compile(project: Path) -> None:
    spoil(project, "width - 1)", "width")
    with Shadow(project) as shadow:
        bed = Bed(shadow, Limits(seconds=120, cpu=120, memory_mb=java.MEMORY_MB))
        with pytest.raises(UserError, match=r"cannot be run with coverage: .*Words\.java"):
            report_of(coverage(), "the tests", bed)
