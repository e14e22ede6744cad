"""``fairlead eval completion --test``: what the tests of a project say of completions."""

from __future__ import annotations

import json
import signal
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest

from fairlead_server.cli import main
from fairlead_server.completer import Completer
from fairlead_server.evaluation import completion
from fairlead_server.evaluation.completion import drawn
from fairlead_server.evaluation.completion.gone import NAME, without
from fairlead_server.evaluation.completion.summary import figures, untold
from fairlead_server.evaluation.completion.tasks import Task
from fairlead_server.evaluation.completion.testing import (
    FOREIGN,
    UNFIT,
    UNNOTICED,
    Ground,
    Suites,
    counted,
)
from fairlead_server.evaluation.completion.trial import Trials
from fairlead_server.repair.sandbox import Limits, Shadow
from fairlead_server.repair.testing import Bed, passing
from tests.server.evaluation.test_eval_completion import WRITING, Judge, Scripted

HERE = f"{NAME}.it"
SHOP = '''\
"""A shop."""


class Shop:
    def __init__(self, prices):
        self.prices = prices

    def total(self, rate=1):
        found = sum(self.prices)
        if rate > 1:
            found = found * rate
        else:
            found = found + 0
        return found

    def unused(self):
        return self.prices.count(0)

    def wait(self):
        while self.prices:
            self.prices.pop()
'''
TEST = """\
from shop import Shop
shop = Shop([1, 2])
assert shop.total() == 3
assert shop.total(2) == 6
shop.wait()
with open("runs.txt", "a") as file:
    file.write("x")
"""
COMMAND = f"{sys.executable} check.py"


@pytest.mark.parametrize(
    ("text", "unit", "level", "expected"),
    [
        ("x = a.b(1)\n", "b", "member", f"x = a.{NAME}(1)\n"),
        ("a.b = 1\n", "a.b", "expression", f"{HERE} = 1\n"),
        ("x = f(a)(1)\n", "f(a)", "expression", f"x = {HERE}(1)\n"),
        ("if a:\n    b()\n    c()\n", "b()\n    c()", "block", f"if a:\n    {HERE}\n"),
        ("def f():\n    return a.b\n", "return a.b", "function", f"def f():\n    {HERE}\n"),
        ("x = f(a, b)\n", "f(a, b)", "line", f"x = {HERE}\n"),
        ("if a == b:\n    c()\n", "a == b:", "line", f"if {HERE}:\n    c()\n"),
        ("x = f(a, [\n  1])\n", "a, [", "line", f"x = f({HERE}[\n  1])\n"),
        ("x = [f(\n  1)]\n", "[f(", "line", f"x = {HERE}[f(\n  1)]\n"),
        ("def f(a):\n    g()\n", "f(a):", "line", f"def {NAME}(a):\n    g()\n"),
        ("from a import b\n", "b", "line", f"from a import {NAME}\n"),
        ("f(a=1,\n  b=2)\n", "b=2)", "line", f"f(a=1,\n  {NAME}=2)\n"),
        (
            "try:\n    if a:\n        b()\nfinally:\n    c()\n",
            "if a:",
            "line",
            f"try:\n    {HERE}\n    if a:\n        b()\nfinally:\n    c()\n",
        ),
        ("try:\n    a()\nexcept A:\n    b()\n", "except A:", "line", None),
        ("(x :=\n 1\n", "x", "expression", None),
    ],
)
def test_what_stands_in_for_a_unit(text: str, unit: str, level: str, expected: str | None) -> None:
    start = text.index(unit)
    assert without(Task(".", "a.py", text, "python", level, start, start + len(unit))) == expected


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    folder = tmp_path / "shop"
    folder.mkdir()
    (folder / "shop.py").write_text(SHOP)
    (folder / "check.py").write_text(TEST)
    return folder


def task_in(folder: Path, unit: str, level: str = "line") -> Task:
    start = SHOP.index(unit)
    return Task(str(folder), "shop.py", SHOP, "python", level, start, start + len(unit))


def entry_of(task: Task, guided: str, unguided: str, **changed: Any) -> dict[str, Any]:
    root, path, level, start, end = task.key
    found: dict[str, Any] = {"wanted": task.wanted, "imports": [], **changed}
    where = {"root": root, "path": path, "level": level, "start": start, "end": end, "seed": 0}
    texts = {"guided": guided, "unguided": unguided}
    return {**where, **{way: {"text": text, **found} for way, text in texts.items()}}


@contextmanager
def suites_in(folder: Path) -> Iterator[tuple[Suites, list[str]]]:
    """Yield the tests of `folder`, and the documents with which they were run, as they are."""
    runs: list[str] = []

    class Counted(Bed):
        def run(self, files: Any, command: str) -> Any:
            runs.extend(files.values())
            return super().run(files, command)

    with Shadow(folder) as shadow:
        bed = Counted(shadow, Limits(60, cpu=30, memory_mb=256))
        ground = Ground(bed, passing(bed.run, COMMAND, "more"))
        yield Suites({"command": COMMAND}, {str(folder): ground}), runs


