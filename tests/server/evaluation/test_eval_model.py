"""``fairlead eval model`` on little: all figures are there, in the units they are read in."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pytest

from fairlead_server.cli import main
from fairlead_server.evaluation.model import BUDGETS
from fairlead_server.training.corpus import assemble
from tests.server.training.packages import archive, java_text, python_text

ALWAYS = {
    "file_mb": "MB",
    "first_completion_s": "s",
    "decode_tokens_per_s": "tokens/s",
    "bits_per_byte.python": "bits",
    "ngram_bits_per_byte.python": "bits",
    "bits_per_byte.java": "bits",
    "ngram_bits_per_byte.java": "bits",
    "next_identifier.guided.python": "share",
    "next_identifier.unguided.python": "share",
    "next_identifier.counted.python": "share",
    "next_identifier.unguided.java": "share",
    "next_identifier.counted.java": "share",
    "line_exact_match.guided.python": "share",
    "line_exact_match.unguided.python": "share",
    "line_exact_match.unguided.java": "share",
}

# What a monitor for Java, and long continuations, add.
SOMETIMES = {
    "next_identifier.guided.java": "share",
    "line_exact_match.guided.java": "share",
    "verbatim.model.python": "share",
    "verbatim.text.python": "share",
    "verbatim.model.java": "share",
    "verbatim.text.java": "share",
}


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    """A corpus of a few files, with a held-out package in each language."""
    files = {f"{n}.py": python_text(n) for n in ("alpha", "beta")}
    java = {f"{n}.java": java_text(n) for n in ("gamma", "delta")}
    held = {"held/a.py": "class Shop:\n    pass\n\n\n" + python_text("held")}
    archives = [
        archive(tmp_path, "one", files),
        archive(tmp_path, "two", java, language="java"),
        archive(tmp_path, "three", held, role="held_out"),
        archive(tmp_path, "four", {"H.java": java_text("h")}, language="java", role="held_out"),
    ]
    assemble(archives, tmp_path / "corpus", lambda _: None)
    return tmp_path / "corpus"


@pytest.mark.needs("llama")
def test_all_figures_are_measured(capsys: pytest.CaptureFixture[str], corpus: Path) -> None:
    code = main(
        [
            *("eval", "model", "--corpus", str(corpus), "--windows", "2", "--places", "3"),
            *("--ngram-megabytes", "1", "--verbatim", "--json", "--seed", "2"),
        ]
    )
    captured = capsys.readouterr()
    assert code == 0, captured.err
    report: dict[str, Any] = json.loads(captured.out)
    figures = report["figures"]
    units = {name: figure["unit"] for name, figure in figures.items()}
    assert ALWAYS.items() <= units.items() <= (ALWAYS | SOMETIMES).items()
    for name, figure in figures.items():
        assert all(math.isfinite(figure[key]) for key in ("value", "low", "high"))
        assert 0 <= figure["low"] <= figure["value"] <= figure["high"]
        assert figure["unit"] != "share" or figure["high"] <= 1
        assert figure["value"] > 0 or figure["unit"] == "share", name
    assert "--windows 2 --places 3" in report["command"]
    assert BUDGETS.keys() <= units.keys()


@pytest.mark.needs("llama")
def test_without_analysis(capsys: pytest.CaptureFixture[str], corpus: Path) -> None:
    arguments = ["--windows", "1", "--places", "1", "--ngram-megabytes", "0", "--unguided"]
    assert main(["eval", "model", "--corpus", str(corpus), *arguments, "--json"]) == 0
    captured = capsys.readouterr()
    assert captured.err == ""
    names = json.loads(captured.out)["figures"].keys()
    assert names == {name for name in ALWAYS if "ngram" not in name and ".guided" not in name}


@pytest.mark.needs("llama")
def test_a_language_in_which_nothing_can_be_asked(
    capsys: pytest.CaptureFixture[str], corpus: Path
) -> None:
    (corpus / "held-out" / "four" / "H.java").write_text("\n" * 25)
    arguments = ["--windows", "1", "--places", "1", "--ngram-megabytes", "1", "--unguided"]
    assert main(["eval", "model", "--corpus", str(corpus), *arguments, "--verbatim", "--json"]) == 0
    captured = capsys.readouterr()
    figures = json.loads(captured.out)["figures"]
    assert all(math.isfinite(figure["value"]) for figure in figures.values())
    assert not [name for name in figures if name.endswith(".java")]
    left_out = ("bits_per_byte.java", "next_identifier.*.java", "line_exact_match.*.java")
    assert [line.partition(" left out")[0] for line in captured.err.splitlines()] == [
        f"fairlead: {name}" for name in left_out
    ]


@pytest.mark.needs("llama")
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "--corpus"),
        (["--corpus", "absent"], "fairlead model data"),
        (["--corpus", ".", "--windows", "0"], "must be at least 1"),
    ],
)
def test_bad_input_is_one_line_and_exit_code_2(
    capsys: pytest.CaptureFixture[str], arguments: list[str], message: str
) -> None:
    assert main(["eval", "model", *arguments]) == 2
    captured = capsys.readouterr()
    assert message in captured.err and captured.err.count("\n") == 1
