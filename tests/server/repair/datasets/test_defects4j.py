"""Defects4J, by its command: here a stand-in with the same interface, and bugs of our own."""

from __future__ import annotations

import difflib
import os
import shutil
import sys
from pathlib import Path

import pytest

from fairlead_server import plugins
from fairlead_server.errors import UserError
from fairlead_server.repair.datasets import defects4j
from fairlead_server.repair.datasets.defects4j import Defects4JBugs, Selection, selected
from tests.components import where
from tests.server.repair.datasets.benches import outcomes, write
from tests.server.repair.seeded import FIXTURES

ORDER, WORDS = "src/main/shop/Order.java", "src/main/shop/Words.java"
TESTS = {
    "src/test/shop/OrderTest.java": (
        "package shop;\n\nimport org.junit.Test;\nimport static org.junit.Assert.*;\n\n"
        "public class OrderTest {\n"
        "  @Test public void total() {\n    Order order = new Order();\n"
        '    order.add(new Line("tea", 300, 2));\n    order.setDiscount(10);\n'
        "    assertEquals(540, order.total());\n    assertEquals(2, order.count());\n  }\n\n"
        "  @Test public void empty() { assertTrue(new Order().isEmpty()); }\n}\n"
    ),
    "src/test/shop/WordsTest.java": (
        "package shop;\n\nimport junit.framework.TestCase;\n\n"
        "public class WordsTest extends TestCase {\n"
        '  public void testShort() { assertEquals("abc~", Words.shorten("abcdef", 4)); }\n\n'
        "  public void testCount() { assertEquals(3, Words.count(\"banana\", 'a')); }\n}\n"
    ),
}
BUGS = {
    1: [(ORDER, "      total += line.total();", "      total += line.getPrice();")],
    2: [(ORDER, "    return total - total * discount / 100;", "    return\n        total;")],
    3: [
        (WORDS, "width - 1)", "width)"),
        (WORDS, "        count++;\n", ""),
    ],
    4: [(ORDER, "    this.discount = discount;\n", "")],
    # It cannot be checked out.
    5: [(ORDER, "    return total - total * discount / 100;", "    return\n        total;")],
}
LOST = {5}
TRIGGERS = {
    1: ["shop.OrderTest::total"],
    2: ["shop.OrderTest::total"],
    3: ["shop.WordsTest::testShort", "shop.WordsTest::testCount"],
    4: ["shop.OrderTest::total"],
    5: ["shop.OrderTest::total"],
}
HEADER = "bug.id,revision.id.buggy,revision.id.fixed,report.id,report.url"


def spoilt(sources: Path, changes: list[tuple[str, str, str]]) -> dict[str, str]:
    """Return the files that the changes make wrong."""
    files: dict[str, str] = {}
    for path, right, wrong in changes:
        text = files.get(path) or (sources / path).read_text(encoding="utf-8")
        assert text.count(right) == 1, right
        files[path] = text.replace(right, wrong)
    return files


