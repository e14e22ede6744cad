"""The sandbox: what misbehaves is stopped, said to be, and gone.

All programs here are bounded themselves: should a limit not hold, they start some hundred processes
that sleep, or take two gigabytes, and end.
"""

from __future__ import annotations

import os
import sys
import textwrap
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from fairlead_server.repair.sandbox import Limits, Outcome, Shadow, run
from fairlead_server.repair.sandbox.bounds import is_root
from fairlead_server.repair.sandbox.outcome import BOUNDS

LIMITS = Limits(
    seconds=30, cpu=20, memory_mb=256, file_mb=16, disk_mb=24, processes=40, output_mb=2
)


def execute(
    tmp_path: Path,
    code: str,
    limits: Limits = LIMITS,
    cancel_after: float | None = None,
    isolate: bool = True,
    bounds: Sequence[str] = BOUNDS,
) -> Outcome:
    """Run Python code in the sandbox, on a project of one file."""
    project = tmp_path / "project"
    project.mkdir(exist_ok=True)
    (project / "program.py").write_text(textwrap.dedent(code))
    (project / "data.txt").write_text("as it was")
    until = time.monotonic() + (cancel_after or 0)
    with Shadow(project) as shadow:
        return run(
            f"{sys.executable} program.py",
            shadow.box(),
            limits,
            isolate=isolate,
            bounds=bounds,
            cancelled=lambda: cancel_after is not None and time.monotonic() > until,
        )


SLEEPERS = """
import os, time
for _ in range({most}):
    try:
        child = os.fork()
    except OSError:
        os.write(1, b"refused")
        break
    if not child:
        time.sleep(20)
        os._exit(0)
    os.write(1, b".")
time.sleep(20)
"""


@pytest.mark.parametrize(("bound", "limit", "most"), [("group", 40, 60), ("user", 40, 60)])
def test_the_kernel_refuses_processes_above_the_limit(
    tmp_path: Path, bound: str, limit: int, most: int
) -> None:
    limits = replace(LIMITS, processes=limit)
    outcome = execute(tmp_path, SLEEPERS.format(most=most), limits, bounds=[bound])
    if outcome.ended == "failed":
        assert "the number of processes cannot be limited here" in outcome.output
        return
    assert outcome.ended == "processes" and outcome.bounds == {bound}
    # The shell and the program itself count as well.
    assert limit - 5 <= outcome.output.count(".") <= limit + 2
    assert not still_there("program.py")


def test_few_ids_are_a_limit_as_well(tmp_path: Path) -> None:
    # Pages that processes share count for each.
    limits = replace(LIMITS, processes=297, memory_mb=8192)
    outcome = execute(tmp_path, SLEEPERS.format(most=299), limits, bounds=["ids"])
    if outcome.ended == "failed":
        assert "cannot be" in outcome.output
        return
    assert outcome.ended == "processes" and outcome.bounds == {"ids"}
    assert outcome.output.count(".") < 299


def test_without_a_hard_limit_nothing_is_run(tmp_path: Path) -> None:
    outcome = execute(tmp_path, "open('ran', 'w')", bounds=[])
    assert (outcome.ended, outcome.code) == ("failed", None)
    assert "the number of processes cannot be limited here" in outcome.output


def test_root_runs_nothing_without_namespaces(tmp_path: Path) -> None:
    outcome = execute(tmp_path, "print('ran')", isolate=False)
    if is_root():
        assert outcome.ended == "failed" and "run it as another user" in outcome.output
    else:
        assert outcome.ended == "exited" and outcome.bounds == {"user"}


CHAIN = """
import os, time
for _ in range(200):
    if os.fork():
        os._exit(0)
    os.setsid()
time.sleep(20)
"""


