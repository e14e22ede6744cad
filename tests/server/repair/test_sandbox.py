"""The sandbox: what misbehaves is stopped, said to be, and gone.

All programs here are bounded themselves: should a limit not hold, they start some hundred processes
that sleep, or take two gigabytes, and end.
"""

from __future__ import annotations

import os
import stat
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
    mark: str = "",
) -> Outcome:
    """Run Python code in the sandbox, on a project of one file; `mark` is its argument."""
    project = tmp_path / "project"
    project.mkdir(exist_ok=True)
    (project / "program.py").write_text(textwrap.dedent(code))
    (project / "data.txt").write_text("as it was")
    until = time.monotonic() + (cancel_after or 0)
    with Shadow(project) as shadow:
        return run(
            f"{sys.executable} program.py {mark}",
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
    mark = new_mark()
    outcome = execute(tmp_path, SLEEPERS.format(most=most), limits, bounds=[bound], mark=mark)
    if outcome.ended == "failed":
        assert "the number of processes cannot be limited here" in outcome.output
        return
    assert outcome.ended == "processes" and outcome.bounds == {bound}
    # The shell and the program itself count as well.
    assert limit - 5 <= outcome.output.count(".") <= limit + 2
    assert not still_there(mark)


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
        assert outcome.ended == "exited" and outcome.bounds - {"group"} <= {"user"}
        assert outcome.bounds


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
        pytest.param(CHAIN, {}, "exited", id="forks away from itself"),
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
    mark = new_mark()
    outcome = execute(tmp_path, code, replace(LIMITS, **limits), mark=mark)
    assert outcome.ended == ended, outcome
    assert outcome.passed is (code == "print('done')" or code == CHAIN)
    assert not still_there(mark)


def test_what_was_forked_away_ends_too(tmp_path: Path) -> None:
    mark = new_mark()
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


def state_of(folder: Path) -> dict[str, tuple[str, int]]:
    """Return what is in a folder: kinds or texts, and modes, by relative paths."""
    found = {}
    for path in sorted(folder.rglob("*")):
        kind = str(os.readlink(path)) if path.is_symlink() else "neither file nor folder"
        text = path.read_text() if path.is_file() else "folder" if path.is_dir() else kind
        found[str(path.relative_to(folder))] = (text, stat.S_IMODE(path.lstat().st_mode))
    return found


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    for name in ("sub/deep", "empty", "node_modules/a"):
        (folder / name).mkdir(parents=True)
    for name in ("kept.txt", "sub/one.txt", "sub/deep/two.txt", "node_modules/a/a.js"):
        (folder / name).write_text(name)
    (folder / "link").symlink_to("kept.txt")
    return folder


@pytest.mark.parametrize(
    "command",
    [
        "echo changed >sub/one.txt",
        "echo x >>sub/one.txt; touch -d 2001-01-01 sub/one.txt",
        "rm sub/one.txt link",
        "rm -r sub",
        "rmdir empty",
        "echo new >new.txt; echo new >sub/new.txt",
        "mkdir -p out/deep; echo new >out/deep/new.txt",
        "mkfifo sub/fifo",
        "mkdir __pycache__ .pytest_cache; echo x >__pycache__/x.pyc; echo x >.pytest_cache/x",
        "mkdir env; echo x >env/pyvenv.cfg; echo x >sub/pyvenv.cfg",
        "mkdir -p .git/hooks sub/venv; echo x >.git/hooks/x",
        "ln -s sub to_sub; ln -s absent nowhere; ln sub/one.txt other.txt",
        "rm -r sub; ln -s empty sub",
        "rm -r sub; echo file >sub",
        "rm sub/one.txt; mkdir sub/one.txt; echo x >sub/one.txt/x",
        "rm link; ln -s sub/one.txt link",
        "chmod 600 sub/one.txt; chmod 711 empty",
        "mkdir -p shut/deep; chmod 000 shut/deep; chmod 000 shut; chmod 500 sub; chmod 000 .",
        "mkdir $TMPDIR/shut; echo x >$TMPDIR/shut/x; chmod 000 $TMPDIR/shut",
    ],
)
def test_the_copy_is_put_right_again(project: Path, command: str) -> None:
    with Shadow(project) as shadow:
        box = shadow.box()
        copy = Path(box.shadow)
        before = state_of(copy)
        assert before.keys() == state_of(project).keys() - {
            name for name in state_of(project) if name.startswith("node_modules")
        }
        for _ in range(2):
            with shadow.changed({str(project / "kept.txt"): "patched"}):
                assert (copy / "kept.txt").read_text() == "patched"
                assert run(command, box, LIMITS).passed
            assert state_of(copy) == before and not os.listdir(box.scratch)
    assert not copy.exists()


def test_what_is_kept_may_be_a_link(project: Path, tmp_path: Path) -> None:
    (tmp_path / "elsewhere" / "bin").mkdir(parents=True)
    (project / ".venv").symlink_to("../elsewhere")
    command = "test -d .venv/bin -a -f node_modules/a/a.js"
    with Shadow(project) as shadow:
        outcomes = [run(command, shadow.box(), LIMITS) for _ in range(2)]
    assert all(one.passed or one.ended == "failed" for one in outcomes), outcomes
    assert not any("network" in one.isolation and "files" not in one.isolation for one in outcomes)


def test_what_cannot_be_shut_off_is_told_of_what_is_stopped_too(project: Path) -> None:
    with Shadow(project) as shadow:
        box = replace(shadow.box(), kept=("absent",))
        outcome = run("sleep 20", box, replace(LIMITS, seconds=1))
    if is_root():
        assert outcome.ended == "failed" and "run it as another user" in outcome.output
    else:
        assert outcome.ended == "timeout" and "files" not in outcome.isolation


def test_cancelling_ends_it(tmp_path: Path) -> None:
    mark = new_mark()
    outcome = execute(tmp_path, "import time; time.sleep(20)", cancel_after=0.2, mark=mark)
    assert outcome.ended == "cancelled" and outcome.seconds < 20
    assert not still_there(mark)


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


def new_mark() -> str:
    """Return what no other process has in its command line."""
    return f"mark-{os.getpid()}-{time.monotonic_ns()}"


def still_there(mark: str) -> list[str]:
    """Return the command lines of running processes that have `mark` in them."""
    found = []
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            found.append(entry.read_bytes().replace(b"\0", b" ").decode(errors="replace"))
        except OSError:
            continue
    return [line for line in found if mark in line]