@pytest.mark.parametrize(
    ("unit", "written", "said", "runs"),
    [
        # Nothing is run for what stood there, nor for what does not compile.
        ("sum(self.prices)", ("sum(self.prices)", "sum(self.prices"), ("passed", "failed"), 1),
        ("sum(self.prices)", ("", "sum(self.prices)  "), ("failed", "passed"), 2),
        ("sum(self.prices)", ("sum(iter(self.prices))", "len([])"), ("passed", "failed"), 3),
        ("sum(self.prices)", ("len([])", "len([])"), ("failed", "failed"), 2),
        ("found * rate", ("found + found", "self.nothing"), ("passed", "failed"), 3),
        ("self.prices.pop()", ("self.prices.clear()", "self."), ("passed", "failed"), 2),
    ],
)
def test_what_the_tests_say(
    shop: Path, unit: str, written: tuple[str, str], said: tuple[str, str], runs: int
) -> None:
    before = {path.name: path.read_bytes() for path in shop.iterdir()}
    task = task_in(shop, unit)
    with suites_in(shop) as (tests, run):
        found = tests.added(task, entry_of(task, *written))
        assert tests.are_in(found)
        assert (found["guided"]["tests"], found["unguided"]["tests"]) == said
        assert found["test"]["why"] == ""
        assert len(run) == runs and all(text != SHOP for text in run)
        tests.added(task, entry_of(task, *written, seed=1))
        assert len(run) == runs
    assert json.loads(json.dumps(found)) == found
    assert {path.name: path.read_bytes() for path in shop.iterdir()} == before


def test_what_does_not_end(shop: Path) -> None:
    task = task_in(shop, "self.prices.pop()")
    with suites_in(shop) as (tests, _):
        (ground,) = tests.grounds.values()
        short = replace(ground, bed=replace(ground.bed, limits=Limits(1.0)))
        hasty = replace(tests, grounds={str(shop): short})
        found = hasty.added(task, entry_of(task, "self.", "pass"))
    assert (found["guided"]["tests"], found["unguided"]["tests"]) == ("failed", "timeout")


def test_imports_and_what_is_replaced_are_in_place(shop: Path) -> None:
    task = task_in(shop, "sum(self.prices")
    entry = entry_of(
        task, "math.fsum(self.prices)", "", wanted="sum(self.prices)", imports=["import math"]
    )
    with suites_in(shop) as (tests, run):
        assert tests.added(task, entry)["guided"]["tests"] == "passed"
    assert any("import math" in text and "math.fsum(self.prices)\n" in text for text in run)


@pytest.mark.parametrize(
    ("unit", "level", "why"),
    [
        ("self.prices.count(0)", "expression", UNNOTICED),
        ("return self.prices.count(0)", "function", UNNOTICED),
        ("else:", "line", UNFIT),
    ],
)
def test_tasks_of_which_the_tests_cannot_tell(shop: Path, unit: str, level: str, why: str) -> None:
    task = task_in(shop, unit, level)
    with suites_in(shop) as (tests, _):
        found = tests.added(task, entry_of(task, "a", "b"))
    assert found["test"]["why"] == why
    assert "tests" not in found["guided"] and "tests" not in found["unguided"]


def test_a_file_that_is_not_as_it_was_read(shop: Path) -> None:
    task = task_in(shop, "sum(self.prices)")
    (shop / "shop.py").write_text(f"\ufeff{SHOP}")
    with suites_in(shop) as (tests, _):
        assert tests.added(task, entry_of(task, "a", "b"))["test"]["why"] == FOREIGN


def made(number: int, guided: str = "", unguided: str = "", why: str = "") -> dict[str, Any]:
    level = "line" if number < 4 else "member"
    entry: dict[str, Any] = {"root": "p", "path": "a.py", "level": level, "start": number, "end": 9}
    for way, said in (("guided", guided), ("unguided", unguided)):
        entry[way] = {"text": "a", "wanted": "a", "tokens": 1, "parses": True, "new": {"ty": []}}
        entry[way] |= {"tests": said} if said else {}
    return {**entry, "seed": 0, "test": {"given": {"command": "check"}, "why": why}}


# Of six tasks the tests tell of five; on four of those the two ways differ, three times one way.
MADE = [
    made(1, "passed", "failed"),
    made(2, "passed", "timeout"),
    made(3, "passed", "passed"),
    made(4, "passed", "failed"),
    made(5, "failed", "passed"),
    made(6, why=UNNOTICED),
]