def patch(sources: Path, files: dict[str, str]) -> str:
    """Return the patch that leads from `sources` to `files`."""
    diffs = []
    for path, text in files.items():
        old = (sources / path).read_text(encoding="utf-8").splitlines(keepends=True)
        new = text.splitlines(keepends=True)
        diffs.append(f"diff --git a/{path} b/{path}\n")
        diffs.extend(difflib.unified_diff(old, new, f"a/{path}", f"b/{path}"))
    return "".join(diffs)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make a Defects4J with one project, and put its command on the PATH."""
    home = tmp_path / "home"
    sources = home / "project_repos" / "Shop"
    fixture = FIXTURES / "seeded_java" / "project" / "src"
    shutil.copytree(fixture, sources / "src" / "main")
    (sources / "src" / "main" / "shop" / "Checks.java").unlink()
    write(sources, TESTS)
    project = home / "framework" / "projects" / "Shop"
    rows = "".join(f"{number},1,2,-,-\n" for number in BUGS)
    write(project, {"active-bugs.csv": f"{HEADER}\n{rows}"})
    for number, changes in BUGS.items():
        files = spoilt(sources, changes)
        write(project, {f"patches/{number}.src.patch": patch(sources, files)})
        if number not in LOST:
            write(home / "project_repos" / f"Shop.{number}", files)
    write(project, {"deprecated-bugs.csv": f"{HEADER},deprecated.version\n6,1,2,-,-,2.0\n"})
    for number, tests in TRIGGERS.items():
        write(project, {f"trigger_tests/{number}": "".join(f"--- {one}\n" for one in tests)})
    write(home, {"junit.txt": ""})
    install(home)
    monkeypatch.setenv("PATH", f"{home}/framework/bin{os.pathsep}{os.environ['PATH']}")
    return home


def install(home: Path) -> None:
    program = home / "framework" / "bin" / "defects4j"
    program.parent.mkdir(parents=True)
    source = Path(__file__).with_name("fake_defects4j.py").read_text(encoding="utf-8")
    program.write_text(source.replace("#!/usr/bin/env python3", f"#!{sys.executable}", 1))
    program.chmod(0o755)


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize(
    ("argument", "expected"),
    [
        ("", [1, 2, 3, 4, 5]),
        ("single-line", [1, 4]),
        ("single-hunk", [1, 2, 4, 5]),
        ("multi-hunk", [3]),
        ("3.0,multi-hunk", [3]),
        ("2.0", []),
    ],
)
def test_names(argument: str, expected: list[int]) -> None:
    assert Defects4JBugs(argument).names() == tuple(f"Shop-{number}" for number in expected)


@pytest.mark.parametrize(
    ("version", "name", "expected"),
    [
        ("1.2", "Chart-26", True),
        ("1.2", "Closure-134", False),
        ("2.0", "Closure-134", True),
        ("2.0", "Closure-177", False),
        ("2.0", "Collections-1", False),
        ("2.0", "Collections-25", True),
        ("1.2", "Codec-1", False),
        ("3.0", "Collections-1", True),
        ("3.0", "New-1", True),
    ],
)
def test_versions(version: defects4j.Version, name: str, expected: bool) -> None:
    assert Selection(version).holds(name) is expected


def test_a_selection_is_read() -> None:
    assert selected("2.0,single-hunk,unlocalised") == Selection("2.0", "single-hunk", True)
    with pytest.raises(UserError, match=r"'4\.0' is none of 1\.2, 2\.0"):
        selected("4.0")


def test_it_is_a_plugin() -> None:
    assert plugins.load("datasets", "defects4j") is Defects4JBugs


@pytest.mark.needs("junit")
@pytest.mark.parametrize(("number", "hunks"), [(2, 1), (3, 2)])
def test_checkout(home: Path, tmp_path: Path, number: int, hunks: int) -> None:
    write(home, {"junit.txt": junit()})
    bug = Defects4JBugs().checkout(f"Shop-{number}", tmp_path / "bug")
    assert (bug.language, len(bug.places)) == ("java", hunks)
    assert "javac" in bug.commands.compiles and "FirstFailure" in bug.commands.test
    assert str(tmp_path / "bug") not in bug.commands.test
    wrong, right = outcomes(bug, bug.commands.relevant)
    assert (wrong.passed, right.passed) == (False, True), right.output
    assert f"Failing tests: {len(TRIGGERS[number])}" in wrong.output


@pytest.mark.needs("junit")
def test_commands(home: Path, tmp_path: Path) -> None:
    write(home, {"junit.txt": junit()})
    bug = Defects4JBugs().checkout("Shop-1", tmp_path / "bug")
    for command in (bug.commands.test, bug.commands.all_tests):
        wrong, right = outcomes(bug, command)
        assert (wrong.passed, right.passed) == (False, True), right.output


@pytest.mark.needs("junit")
def test_where_the_cheap_check_does_not_work(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(home, {"junit.txt": junit()})
    monkeypatch.setattr(defects4j, "light", lambda *arguments: None)
    assert Defects4JBugs("unlocalised").checkout("Shop-3", tmp_path / "blind").places == ()
    bug = Defects4JBugs().checkout("Shop-3", tmp_path / "bug")
    assert bug.commands.compiles == ""
    wrong, right = outcomes(bug)
    assert (wrong.passed, right.passed) == (False, True), right.output


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("Shop-6", "Shop-6 is deprecated"),
        ("Shop-2", "is not one of those that the dataset was limited to"),
        ("Shop-99", "has no bug 'Shop-99'"),
        ("nonsense", "has no bug 'nonsense'"),
    ],
)
def test_bugs_that_are_not_there(tmp_path: Path, name: str, message: str) -> None:
    with pytest.raises(UserError, match=message):
        Defects4JBugs("single-line").checkout(name, tmp_path / "bug")


@pytest.mark.usefixtures("home")
def test_a_bug_that_does_not_check_out(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"-v 5b .*Cannot checkout program version!"):
        Defects4JBugs().checkout("Shop-5", tmp_path / "bug")


@pytest.mark.usefixtures("home")
def test_a_wrong_version_of_java(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAKE_JAVA", "17")
    with pytest.raises(UserError, match="defects4j pids: Java 11 is required!"):
        Defects4JBugs()


def test_no_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(UserError, match="no defects4j on the PATH"):
        Defects4JBugs()


def test_a_command_elsewhere(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    wrapper = tmp_path / "one" / "two" / "bin" / "defects4j"
    write(
        tmp_path, {"one/two/bin/defects4j": f'#!/bin/sh\nexec {home}/framework/bin/defects4j "$@"'}
    )
    wrapper.chmod(0o755)
    monkeypatch.setenv("PATH", f"{wrapper.parent}{os.pathsep}{os.environ['PATH']}")
    with pytest.raises(UserError, match="name the folder of Defects4J"):
        Defects4JBugs()
    monkeypatch.setenv("D4J_HOME", str(home))
    assert len(Defects4JBugs().names()) == len(BUGS)


def test_the_version_is_that_of_the_patches(home: Path) -> None:
    before = Defects4JBugs().version
    assert Defects4JBugs("single-line").version != before == Defects4JBugs().version
    path = home / "framework/projects/Shop/patches/1.src.patch"
    path.write_text(path.read_text().replace("getPrice", "getCount"))
    assert Defects4JBugs().version != before


def junit() -> str:
    from fairlead_server.repair.datasets.java import find_junit

    return find_junit() if where("junit") else ""
