"""``fairlead repair batch``, ``resume`` and ``report``: what they refuse, in one line."""

from __future__ import annotations

from pathlib import Path

import pytest

from fairlead_server.cli import main
from tests.server.repair.batch.bugs import listed


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    code = main(["repair", *arguments])
    captured = capsys.readouterr()
    return code, captured.out, captured.err


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    listed(tmp_path, {"name": "one"}, {"name": "two"})
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "notes.txt").write_text("")
    monkeypatch.chdir(tmp_path)
    return tmp_path


BATCH = ["batch", "--dataset", "jsonl:bugs.jsonl", "--out", "out"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["batch"], "the following arguments are required: --dataset, --out"),
        (["batch", "--dataset", "jsonl:bugs.jsonl"], "required: --out"),
        (["batch", "--dataset", "none", "--out", "out"], "no datasets plug-in is called 'none'"),
        (["batch", "--dataset", "jsonl", "--out", "out"], "takes a file: jsonl:FILE"),
        (["batch", "--dataset", "jsonl:absent", "--out", "out"], "absent: cannot be read"),
        (["batch", "--dataset", "jsonl:full", "--out", "out"], "full: cannot be read"),
        ([*BATCH, "--bugs", "("], "--bugs '(' is no regular expression"),
        ([*BATCH, "--bugs", "three"], "matches no bug; the first are: one, two"),
        ([*BATCH, "--samples", "0"], "must be at least 1"),
        ([*BATCH, "--jobs", "0"], "must be at least 1"),
        ([*BATCH, "--seconds", "nan"], "must be a number above 0"),
        ([*BATCH, "--test-timeout", "-1"], "must be a number above 0"),
        ([*BATCH, "--unguided", "--guided-only"], "nothing to sample"),
        ([*BATCH, "--localise", "guess"], "invalid choice: 'guess'"),
        ([*BATCH, "--model", "nobody"], "no model 'nobody'"),
        ([*BATCH, "--out", "full"], "is not empty, and holds no run"),
        ([*BATCH, "--out", "bugs.jsonl"], "bugs.jsonl: cannot be written"),
        (["resume", "out"], "out: holds no run"),
        (["resume", "full"], "full: holds no run"),
        (["report", "bugs.jsonl"], "cannot be read"),
        (["report"], "the following arguments are required: DIR"),
    ],
)
def test_bad_input(
    here: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], message: str
) -> None:
    code, out, err = run(capsys, *arguments)
    assert (code, out) == (2, "") and message in err and err.count("\n") == 1
    assert not (here / "out").exists()


def test_a_run_is_gone_on_with_from_anywhere(
    here: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    listed(here, {"name": "one", "test": "true"}, {"name": "two", "project": "none"})
    code, _, err = run(capsys, *BATCH)
    assert code == 1 and "1/2 one: green: 'true' passes already" in err
    code, _, err = run(capsys, *BATCH)
    assert code == 1 and "out: goes on with 0 of 2 bugs" in err and "green" not in err
    monkeypatch.chdir(here / "full")
    code, _, err = run(capsys, "resume", "../out", "--retry")
    assert code == 1 and "2/2 two: no_checkout" in err
    monkeypatch.chdir(here)
    code, _, err = run(capsys, *BATCH, "--samples", "9")
    assert code == 2 and "was made with another --samples" in err
    listed(here, {"name": "one"})
    code, _, err = run(capsys, "resume", "out")
    assert code == 2 and "--dataset: its bugs have changed" in err