@pytest.mark.parametrize(
    ("code", "limits", "ended"),
    [
        pytest.param("print('done')", {}, "exited", id="well-behaved"),
        pytest.param("while True: pass", {"seconds": 1}, "timeout", id="loops"),
        pytest.param("while True: pass", {"cpu": 1}, "timeout", id="uses the processor"),
        pytest.param("import time; time.sleep(20)", {"seconds": 1}, "timeout", id="hangs"),
        pytest.param("input()", {}, "exited", id="waits for input"),
        pytest.param("b = bytearray(2 << 30)", {}, "memory", id="2 GB at once"),
        pytest.param(CHAIN, {"seconds": 3}, "exited", id="forks away from itself"),
        pytest.param(
            """
            import os, time
            for _ in range(8):
                if os.fork() == 0:
                    kept = bytearray(os.urandom(1 << 20)) * 64
                    time.sleep(20)
            time.sleep(20)
            """,
            {},
            "memory",
            id="much memory in many processes",
        ),
        pytest.param(
            """
            with open('f', 'wb') as f:
                for _ in range(64):
                    f.write(bytes(1 << 20))
            """,
            {},
            "disk",
            id="a large file",
        ),
        pytest.param(
            """
            import tempfile, time
            for i in range(40):
                with open(f"{tempfile.gettempdir()}/{i}", "wb") as f:
                    f.write(bytes(1 << 20))
            time.sleep(20)
            """,
            {},
            "disk",
            id="many files",
        ),
        pytest.param(
            "for _ in range(1 << 15): print('x' * 1000)", {}, "output", id="prints too much"
        ),
        pytest.param(
            "import os, signal; os.kill(os.getpid(), signal.SIGKILL)", {}, "killed", id="dies"
        ),
    ],
)
def test_what_is_stopped_and_why(
    tmp_path: Path, code: str, limits: dict[str, int], ended: str
) -> None:
    outcome = execute(tmp_path, code, replace(LIMITS, **limits))
    assert outcome.ended == ended, outcome
    assert outcome.passed is (code == "print('done')" or code == CHAIN)
    assert not still_there("program.py")


def test_what_was_forked_away_ends_too(tmp_path: Path) -> None:
    mark = f"escaped-{os.getpid()}-{time.monotonic_ns()}"
    outcome = execute(
        tmp_path,
        f"""
        import os, sys, time
        if os.fork() == 0:
            os.setsid()
            if os.fork() == 0:
                code = "import time; time.sleep(20)"
                os.execv(sys.executable, [sys.executable, "-c", code, "{mark}"])
            os._exit(0)
        time.sleep(0.3)
        """,
    )
    assert outcome.ended == "exited"
    assert not still_there(mark)


ESCAPES = """
import ctypes, os
libc = ctypes.CDLL(None, use_errno=True)
def tried(name, result):
    print(name, "done" if result else "refused")
def opened(path):
    try:
        with open(path, "w") as file:
            file.write("4000")
    except OSError:
        return False
    return True
tried("namespace", libc.unshare(0x10000000) == 0)
tried("remount", libc.mount(b"none", b"/", None, 32 | 4096, None) == 0)
tried("unmount", libc.umount2(b"/proc", 2) == 0)
tried("ids", opened("/proc/sys/kernel/pid_max"))
groups = [os.path.join(f, "pids.max") for f, _, n in os.walk("/sys/fs/cgroup") if "pids.max" in n]
tried("group", any(map(opened, groups[:50])))
import resource
try:
    resource.setrlimit(resource.RLIMIT_NPROC, (4000, 4000))
    tried("limit", resource.getrlimit(resource.RLIMIT_NPROC)[1] == 4000)
except (OSError, ValueError):
    tried("limit", False)
with open("/proc/self/status") as file:
    rights = [int(line.split()[1], 16) for line in file if line.startswith(("CapEff", "CapBnd"))]
tried("rights", any(rights))
"""


