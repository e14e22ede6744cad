"""``fairlead repair``: bad input, and real repairs by the embedded model."""

from __future__ import annotations

import contextlib
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from fairlead_server.cli import main
from fairlead_server.commands import repair
from fairlead_server.repair.assembly import Assembled, assembled
from fairlead_server.repair.fault import fault_in
from fairlead_server.repair.hunk import Hunk
from fairlead_server.repair.sandbox import Outcome
from fairlead_server.repair.search import Found, Plan, search
from fairlead_server.repair.validation import Suite
from fairlead_server.settings import Options, resolve_for
from tests.server.repair.scripted import Scripted
from tests.server.repair.seeded import Seeded, seeded

FAULTS = {fault.name: fault for fault in seeded()}
BUGS = {bug.name: bug for bug in seeded(kind="bug")}
ABSENT = FAULTS["absent-member"]
PLACE = "shop/orders.py:30"
TESTS = f"{sys.executable} -m unittest checks.test_orders.OrderTest.test_names"


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    code = main(["repair", *arguments])
    captured = capsys.readouterr()
    return code, captured.out, captured.err


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "project"
    ABSENT.seed(folder)
    (folder / ".env").write_text("KEY=1\n")
    (folder / "notes.txt").write_text("one\n")
    monkeypatch.chdir(folder)
    monkeypatch.setenv("FAIRLEAD_CACHE", str(tmp_path / "cache"))
    return folder


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "the following arguments are required: FILE[:LINE[-LINE]]"),
        (["shop/orders.py"], "name the lines, shop/orders.py:LINE[-LINE], or with --test"),
        (["shop/orders.py", "--insert"], "takes the line before which to insert"),
        (["shop/orders.py", "--test", "true"], "passes already"),
        (["shop/orders.py", "--test", "false"], "coverage is recorded of"),
        (["shop/stock.py", "--test", TESTS], "do not lead to any of its lines; what fails first"),
        (["shop/absent.py"], "not of the form FILE:LINE"),
        ([".env", "--test", "false"], "taken for a secret"),
        ([PLACE, "--localise", "trace"], "--localise goes with a FILE whose lines are not named"),
        ([PLACE, "--places", "1"], "--places goes with a FILE"),
        (["shop/orders.py:x"], "not of the form"),
        (["shop/absent.py:1"], "no such file"),
        (["shop:1"], "is a directory"),
        (["shop/orders.py:999"], "are not in the file"),
        (["shop/orders.py:0"], "are not in the file"),
        (["shop/orders.py:5-3"], "before the first"),
        (["shop/orders.py:5-6", "--insert"], "takes one line"),
        ([PLACE, "--n", "0"], "must be at least 1"),
        ([".env:1"], "taken for a secret"),
        ([PLACE, "--unguided", "--guided-only"], "nothing to sample"),
        ([PLACE, "--model", "nobody"], "no model 'nobody'"),
        ([PLACE, "--all-tests", "true"], "--all-tests goes with --test"),
        ([PLACE, "--first"], "--first goes with --test; name the test that fails now"),
        ([PLACE, "--timeout", "5"], "--timeout goes with --test"),
        ([PLACE, "--timeout", "0"], "--timeout goes with --test"),
        ([PLACE, "--memory", "256"], "--memory goes with --test"),
        ([PLACE, "--project", "."], "--project goes with --test"),
        ([PLACE, "--test", f"{sys.executable} -c ''"], "passes already"),
        ([PLACE, "--test", "no-such-command-here"], "cannot be run"),
        ([PLACE, "--test", "false", "--project", "absent"], "is not a folder"),
        ([PLACE, "--test", "false", "--project", "checks"], "not in the project"),
        ([PLACE, "--test", "false", "--timeout", "0"], "a number of seconds above 0"),
        (
            [PLACE, "--test", f"{sys.executable} -c 'b = bytearray(2 << 30)'", "--memory", "256"],
            "stopped already without a patch (memory)",
        ),
    ],
)
def test_bad_input(
    project: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], message: str
) -> None:
    code, out, err = run(capsys, *arguments)
    assert (code, out) == (2, "") and message in err and err.count("\n") == 1


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (["--apply"], 2),
        (["--apply", "--message", "the total is too low"], 0),
        ([], 0),
    ],
)
def test_guesses_are_not_written_to_faultless_lines(
    project: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    options: list[str],
    expected: int,
) -> None:
    path = project / ABSENT.file
    before, text = path.read_bytes(), "        return 1"

    @contextlib.contextmanager
    def scripted(*_: object) -> Iterator[Assembled]:
        completer: Any = Scripted([text.strip()], wrong="never matches")
        yield Assembled(completer, None)

    monkeypatch.setattr(repair, "assembled", scripted)
    code, out, err = run(capsys, PLACE, *options, "--n", "20")
    assert code == expected and "finds nothing wrong in these lines" in err
    assert (path.read_bytes() != before) == (expected == 0 and "--apply" in options)
    if expected:
        assert out == "" and err.count("\n") == 1 and "say what is, with --message" in err


