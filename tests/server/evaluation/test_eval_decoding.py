"""``fairlead eval decoding`` on little: all figures are there, in the units they are read in."""

from __future__ import annotations

import json
import math
import sys
from pathlib import Path
from typing import Any

import pytest

from fairlead_server.cli import main
from fairlead_server.evaluation.decoding import BUDGETS

UNITS = {
    "choose_us_p50": "us",
    "forced_token_gain": "times",
    "forced_token_gain.wide": "times",
    "forced_token_share": "share",
    "forced_token_share.wide": "share",
    "guided_unguided_ratio": "ratio",
    "guided_unguided_ratio.wide": "ratio",
    "keystroke_tokens_max": "tokens",
    "kv_reused_share": "share",
    "score_us_p50": "us",
    "loop_generate_ratio": "ratio",
    "loop_native_ratio": "ratio",
    "loop_native_ratio.wide": "ratio",
    "mask_choose_us_p50": "us",
    "mask_choose_us_p50.1000": "us",
    "mask_choose_us_p99": "us",
    "mask_choose_us_p99.1000": "us",
    "mask_first_us_p50": "us",
    "mask_first_us_p50.1000": "us",
    "member_heavy_ratio": "ratio",
    "member_heavy_ratio.wide": "ratio",
    "memory_mb": "MB",
    "ranking_time_saving": "times",
    "ranking_token_saving": "times",
    "trie_build_ms": "ms",
    "trie_mb": "MB",
}

MAY_LACK = set() if Path("/proc/self/statm").exists() else {"memory_mb"}


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    code = main(["eval", "decoding", *arguments])
    captured = capsys.readouterr()
    return code, captured.out, captured.err


@pytest.mark.needs("llama", "transformers")
def test_all_figures_are_measured(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    plot = tmp_path / "figures.svg"
    code, out, err = run(
        capsys, "--quick", "--rounds", "1", "--seed", "5", "--json", "--plot", str(plot)
    )
    report: dict[str, Any] = json.loads(out)
    figures = report["figures"]
    assert (code, err) == (0, "")
    units = {name: figure["unit"] for name, figure in figures.items()}
    assert units == {name: UNITS[name] for name in UNITS if name in units or name not in MAY_LACK}
    for figure in figures.values():
        assert all(math.isfinite(figure[key]) for key in ("value", "low", "high"))
        assert 0 < figure["low"] <= figure["value"] <= figure["high"]
        assert figure["n"] >= 1
    assert all(figures[n]["value"] <= 1 for n, unit in UNITS.items() if unit == "share")
    assert report["command"].startswith("fairlead eval decoding --json --plot ")
    assert "--seed 5 --rounds 1 --clock cpu --quick" in report["command"]
    assert report["seed"] == 5
    assert plot.is_file()
    assert BUDGETS.keys() <= UNITS.keys()


@pytest.mark.needs("llama")
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--rounds", "0"], "must be at least 1"),
        (["--clock", "sun"], "invalid choice"),
        (["--model", "nobody"], "no model 'nobody'"),
        (["--plot", "figures.txt"], "svg, png, pdf"),
        (["--quick", "--vocabulary", "nobody.gguf", "--rounds", "1"], "no model 'nobody.gguf'"),
    ],
)
def test_bad_input_is_one_line_and_exit_code_2(
    capsys: pytest.CaptureFixture[str], arguments: list[str], message: str
) -> None:
    code, out, err = run(capsys, *arguments)
    assert (code, out) == (2, "")
    assert message in err and err.count("\n") == 1


@pytest.mark.needs("llama")
def test_without_gguf(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "gguf", None)
    code, _, err = run(capsys, "--quick", "--rounds", "1")
    assert code == 2
    assert "pip install 'fairlead[eval]'" in err
