"""``fairlead eval latency`` on little: all figures are there, in the units they are read in."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pytest

from fairlead_server.cli import main
from fairlead_server.evaluation.latency.memory import resident
from fairlead_server.evaluation.latency.typist import beginnings_of_words

UNITS = {
    "answered": "share",
    "first_suggestion_ms_p50": "ms",
    "first_suggestion_ms_p95": "ms",
    "typed_along_ms_p50": "ms",
    "typed_along_ms_p95": "ms",
    "cancel_tokens_max": "tokens",
    "cancel_answer_ms_p95": "ms",
    "other_request_ms_p50": "ms",
    "other_request_ms_p99": "ms",
    "memory_warming_mb": "MB",
    "memory_growth_mb": "MB",
}
MEMORY = {"memory_warming_mb", "memory_growth_mb"}
MAY_LACK = set[str]() if Path("/proc/self/statm").exists() else MEMORY
CODE = "def area(width, height):\n    return width * height\n\n\nprint(area(2, 3))\n" * 20


@pytest.mark.needs("llama")
def test_all_figures_are_measured(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    file, plot = tmp_path / "shapes.py", tmp_path / "figures.svg"
    file.write_text(CODE)
    few = ("--places", "3", "--cancels", "3", "--edits", "20", "--warm-up", "20")
    arguments = ("--json", "--plot", str(plot), "--file", str(file), *few)
    assert main(["eval", "latency", *arguments]) == 0
    report: dict[str, Any] = json.loads(capsys.readouterr().out)
    figures = report["figures"]
    assert {name: f["unit"] for name, f in figures.items()}.keys() >= UNITS.keys() - MAY_LACK
    assert all(figure["unit"] == UNITS[name] for name, figure in figures.items())
    assert all(math.isfinite(figure["value"]) for figure in figures.values())
    assert figures["cancel_tokens_max"]["value"] <= 1
    assert "<svg" in plot.read_text()


def test_a_file_without_words_is_refused(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    file = tmp_path / "empty.py"
    file.write_text("\n\n")
    assert main(["eval", "latency", "--file", str(file)]) == 2
    assert "no place in it to type at" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("text", "places"),
    [("", []), ("a.b", ["b"]), ("f(x, y)", ["x, y)", "y)"]), ("x = 1\n", ["1"])],
)
def test_places_to_type_at(text: str, places: list[str]) -> None:
    assert [text[i:].strip() for i in beginnings_of_words(text)] == places


def test_nobody_has_the_memory_of_no_process() -> None:
    assert resident("a marker that no environment has \x00") is None