def test_figures_by_hand() -> None:
    found = figures(MADE, ["ty"], "python", 0)
    told = {name: (round(figure.value, 4), figure.n) for name, figure in found.items()}
    expected = {
        "tested": (0.8333, 6),
        "tested.line": (1, 3),
        "tested.member": (0.6667, 3),
        "pass_rate.guided": (0.8, 5),
        "pass_rate.unguided": (0.4, 5),
        "pass_rate.difference": (0.4, 5),
        "pass_rate.p": (0.625, 4),  # (1 + 4) * 2 / 2 ** 4
        "pass_rate.guided.line": (1, 3),
        "pass_rate.unguided.line": (0.3333, 3),
        "pass_rate.difference.member": (0, 2),
    }
    assert {name: told[name] for name in expected} == expected
    assert found["exact_match.guided"].n == 6
    assert untold(MADE, ["ty"]) == {"pass_rate": {UNNOTICED: 1}}
    assert drawn("tested") and drawn("pass_rate.guided.line") and not drawn("tested.line")


def test_what_other_tests_have_said_does_not_count() -> None:
    for tests in (None, Suites({"command": "other"}, {})):
        entries = counted(MADE, tests)
        assert not [n for n in figures(entries, ["ty"], "python", 0) if "test" in n or "pass" in n]
        assert untold(entries, ["ty"]) == {}
    assert counted(MADE, Suites({"command": "check"}, {})) == MADE


def test_seeds_of_a_task_are_one() -> None:
    entries = [made(1, "passed", "failed"), {**made(1, "failed", "failed"), "seed": 1}]
    found = figures(entries, ["ty"], "python", 0)
    assert (found["pass_rate.guided"].value, found["pass_rate.guided"].n) == (0.5, 1)
    assert found["tested"].n == 1


@pytest.fixture
def scripted(monkeypatch: pytest.MonkeyPatch, shop: Path) -> Scripted:
    """A completer that is there at once, in place of a model and engines."""
    completer = Scripted("prices", "no_prices")

    @contextmanager
    def trials(root: str, *_: object) -> Iterator[Trials]:
        yield Trials(cast(Completer, completer), {"ty": Judge()}, WRITING)

    monkeypatch.setattr(completion, "_trials", trials)
    monkeypatch.chdir(shop)
    return completer


MEMBERS = ("--root", "shop.py", "--level", "member", "--sample", "3")


def report_of(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[dict[str, Any], str]:
    assert main(["eval", "completion", *arguments, "--json"]) == 0
    captured = capsys.readouterr()
    return json.loads(captured.out), captured.err


def test_pass_rates_of_a_run(
    capsys: pytest.CaptureFixture[str], scripted: Scripted, tmp_path: Path
) -> None:
    out = tmp_path / "made.jsonl"
    report, _ = report_of(capsys, *MEMBERS, "--out", str(out), "--test", COMMAND)
    found = report["figures"]
    tells = found["pass_rate.guided"]["n"]
    assert 0 < tells <= 3 == found["tested"]["n"]
    assert found["tested"]["value"] == pytest.approx(tells / 3)
    assert found["pass_rate.guided"]["value"] > found["pass_rate.unguided"]["value"] == 0
    assert report.get("reasons", {}) == ({"pass_rate": {UNNOTICED: 3 - tells}} if tells < 3 else {})
    assert f"--test '{COMMAND}'" in report["command"]
    asked = len(scripted.asked)
    again, _ = report_of(capsys, *MEMBERS, "--out", str(out), "--test", COMMAND)
    assert again == report and len(scripted.asked) == asked


def test_tests_are_added_to_what_was_made_without(
    capsys: pytest.CaptureFixture[str], scripted: Scripted, tmp_path: Path
) -> None:
    stated = (*MEMBERS, "--out", str(tmp_path / "made.jsonl"))
    report, _ = report_of(capsys, *stated)
    assert "tested" not in report["figures"]
    asked = len(scripted.asked)
    report, _ = report_of(capsys, *stated, "--test", COMMAND)
    assert report["figures"]["tested"]["value"] > 0
    other, _ = report_of(capsys, *stated, "--test", "true")
    assert other["figures"]["tested"]["value"] == 0
    assert "pass_rate.guided" not in other["figures"]
    assert "tested" not in report_of(capsys, *stated)[0]["figures"]
    assert len(scripted.asked) == asked


def test_an_interrupted_run_goes_on(
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    scripted: Scripted,
    tmp_path: Path,
) -> None:
    added = Suites.added
    stated = (*MEMBERS, "--out", str(tmp_path / "made.jsonl"), "--test", COMMAND)

    def interrupted(self: Suites, task: Task, entry: Any) -> Any:
        if len(scripted.asked) > 2:
            raise KeyboardInterrupt
        return added(self, task, entry)

    monkeypatch.setattr(Suites, "added", interrupted)
    report, told = report_of(capsys, *stated)
    assert report["figures"]["tested"]["n"] == 1 and "interrupted" in told
    monkeypatch.setattr(Suites, "added", added)
    report, told = report_of(capsys, *stated)
    assert report["figures"]["tested"]["n"] == 3
    assert "1 of 3 tasks were made before" in told


def test_a_run_that_is_terminated_leaves_nothing(
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    scripted: Scripted,
    tmp_path: Path,
) -> None:
    def terminated(self: Suites, task: Task, entry: Any) -> Any:
        assert [*copies.iterdir()]
        signal.raise_signal(signal.SIGTERM)

    def passed_on(*_: object) -> None:
        raise AssertionError

    copies = tmp_path / "copies"
    copies.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(copies))
    monkeypatch.setattr(Suites, "added", terminated)
    before = signal.signal(signal.SIGTERM, passed_on)
    try:
        assert main(["eval", "completion", *MEMBERS, "--test", COMMAND]) == 130
        assert signal.getsignal(signal.SIGTERM) is passed_on
    finally:
        signal.signal(signal.SIGTERM, before)
    assert "interrupted" in capsys.readouterr().err
    assert not [*copies.iterdir()]


