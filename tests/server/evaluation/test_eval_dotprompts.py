"""``fairlead eval dotprompts``: samples written, runs interrupted and gone on with, all figures."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import pytest

from fairlead_monitors.engine import Completeness, Diagnostics, Source, Unknowing
from fairlead_server.analysis.language_server.belonging import ALONE
from fairlead_server.analysis.language_server.engine import LanguageServerEngine
from fairlead_server.cli import main
from fairlead_server.errors import UserError
from fairlead_server.evaluation import judging
from fairlead_server.evaluation.dotprompts import making
from fairlead_server.evaluation.judging import Judge, settled
from fairlead_server.suggestion import CompletionRequest, CompletionResult, Suggestion

SHOP = Path(__file__).parents[2] / "fixtures" / "seeded_java" / "project"
ORDER = "src/shop/Order.java"
HEAD = "repo,classFileName,methodStartIdx,methodStopIdx,dot_idx\n"
TOTAL = "total += line"
WANTED = "total();\n    }\n    return total - total * discount / 100;\n  }"


class Scripted:
    """Stands for a completer: sample i is written like the i-th text, and told sign by sign."""

    model_name = "scripted"

    def __init__(self, guided: list[str], unguided: list[str]) -> None:
        self.texts = {True: guided, False: unguided}
        self.asked: list[CompletionRequest] = []
        self.gone_on_at: list[str] = []

    def complete(
        self,
        request: CompletionRequest,
        *,
        cancelled: Callable[[], bool],
        growing: Callable[[str], None],
    ) -> CompletionResult:
        self.asked.append(request)
        texts = self.texts[request.guided]
        whole, text = texts[request.config.seed % len(texts)], ""
        for sign in whole:
            if cancelled():
                break
            text += sign
            growing(text)
        found = Suggestion(text, -1.0, "length", request.guided, tokens=len(text))
        return CompletionResult((found,) if whole else (), tokens=3)


@pytest.fixture
def scripted(monkeypatch: pytest.MonkeyPatch) -> Scripted:
    """A completer that is there at once, in place of a model and engines."""
    completer = Scripted(["total(); } }", "names(); } }"], ["sum(); } }"])

    def opened(files: Mapping[str, Source], _: object) -> Iterator[tuple[str, Scripted]]:
        yield from ((folder, completer) for folder in files)

    monkeypatch.setattr(making, "opened", opened)
    return completer


def row(marked: str) -> str:
    """Return the line of the dataset for the dot behind `marked`, which is in a method."""
    text = (SHOP / ORDER).read_text()
    dot = text.index(marked) + len(marked)
    start = text.rindex(") {\n", 0, text.rindex("public", 0, dot) + 40) + 2
    return f"me/shop,{ORDER},{start},{text.index(chr(10) + '  }', dot) + 3},{dot}\n"


@pytest.fixture
def repos(tmp_path: Path) -> Path:
    shutil.copytree(SHOP, tmp_path / "repos" / "me" / "shop")
    return tmp_path / "repos"


@pytest.fixture
def stated(tmp_path: Path, repos: Path) -> tuple[str, ...]:
    """The options for a dataset of two cases, and a line that is none."""
    data = tmp_path / "dataset.csv"
    rows = row(TOTAL) + "me/none,A.java,1,9,4\n" + row("names.add(line")
    data.write_text(HEAD + rows)
    return "--data", str(data), "--repos", str(repos)


def report_of(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[dict[str, Any], str]:
    assert main(["eval", "dotprompts", *arguments, "--json"]) == 0
    captured = capsys.readouterr()
    return json.loads(captured.out), captured.err


def test_the_figures_of_a_run(
    capsys: pytest.CaptureFixture[str], scripted: Scripted, stated: tuple[str, ...], tmp_path: Path
) -> None:
    out = tmp_path / "made.jsonl"
    report, told = report_of(capsys, *stated, "--samples", "2", "--cases", "2", "--out", str(out))
    _, *entries = map(json.loads, out.read_text().splitlines())
    assert {entry["wanted"] for entry in entries} == {
        WANTED,
        "getName());\n    }\n    return names;\n  }",
    }
    (sample, *_) = entries
    assert sample["guided"]["text"] in ("total(); } }", "names(); } }")
    figures = {name: figure["value"] for name, figure in report["figures"].items()}
    # In one of the two cases one of the two samples begins with the name that stood there.
    assert figures["next_identifier@1.guided"] == 0.25
    assert figures["next_identifier@2.guided"] == 0.5
    assert figures["next_identifier@2.unguided"] == 0
    assert figures["next_identifier@2.difference"] == 0.5
    # Of total, total, total, discount one is written; of the 15 tokens, the first 5.
    assert figures["identifier_sequence@2.guided"] == 1 / 4 / 2
    assert figures["prefix_match@2.guided"] == pytest.approx(5 / 15 / 2, rel=1e-5)
    assert not any(name.startswith("compiles") for name in figures)
    assert "dataset.csv: line 3: no repository me/none in " in told
    assert "fairlead: 2 of 2 cases, 2 samples of each" in told
    assert "the compilation rate is left out: it takes a --compile COMMAND" in told


def test_both_ways_have_the_same_budget_and_end_with_the_method(
    capsys: pytest.CaptureFixture[str], scripted: Scripted, stated: tuple[str, ...]
) -> None:
    scripted.texts[True] = ['total("}"); } } void x() {']
    scripted.texts[False] = [""]
    report, _ = report_of(capsys, *stated, "--samples", "2", "--tokens", "9", "--seed", "5")
    assert [r.guided for r in scripted.asked] == [True, False, False, True] * 2
    assert {(r.config.max_new_tokens, r.raw, r.entire) for r in scripted.asked} == {(9, True, True)}
    assert [(r.config.seed, r.config.temperature) for r in scripted.asked[::2]] == [
        (5, 0.2),
        (6, 0.4),
    ] * 2
    assert all(r.document.text.endswith(".") for r in scripted.asked)
    assert report["figures"]["tokens.guided"]["value"] == len('total("}"); } }')
    assert report["figures"]["tokens.unguided"]["value"] == 3
    assert report["figures"]["prefix_match@1.unguided"]["value"] == 0


def test_what_follows_the_method_can_be_seen(
    capsys: pytest.CaptureFixture[str], scripted: Scripted, stated: tuple[str, ...]
) -> None:
    report_of(capsys, *stated, "--samples", "1", "--context", "suffix")
    request = scripted.asked[0]
    before, after = request.document.text[: request.offset], request.document.text[request.offset :]
    assert before.endswith(f"{TOTAL}.") and after.startswith("\n\n  public List<String> names()")


def test_a_repository_is_compiled_with_the_text(
    capsys: pytest.CaptureFixture[str], scripted: Scripted, stated: tuple[str, ...]
) -> None:
    command = "! grep -rq 'line.sum' ."
    report, told = report_of(capsys, *stated, "--samples", "1", "--compile", command)
    figures = {name: figure["value"] for name, figure in report["figures"].items()}
    assert (figures["compiles@1.guided"], figures["compiles@1.unguided"]) == (1, 0)
    assert "left out" not in told


def test_a_repository_that_never_compiles(
    capsys: pytest.CaptureFixture[str], scripted: Scripted, stated: tuple[str, ...]
) -> None:
    report, _ = report_of(capsys, *stated, "--samples", "1", "--compile", "exit 1")
    assert "compiles@1.guided" not in report["figures"]
    assert report["reasons"] == {"compiles": {"the repository does not compile as it is": 2}}


def test_a_repository_that_cannot_be_copied(
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    scripted: Scripted,
    stated: tuple[str, ...],
) -> None:
    def refused(folder: str, *_: object) -> None:
        raise UserError(f"{folder}: is too large")

    monkeypatch.setattr(making, "Compiling", refused)
    report, told = report_of(capsys, *stated, "--samples", "1", "--compile", "true")
    assert "not compiled: " in told and "is too large" in told
    assert (
        report["figures"]["next_identifier@1.guided"]["n"] == 2 and "compiles" in report["reasons"]
    )


def test_an_interrupted_run_goes_on(
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    scripted: Scripted,
    stated: tuple[str, ...],
    tmp_path: Path,
) -> None:
    stated = (*stated, "--samples", "2", "--out", str(tmp_path / "made.jsonl"))
    complete = Scripted.complete

    def interrupted(self: Scripted, *rest: Any, **options: Any) -> CompletionResult:
        if len(self.asked) >= 6:
            raise KeyboardInterrupt
        return complete(self, *rest, **options)

    monkeypatch.setattr(Scripted, "complete", interrupted)
    report, told = report_of(capsys, *stated)
    assert report["figures"]["next_identifier@1.guided"]["n"] == 1
    assert "interrupted" in told and "1 of 2 cases" in told
    monkeypatch.setattr(Scripted, "complete", complete)
    report, told = report_of(capsys, *stated)
    assert report["figures"]["next_identifier@1.guided"]["n"] == 2
    assert "3 of 4 samples were made before" in told and len(scripted.asked) == 8
    again, _ = report_of(capsys, *stated)
    assert again == report and len(scripted.asked) == 8
    more, told = report_of(capsys, *stated, "--samples", "3")
    assert "4 of 6 samples were made before" in told and len(scripted.asked) == 12
    assert more["figures"]["next_identifier@3.guided"]["n"] == 2


@pytest.mark.parametrize(
    ("options", "other"),
    [
        (("--tokens", "3"), "tokens"),
        (("--temperature", "0.5"), "temperature"),
        (("--context", "suffix"), "context"),
        (("--compile", "true"), "compile"),
        (("--seed", "3"), "seed"),
    ],
)
def test_a_run_does_not_go_on_with_what_was_made_otherwise(
    options: tuple[str, ...],
    other: str,
    capsys: pytest.CaptureFixture[str],
    scripted: Scripted,
    stated: tuple[str, ...],
    tmp_path: Path,
) -> None:
    stated = (*stated, "--samples", "1", "--out", str(tmp_path / "made.jsonl"))
    report_of(capsys, *stated)
    assert main(["eval", "dotprompts", *stated, *options]) == 2
    assert f"made with another {other};" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("options", "error"),
    [
        (("--k", "1,7"), "--k 7 takes as many --samples; there are 6"),
        (("--k", "1,x"), "'x' is not a whole number"),
        (("--k", "0"), "must be at least 1"),
        (("--temperature", "0"), "at temperature 0 each sample is the same"),
        (("--temperature", "0.2,warm"), "'warm' is not a number of at least 0"),
        (("--temperature", "nan"), "'nan' is not a number of at least 0"),
        (("--repos", "/nowhere"), "/nowhere: no such folder"),
        (("--data", "/nowhere.csv"), "/nowhere.csv: no such file"),
        (("--out", "/nowhere/x.jsonl"), "cannot be written"),
    ],
)
def test_bad_input(
    options: tuple[str, ...],
    error: str,
    capsys: pytest.CaptureFixture[str],
    scripted: Scripted,
    stated: tuple[str, ...],
) -> None:
    assert main(["eval", "dotprompts", *stated, *options]) == 2
    told = capsys.readouterr().err
    assert error in told.splitlines()[-1]


def test_a_dataset_without_a_case(
    capsys: pytest.CaptureFixture[str], scripted: Scripted, repos: Path, tmp_path: Path
) -> None:
    data = tmp_path / "dataset.csv"
    data.write_text(HEAD + "".join(f"me/none,{n}.java,1,9,4\n" for n in range(7)))
    assert main(["eval", "dotprompts", "--data", str(data), "--repos", str(repos)]) == 2
    told = capsys.readouterr().err.splitlines()
    assert told[0].partition("dataset.csv: ")[2].startswith("lines 2, 3, 4, 5, 6, … (7 of them): ")
    assert "no line of it is a case that can be tried" in told[1]


def test_without_a_java_engine(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, stated: tuple[str, ...]
) -> None:
    """Nothing would be guided."""

    def locate(_: LanguageServerEngine) -> str:
        raise UserError("jdtls: fairlead doctor --fix java")

    monkeypatch.setattr(LanguageServerEngine, "locate", locate)
    assert main(["eval", "dotprompts", *stated]) == 2
    assert capsys.readouterr().err.endswith("fairlead: jdtls: fairlead doctor --fix java\n")


class Reading(Unknowing):
    """Answers `early` times before it has read the project, if it ever has."""

    def __init__(self, early: int) -> None:
        self.name, self.early, self.asked = "reading", early, 0

    def diagnostics(self, source: Source) -> Future[Diagnostics]:
        self.asked += 1
        known = self.asked > self.early
        answer: Future[Diagnostics] = Future()
        answer.set_result(
            Diagnostics((), Completeness.COMPLETE, self.name)
            if known
            else Diagnostics((), Completeness.PARTIAL, self.name, ALONE)
        )
        return answer


@pytest.mark.parametrize(
    ("early", "patience", "expected"),
    [
        (0, 30.0, Completeness.COMPLETE),
        (3, 30.0, Completeness.COMPLETE),
        (1_000_000, 0.1, Completeness.PARTIAL),
    ],
)
def test_a_project_that_is_being_read_is_waited_for(
    monkeypatch: pytest.MonkeyPatch, early: int, patience: float, expected: Completeness
) -> None:
    monkeypatch.setattr(judging, "_POLL", 0.01)
    engine = Reading(early)
    found = settled(Judge("java", engine, patience), Source("A.java", ""), patience)
    assert found.completeness is expected
    assert early == 1_000_000 or engine.asked == early + 1


@pytest.mark.needs("llama", "jdtls")
def test_repositories_are_measured(
    capsys: pytest.CaptureFixture[str], stated: tuple[str, ...]
) -> None:
    report, _ = report_of(capsys, *stated, "--samples", "2", "--tokens", "24")
    figures = report["figures"]
    assert figures["next_identifier@2.guided"]["n"] == 2
    assert all(0 < figures[f"tokens.{way}"]["value"] <= 24 for way in ("guided", "unguided"))
