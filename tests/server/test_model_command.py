"""``fairlead model list | info | use | check``."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from fairlead_server.cli import main
from fairlead_server.model_check import check_model
from fairlead_server.model_choice import chosen_model
from fairlead_server.model_files import EMBEDDED, find_model
from fairlead_server.settings import Options, resolve
from tests.decoding.fakes import BYTES, ScriptedModel


@pytest.fixture(autouse=True)
def models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder of models."""
    folder = tmp_path / "models"
    monkeypatch.setenv("FAIRLEAD_MODELS", str(folder))
    monkeypatch.delenv("FAIRLEAD_MODEL", raising=False)
    return folder


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    code = main(["model", *arguments])
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def listed(capsys: pytest.CaptureFixture[str]) -> dict[str, bool]:
    rows: list[dict[str, Any]] = json.loads(run(capsys, "list", "--json")[1])
    return {row["name"]: row["default"] for row in rows}


def test_a_model_is_chosen_and_given_back(capsys: pytest.CaptureFixture[str], models: Path) -> None:
    assert listed(capsys) == {EMBEDDED: True}
    models.mkdir()
    shutil.copy(find_model(EMBEDDED), models / "mine.gguf")
    assert listed(capsys) == {EMBEDDED: True, "mine": False}
    code, out, _ = run(capsys, "use", "mine")
    assert code == 0
    assert "is used from now on" in out
    assert listed(capsys) == {EMBEDDED: False, "mine": True}
    assert resolve().model == "mine"
    assert resolve(Options(model="other")).model == "other"
    assert run(capsys, "use", EMBEDDED)[0] == 0
    assert chosen_model() is None
    assert run(capsys, "list")[1].startswith(f"* {EMBEDDED}")


def test_a_path_is_chosen_from_anywhere(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copy(find_model(EMBEDDED), tmp_path / "mine.gguf")
    monkeypatch.chdir(tmp_path)
    assert run(capsys, "use", "mine.gguf")[0] == 0
    assert chosen_model() == str(tmp_path / "mine.gguf")
    assert listed(capsys) == {EMBEDDED: False, str(tmp_path / "mine.gguf"): True}


def test_the_shipped_model_is_chosen_whatever_lies_here(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / EMBEDDED).mkdir()
    monkeypatch.chdir(tmp_path)
    assert run(capsys, "use", EMBEDDED)[0] == 0
    assert chosen_model() is None


def test_what_the_environment_states_goes_first(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FAIRLEAD_MODEL", "stated")
    code, _, err = run(capsys, "use", EMBEDDED)
    assert code == 0
    assert "FAIRLEAD_MODEL is set to stated" in err
    assert resolve().model == "stated"


def test_info(capsys: pytest.CaptureFixture[str]) -> None:
    facts = json.loads(run(capsys, "info", "--json")[1])
    assert facts["architecture"] == "llama"
    assert facts["quantisation"] == "Q8_0"
    assert facts["context_length"] >= 1024
    code, out, _ = run(capsys, "info", EMBEDDED)
    assert code == 0
    assert "context length" in out


def test_info_of_a_folder(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    config = {"model_type": "qwen2", "max_position_embeddings": 512, "vocab_size": 99}
    (tmp_path / "config.json").write_text(json.dumps(config))
    facts = json.loads(run(capsys, "info", str(tmp_path), "--json")[1])
    assert (facts["architecture"], facts["context_length"], facts["vocabulary"]) == (
        *("qwen2", 512),
        99,
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "ACTION"),
        (["use", "nobody"], "no model 'nobody'"),
        (["info", "nobody"], "known names are embedded"),
        (["check", "nobody"], "no model 'nobody'"),
        (["use", "damaged.gguf"], "damaged.gguf"),
        (["info", "damaged.gguf"], "damaged.gguf"),
        (["info", "empty"], "no Hugging Face folder"),
        (["use", "empty"], "no Hugging Face folder"),
        (["data", "x", "--catalogue", "absent"], "absent cannot be read"),
        (["data", "x", "--catalogue", "damaged.gguf"], "not valid TOML"),
    ],
)
def test_bad_input_is_one_line_and_exit_code_2(
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    arguments: list[str],
    message: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "damaged.gguf").write_text("no model")
    (tmp_path / "empty").mkdir()
    code, out, err = run(capsys, *arguments)
    assert (code, out) == (2, "")
    assert message in err and err.count("\n") == 1
    assert chosen_model() is None


@pytest.mark.parametrize(
    "backend",
    [
        pytest.param("llama_cpp", marks=pytest.mark.needs("llama")),
        pytest.param("transformers", marks=pytest.mark.needs("transformers")),
    ],
)
def test_the_shipped_model_passes(capsys: pytest.CaptureFixture[str], backend: str) -> None:
    code, out, err = run(capsys, "check", EMBEDDED, "--backend", backend, "--json")
    assert code == 0, err
    findings = json.loads(out)
    assert [f["name"] for f in findings] == [
        *("tokenises", "predicts", "completes"),
        "fills in the middle",
    ]
    assert all(finding["good"] for finding in findings)


def test_a_model_that_knows_nothing_fails() -> None:
    model = ScriptedModel(BYTES, lambda _: np.zeros(len(BYTES), np.float32))
    good = {finding.name: finding.good for finding in check_model(model)}
    assert good == {
        "tokenises": True,
        "predicts": False,
        "completes": True,
        "fills in the middle": False,
    }
