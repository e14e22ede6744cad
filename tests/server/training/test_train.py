"""``fairlead model train``: a run from beginning to end, and one that goes on."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from fairlead_server.cli import main
from fairlead_server.errors import UserError

pytestmark = pytest.mark.needs("train")


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    code = main(["model", "train", *arguments])
    captured = capsys.readouterr()
    return code, captured.out, captured.err


@pytest.mark.needs("llama")
def test_a_run_lowers_the_loss_and_can_be_gone_on_with(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    code, out, _ = run(capsys, "--preset", "smoke", "--out", str(first), "--json")
    ended: dict[str, Any] = json.loads(out)
    notes = [json.loads(line) for line in (first / "log.jsonl").read_text().splitlines()]
    assert code == 0
    assert notes[0]["loss"] > 6.5
    assert ended["watched"] < 0.93 * notes[0]["loss"]
    assert ended["tokens"] > 0
    files = {path.name for path in first.iterdir()}
    assert {"model.gguf", "tokenizer.json", "before-decay.safetensors", "log.jsonl"} <= files
    assert main(["model", "info", str(first / "model.gguf"), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["layout"] == "spm"

    decay = str(first / "before-decay.safetensors")
    arguments = ("--minutes", "0.03", "--resume", decay, "--rate", "0.5", "--json")
    code, out, _ = run(capsys, "--preset", "smoke", "--out", str(second), *arguments)
    assert code == 0
    again = [json.loads(line) for line in (second / "log.jsonl").read_text().splitlines()]
    assert again[0]["loss"] < 0.97 * notes[0]["loss"]
    tokenizer = (first / "tokenizer.json").read_bytes()
    assert (second / "tokenizer.json").read_bytes() == tokenizer


@pytest.mark.parametrize("micro_rows", [None, 3])
def test_a_batch_that_is_evaluated_in_pieces_is_the_same_batch(
    tmp_path: Path, tokenizer: Any, micro_rows: int | None
) -> None:
    import torch

    from fairlead_server.training import checkpoint, trainer
    from fairlead_server.training.network import Shape
    from fairlead_server.training.presets import Preset, Stage
    from fairlead_server.training.schedule import Schedule
    from fairlead_server.training.stream import STABLE_MIXTURE, Stream
    from tests.server.training.test_stream import DOCUMENTS

    class Ended(Exception):
        pass

    def end(note: trainer.Note) -> None:
        raise Ended

    stream = Stream(DOCUMENTS, tokenizer, 33, STABLE_MIXTURE, 1)
    shape = Shape(512, 64, 1, 1, 1, 64, 32)
    preset = Preset(shape, Schedule(9, warm_up=1), (Stage(1.0, 32, 6),), micro_rows=micro_rows)
    run = trainer.Run(stream, stream, preset, tmp_path, remark=end)
    with pytest.raises(Ended):
        trainer.train(run)
    (note,) = [json.loads(line) for line in (tmp_path / "log.jsonl").read_text().splitlines()]
    assert (note["step"], note["tokens"]) == (1, 6 * 32)
    assert note["loss"] == pytest.approx(float(torch.tensor(512.0).log()), abs=0.1)
    with pytest.raises(UserError, match="is no checkpoint"):
        checkpoint.load(tmp_path / "final.safetensors")


def test_first_weights_are_drawn_by_the_seed(tmp_path: Path, tokenizer: Any) -> None:
    from fairlead_server.training import checkpoint, trainer
    from fairlead_server.training.network import Shape
    from fairlead_server.training.presets import Preset, Stage
    from fairlead_server.training.schedule import Schedule
    from fairlead_server.training.stream import STABLE_MIXTURE, Stream
    from tests.server.training.test_stream import DOCUMENTS

    def interrupt(_: trainer.Note) -> None:
        raise KeyboardInterrupt

    def weights(seed: int) -> list[Any]:
        stream = Stream(DOCUMENTS, tokenizer, 33, STABLE_MIXTURE, 1)
        preset = Preset(Shape(512, 64, 1, 1, 1, 64, 32), Schedule(9), (Stage(1.0, 32, 2),))
        run = trainer.Run(stream, stream, preset, tmp_path, remark=interrupt, seed=seed)
        with pytest.raises(KeyboardInterrupt):
            trainer.train(run)
        saved = checkpoint.load(trainer.file_of(tmp_path, trainer.LATEST))
        return [tensor.tolist() for tensor in saved.weights.values()]

    assert weights(1) == weights(1) != weights(2)


def test_an_interrupted_run_goes_on(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from fairlead_server.training import trainer

    def interrupt(note: trainer.Note) -> None:
        if note.step > 1:
            raise KeyboardInterrupt

    arguments = ("--preset", "smoke", "--minutes", "0.1", "--out", str(tmp_path))
    monkeypatch.setattr("fairlead_server.commands.model.train._remark", interrupt)
    monkeypatch.setattr(trainer, "_NOTE_EVERY", 3)
    assert main(["model", "train", *arguments]) == 130
    assert not (tmp_path / "model.gguf").exists()
    monkeypatch.undo()
    code, out, err = run(capsys, *arguments, "--resume", str(tmp_path / "latest.safetensors"))
    assert code == 0, err
    assert str(tmp_path / "model.gguf") in out
    notes = [json.loads(line) for line in (tmp_path / "log.jsonl").read_text().splitlines()]
    steps = [note["step"] for note in notes]
    assert steps == sorted(steps)
    assert steps[:2] == [1, 4]


def test_a_checkpoint_of_another_shape(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, checkpoint_file: Path
) -> None:
    arguments = ("--preset", "smoke", "--resume", str(checkpoint_file), "--out", str(tmp_path))
    code, _, err = run(capsys, *arguments)
    assert code == 2
    assert "has another shape than --preset smoke" in err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--preset", "cpu"], "needs --corpus DIR"),
        (["--preset", "huge"], "invalid choice"),
        (["--preset", "smoke", "--minutes", "0"], "--minutes must be more than 0"),
        (["--preset", "smoke", "--rate", "0"], "--rate must be more than 0"),
        (["--preset", "smoke", "--decay-from", "1.5"], "--decay-from must be between"),
        (["--preset", "smoke", "--device", "abacus"], "it is cpu or cuda"),
        (["--preset", "smoke", "--resume", "absent"], "absent is no checkpoint"),
        (["--preset", "smoke", "--tokenizer", "absent"], "absent is no tokenizer"),
        (["--preset", "cpu", "--corpus", "absent"], "absent holds no corpus"),
        (["--preset", "smoke", "--sequences", "absent"], "absent cannot be read"),
    ],
)
def test_bad_input_is_one_line_and_exit_code_2(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, arguments: list[str], message: str
) -> None:
    code, out, err = run(capsys, "--out", str(tmp_path / "out"), *arguments)
    assert (code, out) == (2, "")
    assert message in err and err.count("\n") == 1
