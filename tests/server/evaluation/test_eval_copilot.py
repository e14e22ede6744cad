"""``fairlead eval copilot``: scenes that are drawn, what is said of what is made of them."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

import pytest

from fairlead_monitors.engine import Completeness, Diagnostic, Diagnostics, Source, answered
from fairlead_server.cli import main
from fairlead_server.completer import Completer
from fairlead_server.document import DocumentSnapshot
from fairlead_server.evaluation import copilot
from fairlead_server.evaluation.copilot.scenes import QUERY, SCENARIOS, Scene, draw
from fairlead_server.evaluation.copilot.trial import Played, Setup, Stage, is_checking
from fairlead_server.evaluation.judging import Judge
from fairlead_server.repair.sandbox import Limits, Shadow
from fairlead_server.repair.testing import Bed
from fairlead_server.suggestion import CompletionRequest, CompletionResult, Suggestion
from tests.monitors.engines import TableEngine
from tests.server.lsp.idle import IdleCompleter

BODY = """\
result = 0
    for price in prices:
        result = result + price
    return result"""
CODE = f'''\
"""Orders."""


def total(prices):
    """Return the sum of all prices that are given."""
    {BODY}


def _double(number):
    """Return a number that is twice as large as the one given."""
    return number * 2
'''
CHECK = "from orders import total; assert total([1, 2]) == 3"


class Scripted(IdleCompleter):
    """Writes what `text` returns for a request; `no_…` is said not to exist."""

    model_name = "scripted"

    def __init__(self, text: Callable[[CompletionRequest], str]) -> None:
        self.text = text
        self.requests: list[CompletionRequest] = []

    def complete(
        self,
        request: CompletionRequest,
        *,
        cancelled: Callable[[], bool] = lambda: False,
        growing: Callable[[str], None] = lambda text: None,
    ) -> CompletionResult:
        self.requests.append(request)
        text = self.text(request)
        made = Suggestion(text, -1.0, "stop", verified=request.guided, tokens=4)
        return CompletionResult((made,) if text else (), tokens=4)

    def diagnostics(self, document: DocumentSnapshot, patience: float) -> Diagnostics:
        return wrong(document.text)


def wrong(text: str) -> Diagnostics:
    found = (Diagnostic(*m.span(), "gone", 1, "unresolved-reference") for m in NO.finditer(text))
    return Diagnostics(tuple(found), Completeness.COMPLETE, "scripted")


NO = re.compile(r"\bno_\w+")


class Saying(TableEngine):
    def __init__(self, *, knows: bool = True) -> None:
        super().__init__({})
        self.knows = knows

    def diagnostics(self, source: Source) -> Future[Diagnostics]:
        return answered(wrong(source.text) if self.knows else Diagnostics.unknown("table", "no"))


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "shop"
    (folder / "tests").mkdir(parents=True)
    (folder / "orders.py").write_text(CODE)
    (folder / "broken.py").write_text("def f(:\n")
    (folder / "tests" / "helper.py").write_text("def given(x):\n    return [x]\n")
    return folder


@contextmanager
def staged(
    project: Path,
    text: Callable[[CompletionRequest], str],
    *,
    runs: bool = False,
    knows: bool = True,
) -> Iterator[Stage]:
    judge = Judge("table", Saying(knows=knows), 0.05)
    setup = Setup(str(project), sys.executable, 5.0, 64, 12)
    means = cast(Completer, Scripted(text))
    if not runs:
        yield Stage(means, judge, setup)
        return
    with Shadow(project) as shadow:
        bed = Bed(shadow, Limits(60.0))
        command = f'{sys.executable} -c "{CHECK}"'
        settled = Setup(str(project), sys.executable, 5.0, 64, 12, bed, command)
        yield Stage(means, judge, settled)


def scene(project: Path, scenario: str) -> Scene:
    (first, *_) = draw([project / "orders.py"], [scenario], 1, 0)
    return first


def test_scenes_are_drawn_alike_each_time(project: Path) -> None:
    files = sorted(project.rglob("*.py"))
    drawn = draw(files, SCENARIOS, 3, 1)
    assert drawn == draw(files, SCENARIOS, 3, 1)
    by_scenario: dict[str, list[Scene]] = {}
    for one in drawn:
        by_scenario.setdefault(one.scenario, []).append(one)
    assert {name: len(found) for name, found in by_scenario.items()} == {
        "generate": 2,
        "document": 2,
        "test": 1,  # of tests none is written
        "fix": 3,
        "query": 2,
    }
    assert {one.text[one.start : one.end] for one in by_scenario["generate"]} == {
        BODY,
        "return number * 2",
    }
    assert all(one.text.count("Return") == 1 for one in by_scenario["document"])
    (test,) = by_scenario["test"]
    assert Path(test.path).parent == project and test.text.startswith("from orders import total\n")
    assert all(one.text != one.wanted == CODE for one in by_scenario["fix"])
    assert {one.wanted for one in by_scenario["query"]} == {"total", "_double"}


def test_a_module_in_a_package_is_imported_from_outside(tmp_path: Path) -> None:
    package = tmp_path / "shop" / "parts"
    package.mkdir(parents=True)
    for folder in (package, package.parent):
        (folder / "__init__.py").touch()
    (package / "orders.py").write_text(CODE)
    (test,) = draw([package / "orders.py"], ["test"], 1, 0)
    assert test.path == str(tmp_path / "test_total_by_fairlead.py")
    assert test.text.startswith("from shop.parts.orders import total\n")


@pytest.mark.parametrize(
    ("written", "played"),
    [
        (BODY, Played(True, True, True, True, True, None, True)),
        ("return sum(prices)", Played(True, True, True, True, False, None, True)),
        ("return no_sum(prices)", Played(True, True, False, False, False, None, False)),
        ("return sum(", Played(True, False, True, True, False, None, False)),
        ("", Played(False, exact=False, passes=False)),
    ],
)
def test_a_body_is_written_anew(project: Path, written: str, played: Played) -> None:
    drawn = next(
        one
        for one in draw([project / "orders.py"], ["generate"], 2, 0)
        if "result" in one.text[one.start : one.end]
    )
    with staged(project, lambda request: written, runs=True) as stage:
        assert stage.play(drawn, guided=True) == played
    (asked,) = cast(Scripted, stage.means).requests
    assert asked.guided and asked.blocks
    assert BODY not in asked.document.text


def test_what_a_judge_does_not_know_is_not_told(project: Path) -> None:
    with staged(project, lambda request: BODY, knows=False) as stage:
        played = stage.play(scene(project, "generate"), guided=False)
    assert (played.parses, played.clean, played.named, played.passes) == (True, None, None, None)


@pytest.mark.parametrize(
    ("written", "offered", "passes"),
    [("Add all prices up.", True, True), ("x", False, False)],
)
def test_a_docstring_is_written(project: Path, written: str, offered: bool, passes: bool) -> None:
    with staged(project, lambda request: written, runs=True) as stage:
        played = stage.play(scene(project, "document"), guided=True)
    assert (played.offered, played.passes) == (offered, passes)
    assert (played.parses, played.clean) == ((True, True) if offered else (None, None))


@pytest.mark.parametrize(
    ("written", "parses", "checking", "passes"),
    [
        ("assert total([1, 2]) == 3", True, True, True),
        ("assert total([1, 2]) == 4", True, True, False),
        ("total([1])", True, False, True),
        ("assert total(", False, False, False),
    ],
)
def test_a_test_is_written_and_run(
    project: Path, written: str, parses: bool, checking: bool, passes: bool
) -> None:
    with staged(project, lambda request: written, runs=True) as stage:
        played = stage.play(scene(project, "test"), guided=True)
    assert (played.parses, played.checking, played.passes) == (parses, checking, passes)
    assert not list(project.glob("test_*"))


def fault(project: Path, of: str) -> Scene:
    seeds = range(30)
    drawn = (one for seed in seeds for one in draw([project / "orders.py"], ["fix"], 9, seed))
    return next(one for one in drawn if of in one.text)


@pytest.mark.parametrize(
    ("of", "written", "exact", "passes"),
    [
        ("result - price", "result = result + price", True, True),
        ("result - price", "result = price - result", False, False),
        ("number // 2", "return number * 2", True, None),  # the tests do not notice it
    ],
)
def test_a_fault_is_repaired(
    project: Path, of: str, written: str, exact: bool, passes: bool | None
) -> None:
    def text(request: CompletionRequest) -> str:
        before = request.document.text[: request.offset].rpartition("\n")[2]
        after = request.document.text[request.offset :]
        return "" if before.strip() or not after.startswith("\n") else written

    with staged(project, text, runs=True) as stage:
        played = stage.play(fault(project, of), guided=True)
    assert (played.exact, played.passes) == (exact, passes)
    assert (project / "orders.py").read_text() == CODE


@pytest.mark.parametrize(
    ("written", "played"),
    [
        ("total", Played(True, named=True, exact=True)),
        ("total` adds", Played(True, named=True, exact=True)),
        ("_double", Played(True, named=True, exact=False)),
        ("sum", Played(True, named=False, exact=False)),
        ("", Played(False, exact=False)),
    ],
)
def test_a_function_is_asked_for(project: Path, written: str, played: Played) -> None:
    asked = Scene(QUERY, "", "", 0, 0, "total", "Return the sum.", ("_double", "total"))
    with staged(project, lambda request: written) as stage:
        assert stage.play(asked, guided=False) == played
    (request,) = cast(Scripted, stage.means).requests
    assert "- _double\n- total\n" in request.ask and "Return the sum." in request.ask


@pytest.mark.parametrize(
    ("text", "checking"),
    [
        ("def test_f():\n    assert f(1)\n", True),
        ("def test_f():\n    with raises(ValueError):\n        f(1)\n", True),
        ("def test_f():\n    f(1)\n", False),
        ("def test_f():\n    assert g(1)\n", False),
        ("def test_f(:\n", False),
    ],
)
def test_what_a_test_does(text: str, checking: bool) -> None:
    assert is_checking(text, "f") is checking


@pytest.mark.parametrize("chats", [False, True])
def test_the_figures_of_a_run(
    project: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    chats: bool,
) -> None:
    @contextmanager
    def made(*_: object) -> Iterator[tuple[Stage, bool]]:
        def text(request: CompletionRequest) -> str:
            return "total" if request.ask else "return no_sum()" if not request.guided else BODY

        with staged(project, text) as stage:
            yield stage, chats

    monkeypatch.setattr(copilot, "_stage", made)
    scenarios = ["--scenario", "generate", "--scenario", "query"]
    assert main(["eval", "copilot", "--root", str(project), *scenarios, "--json"]) == 0
    captured = capsys.readouterr()
    report: dict[str, Any] = json.loads(captured.out)
    values = {name: figure["value"] for name, figure in report["figures"].items()}
    assert report["model"] == "scripted"
    assert (values["generate.named.guided"], values["generate.named.unguided"]) == (1, 0)
    assert values["generate.exact.guided"] == 0.5
    assert ("query.exact.unguided" in values) is chats
    assert ("query left out: scripted follows no instructions" in captured.err) is not chats
    assert "query.exact.guided" not in values


@pytest.mark.needs("llama")
def test_the_model_that_ships(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    command = f'{sys.executable} -c "{CHECK}"'
    scenarios = ["--scenario", "generate", "--scenario", "fix", "--questions", "2"]
    arguments = ["--root", str(project), *scenarios, "--sample", "1", "--test", command, "--json"]
    assert main(["eval", "copilot", *arguments]) == 0
    figures = json.loads(capsys.readouterr().out)["figures"]
    assert figures["generate.parses.guided"]["n"] == 1
    assert figures["generate.passes.unguided"]["unit"] == "share"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--root", "/nowhere"], "is not a folder"),
        (["--root", "{empty}"], "no Python file with a scene"),
        (["--root", "{project}", "--judge", "psychic"], "psychic"),
        (["--root", "{project}", "--test", "exit 3"], "'exit 3' does not pass as the project is"),
        (["--root", "{project}", "--scenario", "sing"], "invalid choice"),
    ],
)
def test_bad_input(
    project: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    message: str,
) -> None:
    (tmp_path / "empty").mkdir()
    given = [one.format(project=project, empty=tmp_path / "empty") for one in arguments]
    assert main(["eval", "copilot", *given]) == 2
    assert message in capsys.readouterr().err


def test_a_scenario_that_nothing_is_fit_for_is_left_out(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    @contextmanager
    def made(*_: object) -> Iterator[tuple[Stage, bool]]:
        with staged(tmp_path, lambda request: "return 2") as stage:
            yield stage, False

    monkeypatch.setattr(copilot, "_stage", made)
    (tmp_path / "a.py").write_text(CODE.replace("def total", "def _total"))
    (tmp_path / "b.py").write_text(CODE)
    (tmp_path / ".gitignore").write_text("b.py\n")
    (tmp_path / ".git").mkdir()
    scenarios = ["--scenario", "generate", "--scenario", "test", "--sample", "9"]
    assert main(["eval", "copilot", "--root", str(tmp_path), *scenarios, "--json"]) == 0
    captured = capsys.readouterr()
    assert json.loads(captured.out)["figures"]["generate.parses.guided"]["n"] == 2
    assert f"test left out: nothing in {tmp_path} is fit for it" in captured.err


def test_functions_that_say_nothing_make_no_scenes(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text('def f():\n    """F."""\n    return 1\n\n\ndef g(): "Yes."\n')
    assert draw([tmp_path / "a.py"], ["generate", QUERY], 5, 0) == []
