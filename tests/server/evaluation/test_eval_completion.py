"""``fairlead eval completion``: tasks tried, runs interrupted and gone on with, all figures."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest

from fairlead_monitors.engine import Completeness, Diagnostic, Diagnostics, Source, answered
from fairlead_server.analysis.language_server.engine import LanguageServerEngine
from fairlead_server.cli import main
from fairlead_server.completer import Completer
from fairlead_server.errors import UserError
from fairlead_server.evaluation import completion
from fairlead_server.evaluation.completion import BUDGETS, drawn
from fairlead_server.evaluation.completion.tasks import Task
from fairlead_server.evaluation.completion.trial import Trials, Writing
from fairlead_server.suggestion import CompletionRequest, CompletionResult, Suggestion
from tests.monitors.engines import TableEngine

HARBOUR = Path(__file__).parents[3] / "examples" / "harbour"
CODE = "def total(order, rate):\n    price = order.price * rate\n    return price + order.fee\n"
WRITING = Writing(suffix=True, temperature=0.0, tokens=64, patience=5.0, context=())


class Scripted:
    """Stands for a completer: writes the same everywhere, guided something else than not."""

    model_name = "scripted"

    def __init__(self, guided: str, unguided: str) -> None:
        self.texts = {True: guided, False: unguided}
        self.asked: list[CompletionRequest] = []

    def complete(self, request: CompletionRequest) -> CompletionResult:
        self.asked.append(request)
        text = self.texts[request.guided]
        suggestion = Suggestion(text, -1.0, "stop", request.guided, tokens=len(text))
        return CompletionResult((suggestion,) if text else ())


class Judge(TableEngine):
    """Says of each `no_…` in a document that it is not there; it does not know all documents."""

    def __init__(self, knows: Callable[[str], bool] = lambda _: True) -> None:
        super().__init__({})
        self.knows = knows
        self.read: list[str] = []

    def diagnostics(self, source: Source) -> Future[Diagnostics]:
        self.read.append(source.text)
        if not self.knows(source.text):
            return answered(Diagnostics.unknown(self.name, "no"))
        places = [i for i in range(len(source.text)) if source.text.startswith("no_", i)]
        found = tuple(Diagnostic(i, i + 3, "gone", 1, "unresolved-reference") for i in places)
        return answered(Diagnostics(found, Completeness.COMPLETE, self.name))


def trials(completer: Scripted, judge: Judge, writing: Writing = WRITING) -> Trials:
    return Trials(cast(Completer, completer), {"judge": judge}, writing)


def task(unit: str, level: str) -> Task:
    start = CODE.index(unit)
    return Task(".", "a.py", CODE, "python", level, start, start + len(unit))


def test_a_task_is_written_both_ways_and_judged() -> None:
    completer, judge = Scripted("price", "no_price(1)"), Judge()
    found = trials(completer, judge).entry(task("price * rate", "line"), 3, guided_first=False)
    assert [request.guided for request in completer.asked] == [False, True]
    assert {r.config.seed for r in completer.asked} == {3}
    assert {(r.config.max_new_tokens, r.offset) for r in completer.asked} == {(64, 42)}
    assert completer.asked[0].document == completer.asked[1].document
    assert judge.read == [
        CODE,
        CODE.replace("price * rate", "price"),
        CODE.replace("price * rate", "no_price(1)"),
    ]
    assert (found["guided"]["text"], found["guided"]["new"]) == ("price", {"judge": []})
    (new,) = found["unguided"]["new"]["judge"]
    assert (new["kind"], new["own"]) == ("name", True)
    assert (found["unguided"]["parses"], found["wanted"]) == (True, "price * rate")
    assert json.loads(json.dumps(found)) == found


def test_the_original_is_judged_once_and_not_at_all_if_nothing_is_written() -> None:
    judge = Judge()
    both = trials(Scripted("price", "fee"), judge)
    both.entry(task("fee", "member"), 0, guided_first=True)
    both.entry(task("price", "member"), 0, guided_first=True)
    assert judge.read.count(CODE) == 1
    nothing = trials(Scripted("", ""), judge).entry(task("fee", "member"), 0, guided_first=True)
    assert (nothing["guided"]["text"], nothing["guided"]["parses"]) == ("", False)


@pytest.mark.parametrize("knows", [lambda text: text != CODE, lambda text: text == CODE])
def test_a_judge_that_does_not_know_says_nothing(knows: Callable[[str], bool]) -> None:
    writing = replace(WRITING, patience=0.01)
    both = trials(Scripted("a", "b"), Judge(knows), writing)
    found = both.entry(task("fee", "member"), 0, guided_first=True)
    assert found["guided"]["new"] == found["unguided"]["new"] == {"judge": None}


def test_a_judge_that_is_still_starting_is_waited_for() -> None:
    asked: list[str] = []

    def knows(text: str) -> bool:
        asked.append(text)
        return len(asked) > 3

    completer = Scripted("price", "no_price")
    both = trials(completer, Judge(knows), replace(WRITING, patience=0.5))
    found = both.entry(task("fee", "member"), 0, guided_first=True)
    assert found["guided"]["new"] == {"judge": []}
    assert asked[:4] == [CODE] * 4 and asked.count(CODE) == 4


def test_a_guide_that_is_started_again_is_waited_for() -> None:
    asked: list[str] = []

    def knows(text: str) -> bool:
        asked.append(text)
        return len(asked) % 3 == 0

    completer, guide = Scripted("price", "no_price"), Judge(knows)
    writing = replace(WRITING, patience=0.5)
    both = Trials(cast(Completer, completer), {"judge": Judge()}, writing, guide)
    for number in (3, 6):
        both.entry(task("fee", "member"), 0, guided_first=True)
        assert asked == [CODE] * number


def test_blocks_get_more_tokens_and_a_prefix_is_all_that_is_seen() -> None:
    completer = Scripted("x", "y")
    writing = Writing(suffix=False, temperature=0.5, tokens=10, patience=5.0, context=())
    body = CODE[CODE.index("price =") :].rstrip()
    trials(completer, Judge(), writing).entry(task(body, "function"), 0, guided_first=True)
    (asked, _) = completer.asked
    assert (asked.config.max_new_tokens, asked.blocks, asked.lines) == (20, True, 2)
    assert (asked.config.temperature, asked.document.text) == (0.5, CODE[: CODE.index("price =")])


@pytest.fixture
def scripted(monkeypatch: pytest.MonkeyPatch) -> Scripted:
    """A completer that is there at once, in place of a model and engines."""
    completer = Scripted("price", "no_price")

    @contextmanager
    def made(root: str, *_: object) -> Iterator[Trials]:
        judges = dict.fromkeys(("ty", "basedpyright"), Judge())
        yield Trials(cast(Completer, completer), judges, WRITING)

    monkeypatch.setattr(completion, "_trials", made)
    return completer


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "shop"
    folder.mkdir()
    for name in "abc":
        (folder / f"{name}.py").write_text(CODE)
    return folder


def report_of(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[dict[str, Any], str]:
    assert main(["eval", "completion", *arguments, "--json"]) == 0
    captured = capsys.readouterr()
    return json.loads(captured.out), captured.err


def test_the_figures_of_a_run(
    capsys: pytest.CaptureFixture[str], scripted: Scripted, project: Path, tmp_path: Path
) -> None:
    plot = tmp_path / "figures.svg"
    sample = ("--root", str(project), "--sample", "4", "--plot", str(plot))
    judges = ("--judge", "ty", "--judge", "basedpyright")
    report, told = report_of(capsys, *sample, *judges, "--level", "member", "--level", "statement")
    figures = report["figures"]
    assert (report["eval"], report["model"]) == ("completion", "scripted")
    assert {name.split(".")[-1] for name in figures} >= {"member", "statement", "p", "guided"}
    assert figures["new_unknown_rate.unguided"]["value"] == 1
    assert figures["new_unknown_rate.guided"]["value"] == 0
    assert figures["basedpyright.new_unknown_rate.reduction"]["value"] == 1
    assert BUDGETS.keys() <= figures.keys()
    assert figures["exact_match.guided"]["n"] == 8
    assert told.endswith("fairlead: 8 of 8 tasks of 8 places in python\n")
    assert len(scripted.asked) == 16
    assert [r.guided for r in scripted.asked[:4]] == [False, True, True, False]
    picture = plot.read_text()
    assert "new_unknown_rate.guided" in picture and "edit_similarity.p.member" not in picture


def test_an_interrupted_run_goes_on(
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    scripted: Scripted,
    project: Path,
    tmp_path: Path,
) -> None:
    out, entry = tmp_path / "made.jsonl", Trials.entry
    stated = ("--root", str(project), "--sample", "2", "--out", str(out), "--level", "member")

    def interrupted(self: Trials, *rest: Any, **options: Any) -> dict[str, Any]:
        if len(scripted.asked) >= 2:
            raise KeyboardInterrupt
        return entry(self, *rest, **options)

    monkeypatch.setattr(Trials, "entry", interrupted)
    report, told = report_of(capsys, *stated)
    assert report["figures"]["exact_match.guided"]["n"] == 1
    assert "interrupted" in told and "1 of 2 tasks" in told
    monkeypatch.setattr(Trials, "entry", entry)
    report, told = report_of(capsys, *stated)
    assert report["figures"]["exact_match.guided"]["n"] == 2
    assert "1 of 2 tasks were made before" in told
    assert len(scripted.asked) == 4
    again, _ = report_of(capsys, *stated)
    assert again == report and len(scripted.asked) == 4


@pytest.mark.parametrize(
    ("config", "options", "other"),
    [
        ("", ("--context", "prefix"), "context"),
        ("", ("--temperature", "0.5"), "temperature"),
        ("max_new_tokens = 7", (), "tokens"),
        ('layout = "spm"', (), "layout"),
        ('context = ["edits"]', (), "sources"),
        ('monitors = ["members"]', (), "monitors"),
        ("imports = false", (), "imports"),
        ('engines.python = "jedi"', (), "engines"),
    ],
)
def test_a_run_does_not_go_on_with_what_was_made_otherwise(
    config: str,
    options: tuple[str, ...],
    other: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    scripted: Scripted,
    project: Path,
    tmp_path: Path,
) -> None:
    stated = ("--root", str(project), "--sample", "1", "--out", str(tmp_path / "made.jsonl"))
    report_of(capsys, *stated, "--level", "member")
    (tmp_path / "config.toml").write_text(config)
    monkeypatch.setenv("FAIRLEAD_CONFIG", str(tmp_path / "config.toml"))
    assert main(["eval", "completion", *stated, "--level", "member", *options]) == 2
    assert f"made with another {other};" in capsys.readouterr().err


def test_what_could_not_be_judged_is_made_again(
    capsys: pytest.CaptureFixture[str], scripted: Scripted, project: Path, tmp_path: Path
) -> None:
    out = tmp_path / "made.jsonl"
    stated = ("--root", str(project), "--sample", "2", "--out", str(out), "--level", "member")
    report_of(capsys, *stated)
    head, one, two = map(json.loads, out.read_text().splitlines())
    one["guided"]["new"] = {"ty": None}
    out.write_text("".join(json.dumps(line) + "\n" for line in (head, one, two)))
    report, told = report_of(capsys, *stated)
    assert "1 of 2 tasks were made before" in told
    assert (len(scripted.asked), report.get("reasons")) == (6, None)


def test_an_interruption_before_anything_is_made(
    monkeypatch: pytest.MonkeyPatch, scripted: Scripted, project: Path
) -> None:
    def interrupted(*_: Any, **__: Any) -> dict[str, Any]:
        raise KeyboardInterrupt

    monkeypatch.setattr(Trials, "entry", interrupted)
    assert main(["eval", "completion", "--root", str(project)]) == 130


def test_each_seed_writes_each_task(
    capsys: pytest.CaptureFixture[str], scripted: Scripted, project: Path
) -> None:
    stated = ("--root", str(project), "--sample", "1", "--level", "block", "--level", "member")
    report, told = report_of(capsys, *stated, "--seeds", "1,2,3")
    assert [r.config.seed for r in scripted.asked] == [1, 1, 2, 2, 3, 3]
    assert report["figures"]["exact_match.guided"]["n"] == 1
    assert told.endswith("3 of 3 tasks of 1 places in python\n")
    assert "--seeds 1,2,3" in report["command"]


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("edit_similarity.p", True),
        ("edit_similarity.guided.member", False),
        ("exact_match.unguided.block", True),
        ("exact_match.p.block", False),
        ("ty.new_unknown_rate.reduction", True),
        ("ty.new_unknown_rate.guided.in_shop", True),
        ("ty.new_diagnostics.guided", False),
    ],
)
def test_what_is_drawn(name: str, shown: bool) -> None:
    assert drawn(name) is shown


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ([], "name a --root or a --package"),
        (["--root", "/nowhere"], "no such file or folder"),
        (["--package", "no_such_package"], "no package 'no_such_package'"),
        (["--root", str(HARBOUR), "--language", "java"], "no java source file with something"),
        (["--root", str(HARBOUR), "--language", "cobol"], "invalid choice: 'cobol'"),
        (["--root", str(HARBOUR), "--level", "chapter"], "invalid choice: 'chapter'"),
        (["--root", str(HARBOUR), "--sample", "0"], "at least 1"),
        (["--root", str(HARBOUR), "--seeds", "1,x"], "'x' is not a whole number"),
        (["--root", str(HARBOUR), "--seeds", "1,1"], "names a seed twice"),
        (["--root", str(HARBOUR), "--seeds", "1,2", "--temperature", "0"], "writes the same"),
        (["--root", str(HARBOUR), "--temperature", "-1"], "must be a number of at least 0"),
        (["--root", str(HARBOUR), "--temperature", "nan"], "must be a number of at least 0"),
        (["--root", str(HARBOUR), "--judge", "solomon"], "no engines plug-in is called 'solomon'"),
        (["--root", str(HARBOUR), "--out", "/nowhere/x.jsonl"], "cannot be written"),
        (["--root", str(HARBOUR), "--out", str(HARBOUR)], "cannot be written"),
    ],
)
def test_bad_input(capsys: pytest.CaptureFixture[str], arguments: list[str], error: str) -> None:
    assert main(["eval", "completion", *arguments]) == 2
    told = capsys.readouterr().err
    assert error in told and told.count("\n") == 1


def test_a_judge_that_is_not_installed(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def locate(_: LanguageServerEngine) -> str:
        raise UserError("basedpyright: pip install basedpyright")

    monkeypatch.setattr(LanguageServerEngine, "locate", locate)
    assert main(["eval", "completion", "--root", str(HARBOUR), "--judge", "basedpyright"]) == 2
    assert capsys.readouterr().err == "fairlead: basedpyright: pip install basedpyright\n"


@pytest.mark.needs("llama")
def test_a_project_is_measured(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    out = tmp_path / "made.jsonl"
    stated = ("--root", str(HARBOUR / "harbour"), "--sample", "1", "--out", str(out))
    report, _ = report_of(capsys, *stated, "--level", "member", "--level", "statement")
    for name, figure in report["figures"].items():
        assert all(math.isfinite(figure[key]) for key in ("value", "low", "high")), name
    assert report["figures"]["new_unknown_rate.guided"]["n"] == 2
    _, *entries = map(json.loads, out.read_text().splitlines())
    assert {entry["level"] for entry in entries} == {"member", "statement"}
    assert all(entry[way]["new"]["ty"] == [] for entry in entries for way in ("guided",))
