"""Real runs: the embedded model, jedi and the seeded bugs, whose tests run in the sandbox."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from fairlead_server.cli import main
from tests.server.repair.batch.bugs import lines
from tests.server.repair.seeded import seeded

pytestmark = pytest.mark.needs("llama")

NAMES = ("wrong-member", "missing-history")


def list_of(folder: Path, names: Sequence[str] = NAMES) -> Path:
    """Seed bugs, each in a project of its own, and list them."""
    values: list[dict[str, Any]] = []
    for bug in (bug for bug in seeded(kind="bug") if bug.name in names):
        hunk = bug.seed(folder / bug.name)
        place = {"file": bug.file, "start_line": hunk.first, "end_line": hunk.last}
        tests = {
            "test": f"{sys.executable} -m unittest {bug.test}",
            "all_tests": f"{sys.executable} -m unittest discover -s checks -t .",
        }
        fixed = {"fixed": bug.right.strip("\n")}
        values.append({"name": bug.name, "project": bug.name, **tests, **place, **fixed})
    path = folder / "bugs.jsonl"
    path.write_text("".join(json.dumps(value) + "\n" for value in values))
    return path


@pytest.fixture
def bugs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("FAIRLEAD_CACHE", str(tmp_path / "cache"))
    # Analysis forgets what it has said when packages change, as fairlead's own source may here.
    monkeypatch.setenv("FAIRLEAD_PYTHON", str(Path(sys.base_prefix) / "bin" / "python3"))
    return list_of(tmp_path)


def batch(bugs: Path, name: str, *options: str) -> Path:
    """Run the bugs, and return the folder of the run."""
    out = bugs.parent / name
    arguments = ["--dataset", f"jsonl:{bugs}", "--out", str(out), "--samples", "12"]
    assert main(["repair", "batch", *arguments, *options]) == 0
    return out


def found(out: Path) -> list[Any]:
    """Return what was found, which is the same whoever has found it and however fast."""
    told = []
    for record in lines(out / "results.jsonl"):
        verdicts = [(step["step"], step["verdict"]) for step in record["steps"]]
        told.append({**record, "steps": verdicts})
    return told


def asked(out: Path) -> int:
    return sum(bug["queries"]["asked"] for bug in lines(out / "bugs.jsonl"))


def killed(bugs: Path, name: str) -> Path:
    """Begin a run, kill it when it has made some samples, and return its folder."""
    out = bugs.parent / name
    arguments = ["--dataset", f"jsonl:{bugs}", "--out", str(out), "--samples", "12"]
    with subprocess.Popen(
        [sys.executable, "-m", "fairlead_server.cli", "repair", "batch", *arguments]
    ) as process:
        while samples(out) < 9:
            assert process.poll() is None
            time.sleep(0.05)
        process.kill()
    return out


def samples(out: Path) -> int:
    journals = out.glob("bugs/*/journal.jsonl")
    return sum(j.read_bytes().count(b'"key": "answer ') for j in journals)


def test_a_second_run_that_is_killed_asks_next_to_nothing_and_finds_the_same(
    bugs: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    first = batch(bugs, "first", "--json")
    report = json.loads(capsys.readouterr().out)
    assert report["figures"]["plausible.guided"]["value"] > 0
    assert [bug["bug"] for bug in lines(first / "bugs.jsonl")] == list(NAMES)
    spent = {n: report["figures"][f"model_tokens.{n}"]["value"] for n in ("guided", "unguided")}
    assert abs(spent["guided"] - spent["unguided"]) < 0.1 * spent["guided"]
    best = found(first)[0]
    assert (best["verdict"], best["bug"]) == ("plausible", "wrong-member")
    assert best["steps"][-2:] == [("tests", "passed"), ("all-tests", "passed")]

    second = killed(bugs, "second")
    assert main(["repair", "resume", str(second), "--jobs", "2"]) == 0
    assert found(second) == found(first)
    assert asked(first) > 50 and asked(second) <= asked(first) // 10


@pytest.mark.needs("ray")
def test_a_cluster_finds_the_same(bugs: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """In processes of its own: the library leaves sockets and threads behind."""
    arguments = ["--dataset", f"jsonl:{bugs}", "--samples", "16", "--jobs", "2"]
    command = [sys.executable, "-m", "fairlead_server.cli", "repair", "batch", *arguments]
    local, cluster = bugs.parent / "local", bugs.parent / "cluster"
    for options in (["--out", str(local)], ["--out", str(cluster), "--cluster", "local"]):
        ended = subprocess.run([*command, *options], check=False)
        assert ended.returncode == 0, capfd.readouterr().err
    assert found(cluster) == found(local)
    marked = [{**bug, "seconds": 0, "queries": {}} for bug in lines(cluster / "bugs.jsonl")]
    assert marked == [{**bug, "seconds": 0, "queries": {}} for bug in lines(local / "bugs.jsonl")]


@pytest.mark.needs("ray")
def test_a_cluster_that_is_not_there(bugs: Path) -> None:
    arguments = ["--dataset", f"jsonl:{bugs}", "--out", str(bugs.parent / "out")]
    command = [sys.executable, "-m", "fairlead_server.cli", "repair", "batch", *arguments]
    ended = subprocess.run(
        [*command, "--cluster", "127.0.0.1:1"], check=False, capture_output=True, text=True
    )
    assert ended.returncode == 2
    assert "--cluster 127.0.0.1:1: nobody answers there" in ended.stderr
    assert "Traceback" not in ended.stderr