@pytest.mark.parametrize(
    ("isolation", "reached"),
    [
        (["files", "network", "processes"], None),
        (["network", "processes"], "tests reach all files that you may write\n"),
        ([], "tests reach the network and all files that you may write\n"),
    ],
)
def test_what_model_written_code_can_reach_is_said(
    project: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    isolation: list[str],
    reached: str | None,
) -> None:
    base = Outcome("exited", 1, "wrong", 0.0, isolation=frozenset(isolation))
    monkeypatch.setattr(repair, "suite", lambda *_: Suite(lambda *_: base, "false", base))
    monkeypatch.setattr(repair, "_search", lambda a, s, hunks, t: [(hunks[0], Found((), {}))])
    code, out, err = run(capsys, PLACE, "--test", "false")
    assert (code, out) == (1, "")
    assert err.endswith(reached) if reached else err == ""


@pytest.mark.parametrize("options", [[], ["--localise", "spectrum", "--places", "5"]])
def test_lines_are_found_by_the_tests(
    project: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    options: list[str],
) -> None:
    path = project / ABSENT.file

    @contextlib.contextmanager
    def scripted(*_: object) -> Iterator[Assembled]:
        completer: Any = Scripted([ABSENT.right.strip()])
        yield Assembled(completer, None)

    monkeypatch.setattr(repair, "assembled", scripted)
    code, out, err = run(capsys, "shop/orders.py", "--test", TESTS, "--apply", "--n", "9", *options)
    assert code == 0 and f"-{ABSENT.wrong}\n+{ABSENT.right}\n" in out
    assert "the tests lead to shop/orders.py, in this order: " in err
    assert ABSENT.right in path.read_text(encoding="utf-8")


