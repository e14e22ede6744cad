"""What a run has found, as figures and for people."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from fairlead_server.cli import main
from fairlead_server.repair.batch.order import Order
from fairlead_server.repair.batch.outcome import BugOutcome, Status
from fairlead_server.repair.batch.report import make
from fairlead_server.repair.batch.report.figures import figures, trouble
from fairlead_server.repair.batch.report.making import command_of
from fairlead_server.repair.datasets.jsonl import JsonLines
from fairlead_server.settings import Options
from tests.server.repair.batch.bugs import listed
from tests.server.repair.batch.inline import InlineWorkshop, Writer, run_inline

G, U, BOTH = (True,), (False,), (True, False)


def record(
    verdict: str, arms: tuple[bool, ...], fixed: bool | None = False, tried: int | None = None
) -> dict[str, Any]:
    origins = [{"guided": arm} for arm in arms]
    return {"verdict": verdict, "origins": origins, "fixed": fixed, "tried": tried}


def outcome(
    *records: dict[str, Any],
    status: Status = "none",
    known: bool = True,
    arms: tuple[str, ...] = ("guided", "unguided"),
    reason: str = "",
) -> BugOutcome:
    tokens = {arm: 100 for arm in arms}
    queries = {"asked": 7, "known": 1}
    return BugOutcome("b", status, reason, 4.0, tokens, queries, (), {}, known, records)


OUTCOMES = [
    outcome(
        record("plausible", BOTH, True, 2),
        record("fails_tests", G, False, 1),
        record("does_not_parse", U),
        record("new_diagnostic", U),
    ),
    outcome(record("plausible", U, None, 4), record("rejected", G), known=False),
    outcome(),
    outcome(status="green", reason="passes"),
]


def test_figures() -> None:
    found = figures(OUTCOMES, 0)
    values = {name: round(figure.value, 3) for name, figure in found.items()}
    assert values == {
        "compilable.guided": 1.0,
        "compilable.unguided": 0.667,
        "compilable.difference": 0.333,
        "plausible.guided": 0.333,
        "plausible.unguided": 0.667,
        "plausible.difference": -0.333,
        "fixed.guided": 0.5,
        "fixed.unguided": 0.5,
        "fixed.difference": 0,
        "model_tokens.guided": 300,
        "model_tokens.unguided": 300,
        "first_plausible_rank_p50": 3,
        "seconds_per_bug_p50": 4,
        "seconds_per_plausible": 6,
        "engine_queries": 28,
    }
    assert all(f.low <= f.value <= f.high for f in found.values())
    assert trouble(OUTCOMES) == {"bugs": {"green: passes": 1}}


def test_one_half_alone_is_compared_with_nothing() -> None:
    found = figures([outcome(record("plausible", G, True, 1), arms=("guided",))], 0)
    assert "plausible.guided" in found and not [n for n in found if "unguided" in n or "diff" in n]


def test_a_run_that_found_nothing_has_figures_too() -> None:
    assert list(figures([], 0)) == ["engine_queries"]
    assert figures([outcome(status="green")], 0)["engine_queries"].value == 7


@pytest.fixture
def out(tmp_path: Path) -> Path:
    code = "class Basket:\n    def total(self, prices):\n        # <b>&\n        return 0\n"
    bugs = [{"name": "one|<i>"}, {"name": "two", "project": "none"}]
    path = listed(tmp_path, *bugs, code=code)
    order = Order(f"jsonl:{path}", samples=30)
    workshop = InlineWorkshop(order, Writer(("return sum(prices)",)))
    run_inline(tmp_path / "out", order, JsonLines(str(path)), workshop)
    return tmp_path / "out"


def test_the_files(out: Path) -> None:
    made = make(out)
    assert (len(made.outcomes), made.bugs) == (2, 2)
    report = json.loads((out / "report.json").read_text())
    assert report["eval"] == "repair batch" and report["model"] == "scripted"
    assert set(report["figures"]["plausible.guided"]) == {"value", "low", "high", "unit", "n"}
    text = (out / "report.md").read_text()
    assert "| one\\|&lt;i> | 1 | yes" in text and "| two | no_checkout |" in text
    page = (out / "report.html").read_text()
    assert "<td>one|&lt;i&gt;</td>" in page and "<i>" not in page and "&lt;b&gt;&amp;" in page
    assert not re.findall(r"(?:src|href)=|url\(|https?:|@import|<script", page)
    assert page.count("<svg") == 3 and "what the developers wrote" in page


def test_the_command(out: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["repair", "report", str(out), "--json"]) == 0
    captured = capsys.readouterr()
    assert json.loads(captured.out)["eval"] == "repair batch"
    assert main(["repair", "report", str(out)]) == 0
    assert "plausible.guided" in capsys.readouterr().out
    assert main(["repair", "report", str(out.parent)]) == 2
    assert "holds no run" in capsys.readouterr().err


def test_what_was_not_finished_is_said(out: Path, capsys: pytest.CaptureFixture[str]) -> None:
    next(out.glob("bugs/one*/outcome.json")).unlink()
    assert main(["repair", "report", str(out)]) == 1
    assert "1 of 2 bugs are finished" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("order", "words"),
    [
        (Order("d:x"), "--dataset d:x --out o --samples 40 --seed 0"),
        (Order("d", bugs="a b", arms=(False,)), "--bugs 'a b' --unguided"),
        (Order("d", first=True, arms=(True,), beam=5), "--beam 5 --first --guided-only"),
        (
            Order("d", test_seconds=9.0, options=Options(model="m", interpreter="p", trusted=True)),
            "--test-timeout 9.0 --model m --python p --trust",
        ),
    ],
)
def test_the_command_line_is_told(order: Order, words: str) -> None:
    told = command_of(order, Path("/a/o"))
    assert told.startswith("fairlead repair batch --dataset d") and told.endswith(words)