def test_the_folder_that_is_copied(
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    scripted: Scripted,
    shop: Path,
) -> None:
    stated = ("--level", "member", "--sample", "1", "--test", "test -f check.py")
    report_of(capsys, *stated, "--root", "shop.py")
    monkeypatch.chdir(shop.parent)
    report_of(capsys, *stated, "--root", "shop/shop.py", "--project", "shop")
    assert main(["eval", "completion", *stated, "--root", "shop/shop.py"]) == 2
    (shop / ".git").mkdir()
    report_of(capsys, *stated, "--root", "shop/shop.py")
    report_of(capsys, *stated, "--root", "shop")


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (["--test", "exit 3"], "'exit 3' does not pass as the project is: exit code 3"),
        (["--test", "echo AssertionError: 1; false"], "project is: AssertionError: 1"),
        (["--test", "no-such-command-here"], "'no-such-command-here' cannot be run"),
        (["--test", "sleep 30", "--test-limit", "0.5"], "the project is (timeout after"),
        (
            ["--test", f"{sys.executable} -c 'b = bytearray(1 << 30)'", "--test-memory", "256"],
            "with --test-limit or --test-memory",
        ),
        (["--test", "true", "--test-limit", "0"], "a number of seconds above 0"),
        (["--test", "true", "--test-limit", "nan"], "a number of seconds above 0"),
        (["--test", "true", "--test-memory", "0"], "at least 1"),
        (["--test", "true", "--project", "nowhere"], "nowhere: is not a folder"),
        (["--test", "true", "--project", "other"], "shop.py: is not in the project"),
        (["--test-limit", "5"], "--test-limit goes with --test"),
        (["--test-memory", "5"], "--test-memory goes with --test"),
        (["--project", "."], "--project goes with --test"),
    ],
)
def test_bad_input(
    capsys: pytest.CaptureFixture[str],
    scripted: Scripted,
    shop: Path,
    arguments: list[str],
    error: str,
) -> None:
    (shop / "other").mkdir()
    assert main(["eval", "completion", "--root", "shop.py", *arguments]) == 2
    told = capsys.readouterr().err
    assert error in told and told.count("\n") == 1
    assert not scripted.asked


def test_only_python_is_tested(
    capsys: pytest.CaptureFixture[str], scripted: Scripted, shop: Path
) -> None:
    (shop / "Shop.java").write_text("class Shop { int a; int b() { return this.a; } }\n")
    assert main(["eval", "completion", "--root", "Shop.java", "--test", "true"]) == 2
    assert "--test tells of Python alone, and this is java" in capsys.readouterr().err


def test_a_file_that_tests_run_without(
    capsys: pytest.CaptureFixture[str], scripted: Scripted, shop: Path
) -> None:
    (shop / "venv").mkdir()
    (shop / "venv" / "shop.py").write_text(SHOP)
    stated = ["--root", "venv/shop.py", "--project", ".", "--test", "true"]
    assert main(["eval", "completion", *stated]) == 2
    assert "is in a folder of" in capsys.readouterr().err


@pytest.mark.needs("llama")
def test_a_project_is_tested(capsys: pytest.CaptureFixture[str], shop: Path) -> None:
    stated = ("--root", str(shop / "shop.py"), "--project", str(shop), "--sample", "1")
    report, _ = report_of(capsys, *stated, "--level", "function", "--seed", "1", "--test", COMMAND)
    assert report["figures"]["tested"]["n"] == 1