def test_the_limits_cannot_be_undone_from_inside(tmp_path: Path) -> None:
    outcome = execute(tmp_path, ESCAPES)
    if not {"processes", "files"} <= outcome.isolation:
        return
    found = dict(line.split() for line in outcome.output.splitlines())
    # What root has of this one does not hold for root anyway.
    assert found.pop("limit") == "refused" or "user" not in outcome.bounds
    names = ("namespace", "remount", "unmount", "ids", "group", "rights")
    assert found == dict.fromkeys(names, "refused"), outcome


def test_the_network_is_out_of_reach_and_the_attempt_is_seen(tmp_path: Path) -> None:
    outcome = execute(
        tmp_path,
        """
        import socket
        own = socket.create_server(("127.0.0.1", 0))
        socket.create_connection(own.getsockname())
        try:
            socket.create_connection(("192.0.2.1", 80), timeout=5)
        except OSError:
            print("refused")
        """,
    )
    if "network" in outcome.isolation:
        assert outcome.network and "refused" in outcome.output and outcome.code == 0


def test_talking_to_oneself_is_no_attempt_to_reach_the_network(tmp_path: Path) -> None:
    outcome = execute(
        tmp_path, "import socket\nsocket.create_server(('127.0.0.1', 0))\nprint('ok')"
    )
    assert not outcome.network and outcome.passed


def test_nothing_but_the_copy_can_be_written(tmp_path: Path) -> None:
    outside = tmp_path / "outside.txt"
    outside.write_text("as it was")
    outcome = execute(
        tmp_path,
        f"""
        for path in ("data.txt", {str(outside)!r}):
            try:
                open(path, "w").write("changed")
            except OSError as error:
                print("refused", path)
        """,
    )
    assert (tmp_path / "project" / "data.txt").read_text() == "as it was"
    if "files" in outcome.isolation:
        assert outside.read_text() == "as it was" and "refused" in outcome.output


def test_the_copy_is_put_right_again(tmp_path: Path) -> None:
    project = tmp_path / "project"
    (project / "sub").mkdir(parents=True)
    for name in ("kept.txt", "sub/removed.txt", "sub/changed.txt"):
        (project / name).write_text(name)
    with Shadow(project) as shadow:
        copy = Path(shadow.box().shadow)
        with shadow.changed({str(project / "kept.txt"): "patched"}):
            assert (copy / "kept.txt").read_text() == "patched"
            (copy / "sub/removed.txt").unlink()
            (copy / "sub/changed.txt").write_text("changed")
            (copy / "new.txt").write_text("new")
        found = {str(p.relative_to(copy)): p.read_text() for p in copy.rglob("*") if p.is_file()}
    assert found == {n: n for n in ("kept.txt", "sub/removed.txt", "sub/changed.txt")}
    assert not copy.exists()


def test_cancelling_ends_it(tmp_path: Path) -> None:
    outcome = execute(tmp_path, "import time; time.sleep(20)", cancel_after=0.2)
    assert outcome.ended == "cancelled" and outcome.seconds < 20
    assert not still_there("program.py")


def test_secrets_are_not_passed_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOME_API_KEY", "hidden")
    outcome = execute(tmp_path, "import os; print(os.environ.get('SOME_API_KEY'))")
    assert outcome.output.strip() == "None"


def test_no_control_group_is_left(tmp_path: Path) -> None:
    outcome = execute(tmp_path, "print(open('/proc/self/cgroup').read())")
    groups = [line.split(":")[2] for line in outcome.output.splitlines() if "fairlead-" in line]
    assert bool(groups) == ("group" in outcome.bounds)
    names = {group.rpartition("/")[2] for group in groups}
    left = {f for _, folders, _ in os.walk("/sys/fs/cgroup") for f in folders if f in names}
    assert not left


def still_there(mark: str) -> list[str]:
    """Return the command lines of running processes that have `mark` in them."""
    found = []
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            found.append(entry.read_bytes().replace(b"\0", b" ").decode(errors="replace"))
        except OSError:
            continue
    return [line for line in found if mark in line]
