"""``fairlead eval edit``: tasks tried both ways, runs interrupted and gone on with, all figures."""

from __future__ import annotations

import json
import math
import random
import re
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from fairlead_monitors.engine import (
    Completeness,
    Diagnostic,
    Diagnostics,
    Kind,
    Names,
    Source,
    answered,
)
from fairlead_server.analysis.rewriting import Rewrite, Rewritten
from fairlead_server.cli import main
from fairlead_server.document import DocumentSnapshot
from fairlead_server.evaluation import edit
from fairlead_server.evaluation.edit import BUDGETS, drawn
from fairlead_server.evaluation.edit.code import read
from fairlead_server.evaluation.edit.tasks import KINDS, Task
from fairlead_server.evaluation.edit.trial import Setup, Trials
from fairlead_server.suggestion import CompletionRequest, CompletionResult, Suggestion
from tests.monitors.engines import TableEngine

HARBOUR = Path(__file__).parents[3] / "examples" / "harbour"
CODE = "import os\n\n\ndef total(order):\n    price = order.parts\n    return price + os.sep\n"


# What finds out whether code is looked at.
PROBE = r"fairlead_probe_\d+_"


class Judge(TableEngine):
    """Says of each `no_…` in a document, or of `wrong` alone, that it is not there."""

    def __init__(
        self, knows: Callable[[str], bool] = lambda _: True, wrong: str = rf"no_|{PROBE}"
    ) -> None:
        super().__init__({})
        self.knows, self.wrong = knows, wrong

    def diagnostics(self, source: Source) -> Future[Diagnostics]:
        return answered(self.found(source.text))

    def found(self, text: str) -> Diagnostics:
        if not self.knows(text):
            return Diagnostics.unknown(self.name, "no")
        words = re.finditer(self.wrong, text)
        found = tuple(Diagnostic(*one.span(), "gone", 1, "unresolved") for one in words)
        return Diagnostics(found, Completeness.COMPLETE, self.name)