def test_one_place_after_the_other_is_tried(
    project: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    bug = BUGS["dearest-key"]
    tests = f"{sys.executable} -m unittest checks.test_orders.OrderTest.test_dearest"
    path = project / bug.file
    text = path.read_text(encoding="utf-8").replace(ABSENT.wrong, ABSENT.right)
    path.write_text(text.replace(bug.right, bug.wrong), encoding="utf-8")
    asked: list[int] = []

    def failing(arguments: Any, settings: Any, means: Any, hunk: Hunk, tests: Any) -> Found:
        asked.append(hunk.first)
        return Found((), {})

    @contextlib.contextmanager
    def scripted(*_: object) -> Iterator[Assembled]:
        completer: Any = Scripted([""])
        yield Assembled(completer, None)

    monkeypatch.setattr(repair, "assembled", scripted)
    monkeypatch.setattr(repair, "_search_in", failing)
    code, out, err = run(
        capsys, bug.file, "--test", tests, "--localise", "spectrum", "--places", "2"
    )
    assert (code, out, len(asked)) == (1, "", 2)
    assert err.endswith(f"in this order: {asked[0]}, {asked[1]}\n")


@pytest.mark.needs("llama")
def test_what_cannot_be_analysed_is_not_repaired(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, err = run(capsys, "notes.txt:1")
    assert (code, out) == (2, "") and "no repair of it could be checked" in err


@pytest.mark.needs("llama")
def test_a_fault_is_mended_and_the_patch_applied(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = project / ABSENT.file
    before = {p: p.read_bytes() for p in project.rglob("*") if p.is_file()}
    code, out, _ = run(capsys, PLACE, "--json")
    assert code == 0
    found: list[dict[str, Any]] = json.loads(out)
    best = found[0]
    assert (best["patch"], best["verdict"], best["rank"]) == (ABSENT.right, "plausible", 1)
    steps = [step["step"] for step in best["steps"]]
    assert steps == ["parse", "silences", "diagnostics", "unreachable", "compile"]
    assert (best["start_line"], best["end_line"], best["file"]) == (30, 30, str(path))
    assert {p: p.read_bytes() for p in project.rglob("*") if p.is_file()} == before

    code, out, err = run(capsys, PLACE, "--apply")
    assert code == 0 and f"-{ABSENT.wrong}\n+{ABSENT.right}\n" in out
    assert out.startswith("# ") and "\n--- a/shop/orders.py\n" in out
    assert "to be mended: Object of type `Line` has no attribute `title`" in err
    assert ABSENT.right in path.read_text(encoding="utf-8")
    code, _, err = run(capsys, PLACE, "--n", "1")
    assert "finds nothing wrong in these lines" in err


@pytest.mark.needs("llama")
def test_nothing_acceptable_is_said_by_the_exit_code(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = project / ABSENT.file
    path.write_text(path.read_text().replace(ABSENT.wrong, "        return nothing.at.all(9)"))
    code, out, _ = run(capsys, PLACE, "--n", "1", "--unguided", "--json")
    found = json.loads(out)
    assert code == 1 and all(one["verdict"] != "plausible" for one in found)


@pytest.mark.needs("llama")
def test_a_bug_that_only_a_test_sees_is_repaired(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    bug = next(bug for bug in seeded(kind="bug") if bug.name == "condition-of-take")
    folder = tmp_path / "project"
    hunk = bug.seed(folder)
    monkeypatch.chdir(folder)
    monkeypatch.setenv("FAIRLEAD_CACHE", str(tmp_path / "cache"))
    before = {p: p.read_bytes() for p in folder.rglob("*") if p.is_file()}
    command = f"{sys.executable} -m unittest {bug.test}"
    place = f"{bug.file}:{hunk.first}"
    code, out, _ = run(capsys, place, "--test", command, "--first", "--json")
    assert code == 0
    found: list[dict[str, Any]] = json.loads(out)
    assert (found[0]["patch"], found[0]["verdict"]) == (bug.right, "plausible")
    assert [step["step"] for step in found[0]["steps"]][-1] == "tests"
    assert {p: p.read_bytes() for p in folder.rglob("*") if p.is_file()} == before

    code, out, _ = run(capsys, place, "--test", "false", "--n", "4", "--json")
    assert code == 1
    assert "plausible" not in {one["verdict"] for one in json.loads(out)}


def searched(seed: Seeded, hunk: Hunk, cache: Path) -> tuple[Found, int]:
    """Search, and return how many questions analysis was asked besides."""
    settings = resolve_for(hunk.document.path, Options(patience=30.0)).settings()
    folder = str(Path(hunk.document.path).parents[seed.file.count("/")])
    with assembled(settings, folder, hunk.document, cache) as made:
        assert made.engine is not None
        fault = fault_in(hunk, made.completer.diagnostics(hunk.document, 60.0))
        found = search(made.completer, fault, Plan(samples=24, patience=30.0))
        return found, made.engine.asked


@pytest.mark.needs("llama")
def test_a_second_run_asks_next_to_nothing_and_finds_the_same(tmp_path: Path) -> None:
    seed, cache = FAULTS["misspelt-method"], tmp_path / "answers.sqlite"
    first, asked = searched(seed, seed.seed(tmp_path / "first"), cache)
    second, again = searched(seed, seed.seed(tmp_path / "second"), cache)

    def told(found: Found) -> list[object]:
        return [(o.candidate, o.rank, o.result.verdict) for o in found.candidates]

    assert told(first) == told(second)
    assert asked > 20 and again <= asked // 10
