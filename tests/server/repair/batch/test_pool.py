"""The processes that work on bugs: what ends them, and what becomes of their bugs."""

from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from fairlead_server.cli import main
from fairlead_server.repair.batch.folder import RunFolder
from fairlead_server.repair.batch.order import Order
from fairlead_server.repair.batch.pool import LocalCrew
from fairlead_server.repair.batch.running import dataset_of, run, told
from tests.server.repair.batch.bugs import lines, listed

PYTHON = sys.executable
SLOW = f"{PYTHON} -c 'import time; time.sleep(60)'"
GREEN = {"test": "true"}


def batch(
    capsys: pytest.CaptureFixture[str], folder: Path, *options: str
) -> tuple[int, str, list[dict[str, Any]]]:
    """Run the list in `folder`; return the exit code, what was said, and the bugs."""
    arguments = ["--dataset", f"jsonl:{folder / 'bugs.jsonl'}", "--out", str(folder / "out")]
    code = main(["repair", "batch", *arguments, *options])
    captured = capsys.readouterr()
    path = folder / "out" / "bugs.jsonl"
    return code, captured.out + captured.err, lines(path) if path.exists() else []


def test_bugs_in_trouble_cost_nobody_else(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    hungry = f"{PYTHON} -c 'b = bytearray(2 << 30)'"
    expected: dict[str, tuple[dict[str, Any], str, str]] = {
        "green": (GREEN, "green", "passes already"),
        "absent": ({"project": "none"}, "no_checkout", "is not a folder"),
        "hangs": ({"test": SLOW, "seconds": 1}, "failed", "wrote, too: stopped (timeout"),
        "hungry": ({"test": hungry, "memory_mb": 256}, "failed", "without a patch (memory)"),
        "no-command": ({"test": "no-such-command"}, "failed", "cannot be run"),
        "no-line": ({"test": "false", "start_line": 99}, "failed", "are not in the file"),
    }
    listed(tmp_path, *({"name": name, **bug} for name, (bug, _, _) in expected.items()))
    code, said, found = batch(capsys, tmp_path, "--jobs", "2")
    assert code == 1
    for bug in found:
        _, status, reason = expected[bug["bug"]]
        assert bug["status"] == status and reason in bug["reason"]
    assert [bug["bug"] for bug in found] == list(expected)
    assert "6/6" in said and "figure" in said
    report = (tmp_path / "out" / "report.md").read_text()
    assert "Not searched" in report and "| hangs | failed |" in report


def test_what_all_bugs_need_ends_the_run(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    listed(tmp_path, {"name": "one", "test": "false", "fixed": None})
    (tmp_path / "broken.gguf").write_bytes(b"GGUF")
    options = ["--model", str(tmp_path / "broken.gguf"), "--backend", "none"]
    code, said, found = batch(capsys, tmp_path, *options)
    assert code == 2 and not found and "no models plug-in is called 'none'" in said


def crew_run(folder: Path, told_of: Callable[[str, float, str], None]) -> list[dict[str, Any]]:
    order = Order(f"jsonl:{folder / 'bugs.jsonl'}")
    with RunFolder(folder / "out", told(order, dataset_of(order.dataset))) as opened:
        run(opened, LocalCrew(opened, 1, told_of), opened.waiting())
    return lines(folder / "out" / "bugs.jsonl")


def test_a_process_that_ends_takes_one_bug_along(tmp_path: Path) -> None:
    listed(tmp_path, {"name": "first", **GREEN}, {"name": "second", "test": SLOW}, {**GREEN})

    def kill(bug: str, share: float, said: str) -> None:
        if bug == "second":
            (child,) = multiprocessing.active_children()
            child.kill()

    first, second, third = crew_run(tmp_path, kill)
    assert (first["status"], second["status"], third["status"]) == ("green", "crashed", "green")
    assert "ended by the signal SIGKILL, perhaps for lack of memory" in second["reason"]


def started(folder: Path) -> subprocess.Popen[bytes]:
    """Start a run that waits for a test, and wait until it does."""
    listed(folder, {"name": "one", "test": SLOW})
    arguments = ["--dataset", f"jsonl:{folder / 'bugs.jsonl'}", "--out", str(folder / "out")]
    process = subprocess.Popen(
        [PYTHON, "-m", "fairlead_server.cli", "repair", "batch", *arguments],
        stderr=subprocess.PIPE,
        start_new_session=True,
        # What was started in the background ignores Ctrl-C, and passes that on.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )
    wait_for(lambda: any("sleep(60)" in line for line in below(process.pid)))
    return process


def below(pid: int) -> list[str]:
    """Return the command lines of all processes of a session, by its leader."""
    found = []
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                line = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode()
            except OSError:
                continue
            if line and is_below(int(folder.name), pid):
                found.append(line)
    return found


def is_below(pid: int, ancestor: int) -> bool:
    while pid > 1:
        if pid == ancestor:
            return True
        try:
            stat = Path(f"/proc/{pid}/stat").read_text()
        except OSError:
            return False
        pid = int(stat.rpartition(")")[2].split()[1])
    return False


def wait_for(what: Callable[[], bool], seconds: float = 60.0) -> None:
    until = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < until
        time.sleep(0.05)


def is_gone(pid: int) -> bool:
    try:
        return "Z" in Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return True


def children(pid: int) -> list[int]:
    found = [int(p.name) for p in Path("/proc").iterdir() if p.name.isdigit()]
    return [one for one in found if one != pid and is_below(one, pid)]


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_all_processes_end_with_the_run(tmp_path: Path, number: signal.Signals) -> None:
    with started(tmp_path) as process:
        assert process.stderr is not None
        others = children(process.pid)
        assert len(others) >= 2
        os.kill(process.pid, number)
        process.wait(60)
        wait_for(lambda: all(map(is_gone, others)))
        said = process.stderr.read().decode()
    assert not (tmp_path / "out" / "bugs.jsonl").exists()
    if number != signal.SIGKILL:
        assert process.returncode == 130
        assert f"stopped; go on with: fairlead repair resume {tmp_path / 'out'}\n" in said
        assert "Traceback" not in said