class Scripted:
    """Stands for a completer: writes the same for all holes, guided something else than not."""

    model_name = "scripted"

    def __init__(self, guided: str, unguided: str, *, strict: bool = True) -> None:
        self.texts = {True: guided, False: unguided}
        self.asked: list[CompletionRequest] = []
        self.engine = Judge() if strict else Judge(wrong=PROBE)

    def complete(
        self, request: CompletionRequest, *, cancelled: Callable[[], bool] = lambda: False
    ) -> CompletionResult:
        if request.ask:
            return CompletionResult(())
        self.asked.append(request)
        text = self.texts[request.guided]
        suggestion = Suggestion(text, -1.0, "stop", request.guided, tokens=len(text))
        return CompletionResult((suggestion,) if text else ())

    def diagnostics(self, document: DocumentSnapshot, patience: float) -> Diagnostics:
        return self.engine.found(document.text)

    def names(self, kind: Kind, document: DocumentSnapshot, offset: int, patience: float) -> Names:
        return Names.unknown("scripted", "no")

    def rewrite(
        self,
        document: DocumentSnapshot,
        wanted: Rewrite,
        patience: float,
        *,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> Rewritten:
        return Rewritten.unable("test")

    def describe(self, document: DocumentSnapshot, offset: int, patience: float) -> str:
        return ""


HERE = str(Path(__file__).parent / "no_such_folder")
SETUP = Setup(HERE, None, 5.0, ())


def entry_of(kind: str, scripted: Scripted, judge: Judge | None = None) -> dict[str, Any]:
    code = read("a.py", CODE)
    assert code is not None
    draft = next(iter(KINDS[kind](code, random.Random(0))))
    trials = Trials(scripted, {"judge": judge or Judge()}, SETUP)
    found = trials.entry(Task(HERE, "a.py", kind, draft), guided_first=False)
    assert json.loads(json.dumps(found)) == found
    return found


def test_a_task_for_the_model_is_done_both_ways() -> None:
    scripted = Scripted("price = order.parts", "price = no_parts")
    found = entry_of("attribute", scripted)
    assert [r.guided for r in scripted.asked] == [False, False, True, True]
    guided, unguided = found["guided"], found["unguided"]
    assert (guided["written"]["exact"], guided["written"]["same"]) == (True, True)
    assert guided["written"]["new"] == {"judge": []}
    assert [one["exact"] for one in guided["offered"]] == [True]
    assert unguided["written"]["new"] == {"judge": ["unresolved: gone"]}
    assert (unguided["offered"], unguided["written"]["parses"]) == ([], True)
    assert "it would be wrong on line 5: gone" in unguided["reasons"]
    assert found["wanted"] == "-    price = order.parst\n+    price = order.parts"


def test_what_the_model_writes_does_not_have_to_parse() -> None:
    found = entry_of("attribute", Scripted("price = (", ""))
    assert found["guided"]["written"]["parses"] is False
    assert found["guided"]["offered"] == []
    assert found["unguided"]["written"] is None


def test_a_docstring_is_put_between_the_quotes() -> None:
    code = read("a.py", 'def f(a):\n    """Do."""\n    return a\n')
    assert code is not None
    (draft,) = KINDS["add_docstring"](code, random.Random(0))
    # Words are not guided.
    trials = Trials(Scripted('"', "Say it again."), {"judge": Judge()}, SETUP)
    found = trials.entry(Task(HERE, "a.py", "add_docstring", draft), guided_first=True)
    assert found["guided"]["written"]["diff"] == '+    """Say it again."""'
    assert found["guided"]["offered"][0]["same"] is True


def test_what_an_engine_does_is_done_once() -> None:
    scripted = Scripted("", "")
    found = entry_of("rename", scripted)
    assert scripted.asked == []
    assert found["guided"] == found["unguided"]
    assert found["guided"]["written"]["exact"] is True


def test_what_the_checks_let_pass_is_judged_by_another() -> None:
    found = entry_of("attribute", Scripted("price = no_parts", "", strict=False))
    (offered,) = found["guided"]["offered"]
    assert offered["new"] == {"judge": ["unresolved: gone"]}


def test_a_judge_that_does_not_know_says_nothing() -> None:
    judge = Judge(lambda text: "order.parst" in text)
    found = entry_of("attribute", Scripted("price = order", ""), judge)
    assert found["guided"]["written"]["new"] == {"judge": None}


@pytest.fixture
def scripted(monkeypatch: pytest.MonkeyPatch) -> Scripted:
    """A completer that is there at once, in place of a model and engines."""
    completer = Scripted("price = order.parts", "price = no_parts", strict=False)

    @contextmanager
    def made(root: str, *_: object) -> Iterator[Trials]:
        judges = dict.fromkeys(("ty", "basedpyright"), Judge())
        yield Trials(completer, judges, Setup(root, None, 5.0, ()))

    monkeypatch.setattr(edit, "_trials", made)
    return completer


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "shop"
    folder.mkdir()
    for name in "ab":
        (folder / f"{name}.py").write_text(CODE)
    return folder


def report_of(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[dict[str, Any], str]:
    assert main(["eval", "edit", *arguments, "--json"]) == 0
    captured = capsys.readouterr()
    return json.loads(captured.out), captured.err


def test_the_figures_of_a_run(
    capsys: pytest.CaptureFixture[str], scripted: Scripted, project: Path
) -> None:
    judges = ("--judge", "ty", "--judge", "basedpyright")
    stated = ("--root", str(project), "--sample", "2", "--task", "attribute", "--task", "rename")
    report, told = report_of(capsys, *stated, *judges)
    figures = {name: found["value"] for name, found in report["figures"].items()}
    assert (report["eval"], report["model"]) == ("edit", "scripted")
    expected = {
        "exact_match.guided.rename": 1,
        "exact_match.guided.by_engine": 1,
        "exact_match.guided.by_model": 1,
        "exact_match.guided.all": 1,
        "ast_equal.unguided.by_model": 0,
        "parse_rate.guided.all": 1,
        "no_new_diagnostic.guided.all": 1,
        "no_new_diagnostic.unguided.attribute": 0,
        "basedpyright.no_new_diagnostic.unguided.attribute": 0,
        "no_new_diagnostic.difference.all": 0.5,
        "offered.unguided.attribute": 1,
        "accepted.unguided.attribute": 2,
        "accepted_wrong.unguided.attribute": 2,
        "accepted_wrong.guided.all": 0,
        "basedpyright.accepted_wrong.unguided.all": 2,
        "accepted_broken.guided.all": 0,
    }
    assert {name: figures[name] for name in expected} == expected
    assert BUDGETS.keys() <= figures.keys()
    assert report["figures"]["exact_match.guided.all"]["n"] == 4
    assert told.endswith("fairlead: 4 of 4 tasks\n")


def test_an_interrupted_run_goes_on(
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    scripted: Scripted,
    project: Path,
    tmp_path: Path,
) -> None:
    out, entry = tmp_path / "made.jsonl", Trials.entry
    stated = ("--root", str(project), "--sample", "2", "--out", str(out), "--task", "attribute")

    def interrupted(self: Trials, *rest: Any, **options: Any) -> dict[str, Any]:
        if scripted.asked:
            raise KeyboardInterrupt
        return entry(self, *rest, **options)

    monkeypatch.setattr(Trials, "entry", interrupted)
    report, told = report_of(capsys, *stated)
    assert report["figures"]["exact_match.guided.all"]["n"] == 1
    assert "interrupted" in told and "1 of 2 tasks" in told
    monkeypatch.setattr(Trials, "entry", entry)
    report, told = report_of(capsys, *stated)
    assert report["figures"]["exact_match.guided.all"]["n"] == 2
    assert "1 of 2 tasks were made before" in told
    asked = len(scripted.asked)
    again, _ = report_of(capsys, *stated)
    assert again == report and len(scripted.asked) == asked
    assert main(["eval", "edit", *stated, "--seed", "5"]) == 2
    assert "made with another seed" in capsys.readouterr().err


def test_an_interruption_before_anything_is_made(
    monkeypatch: pytest.MonkeyPatch, scripted: Scripted, project: Path
) -> None:
    def interrupted(*_: Any, **__: Any) -> dict[str, Any]:
        raise KeyboardInterrupt

    monkeypatch.setattr(Trials, "entry", interrupted)
    assert main(["eval", "edit", "--root", str(project)]) == 130


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("exact_match.guided.rename", True),
        ("parse_rate.guided.rename", False),
        ("parse_rate.unguided.all", True),
        ("no_new_diagnostic.p.all", True),
        ("no_new_diagnostic.p.by_engine", False),
        ("ty.no_new_diagnostic.p.all", False),
        ("accepted_wrong.guided.all", True),
        ("exact_match.p.rename", False),
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
        (["--root", str(HARBOUR), "--task", "dance"], "invalid choice: 'dance'"),
        (["--root", str(HARBOUR), "--sample", "0"], "at least 1"),
        (["--root", str(HARBOUR), "--judge", "solomon"], "no engines plug-in is called 'solomon'"),
        (["--root", str(HARBOUR), "--out", "/nowhere/x.jsonl"], "cannot be written"),
    ],
)
def test_bad_input(capsys: pytest.CaptureFixture[str], arguments: list[str], error: str) -> None:
    assert main(["eval", "edit", *arguments]) == 2
    told = capsys.readouterr().err
    assert error in told and told.count("\n") == 1


def test_nothing_to_undo(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("x = 1\n")
    assert main(["eval", "edit", "--root", str(tmp_path)]) == 2
    assert "no python source file with something to undo" in capsys.readouterr().err


@pytest.mark.needs("llama")
def test_a_project_is_measured(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    out = tmp_path / "made.jsonl"
    stated = ("--root", str(HARBOUR / "harbour"), "--sample", "1", "--out", str(out))
    kinds = ("--task", "rename", "--task", "attribute", "--task", "add_docstring")
    report, _ = report_of(capsys, *stated, *kinds)
    for name, figure in report["figures"].items():
        assert all(math.isfinite(figure[key]) for key in ("value", "low", "high")), name
    figures = report["figures"]
    assert figures["exact_match.guided.rename"]["value"] == 1
    assert figures["accepted_broken.guided.all"]["value"] == 0
    assert figures["accepted_wrong.guided.all"]["value"] == 0
    assert len(out.read_text().splitlines()) == 4
