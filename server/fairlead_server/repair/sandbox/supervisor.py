"""The supervisor: a process that runs one command, watches it, and ends it with all it started.

It reads what to run from its standard input, a line of JSON, and writes what became of it to its
standard output. When its standard input ends, nobody waits any more, and it ends the command.
"""

from __future__ import annotations

import contextlib
import json
import os
import resource
import select
import signal
import sys
import time
from collections.abc import Mapping
from typing import Any

from fairlead_server.repair.sandbox import bounds, namespaces, processes
from fairlead_server.repair.sandbox.bounds import Bounds

_LOOK = 0.025
"""Seconds between looks at the processes: a fork bomb doubles within a few milliseconds."""
_KEPT = 65536
"""Bytes kept of the output, at its beginning and at its end."""
_MEGABYTE = 1 << 20
_OPEN = ("exited", "killed")
"""Ends that leave open why."""

Order = Mapping[str, Any]


def main() -> None:
    """Run what standard input asks for."""
    order = json.loads(sys.stdin.buffer.readline())
    group = None
    try:
        root = bounds.is_root()
        group = bounds.prepared(order["limits"], order["bounds"])
        isolation = namespaces.enter() if order["isolate"] else frozenset()
        hard = bounds.chosen(order["limits"], order["bounds"], group, isolation, root=root)
        report = _watched(order, isolation, hard, root=root)
    except (bounds.Unbounded, OSError) as error:
        report = {**_FAILED, "output": str(error)}
    finally:
        if group is not None:
            group.remove()
    sys.stdout.write(json.dumps(report))


_FAILED: Mapping[str, Any] = {
    "ended": "failed",
    "code": None,
    "seconds": 0.0,
    "network": False,
    "isolation": [],
}


def _watched(
    order: Order, isolation: frozenset[str], hard: Bounds, *, root: bool
) -> dict[str, Any]:
    before = namespaces.refused_packets() if "network" in isolation else 0
    namespaces.adopt_orphans()
    started = time.monotonic()
    watch = Watch(order, isolation, hard, root=root)
    ended = watch.run()
    return {
        "ended": ended,
        "code": watch.code,
        "output": watch.text(),
        "seconds": time.monotonic() - started,
        "network": "network" in isolation and namespaces.refused_packets() > before,
        "isolation": sorted(watch.isolation),
        "bounds": sorted(hard.names),
    }


class Watch:
    """One command under watch."""

    def __init__(
        self, order: Order, isolation: frozenset[str], hard: Bounds, *, root: bool
    ) -> None:
        self.order, self.isolation, self.hard, self.root = order, isolation, hard, root
        self.limits: Mapping[str, float] = order["limits"]
        self.code: int | None = None
        self.output, self.status = os.pipe(), os.pipe()
        self._reason = ""
        self._head, self._tail, self._printed = b"", b"", 0
        self._sizes_at, self._size = 0.0, 0
        self._known = sum(map(processes.size_of, order["watched"]))

    def run(self) -> str:
        """Run it to its end, and tell how it ended."""
        first = os.fork()
        if first == 0:
            _start(self)
        for pipe in (self.output, self.status):
            os.close(pipe[1])
            os.set_blocking(pipe[0], False)
        try:
            ended = self._watch(first)
        finally:
            if "processes" in self.isolation:
                processes.end_namespace(first)
            processes.end_descendants()
            self._read()
        return self._explained(ended)

    def _explained(self, ended: str) -> str:
        """Say what the kernel knows of how it ended, if it did not end well."""
        group = self.hard.group
        if group is None or (ended, self.code) == ("exited", 0) or ended not in _OPEN:
            return ended
        if group.ran_out_of_memory():
            return "memory"
        return "processes" if group.refused_processes() else ended

    def text(self) -> str:
        """Return what was printed, without its middle if that was long."""
        left_out = self._printed - len(self._head) - len(self._tail)
        if self._reason:
            return self._reason
        middle = f"\n[… {left_out} bytes left out …]\n".encode() if left_out else b""
        return (self._head + middle + self._tail).decode(errors="replace")

    def _watch(self, first: int) -> str:
        until = time.monotonic() + self.limits["seconds"]
        waited = [self.output[0], self.status[0], sys.stdin.fileno()]
        status = b""
        while True:
            ready, _, _ = select.select(waited, (), (), _LOOK)
            if sys.stdin.fileno() in ready and not os.read(sys.stdin.fileno(), 4096):
                return "cancelled"
            if self.output[0] in ready and not self._read():
                waited.remove(self.output[0])
            if self.status[0] in ready:
                new = os.read(self.status[0], 4096)
                status += new
                if not new:
                    return self._ended()
                self._learn(status)
            if time.monotonic() >= until:
                return "timeout"
            if excess := self._excess(first):
                return excess

    def _learn(self, status: bytes) -> None:
        """Take in what the first process has said so far: what is lacking, and how it ended."""
        for line in status.split(b"\n")[:-1]:
            said = json.loads(line)
            self.isolation -= set(said.get("lacking", ()))
            self.code = said.get("code", self.code)
            self._reason = said.get("failed", self._reason)

    def _ended(self) -> str:
        if self._reason:
            return "failed"
        return "killed" if self.code is None else "exited"

    def _read(self) -> bool:
        """Read what has been printed; False at its end."""
        while True:
            try:
                new = os.read(self.output[0], 1 << 16)
            except (BlockingIOError, InterruptedError):
                return True
            if not new:
                return False
            self._printed += len(new)
            room = _KEPT - len(self._head)
            self._head += new[:room]
            self._tail = (self._tail + new[room:])[-_KEPT:] if room < len(new) else self._tail
            if self._printed > self.limits["output_mb"] * _MEGABYTE:
                return True

    def _excess(self, first: int) -> str:
        """Return the name of a limit that is passed."""
        group = self.hard.group
        found = [first, *processes.descendants(first)]
        # The supervisor itself counts as a process of the user as well.
        most = self.hard.processes - (group is None)
        if len(found) >= most or (group and group.refused_processes()):
            return "processes"
        if processes.memory_of(found) > self.limits["memory_mb"] * _MEGABYTE:
            return "memory"
        if self._printed > self.limits["output_mb"] * _MEGABYTE:
            return "output"
        return "disk" if self._used() > self.limits["disk_mb"] * _MEGABYTE else ""

    def _used(self) -> int:
        """Return what was written, as far as it is known: large folders are looked at less."""
        now = time.monotonic()
        if now >= self._sizes_at:
            self._size = sum(map(processes.size_of, self.order["watched"])) - self._known
            self._sizes_at = time.monotonic() + max(0.1, 10 * (time.monotonic() - now))
        return self._size


def _start(watch: Watch) -> None:
    """Start the command and wait for it, as the first process of its namespace; never returns."""
    said: dict[str, Any] = {"failed": "the sandbox cannot be set up"}
    try:
        os.setsid()
        namespaces.end_with_parent(signal.SIGKILL)
        os.close(watch.output[0])
        os.close(watch.status[0])
        said = _started(watch)
    except BaseException as error:
        said = {"failed": f"the sandbox cannot be set up: {error}"}
    finally:
        try:
            _say(watch, said)
        finally:
            os._exit(0)


def _say(watch: Watch, said: Mapping[str, Any]) -> None:
    os.write(watch.status[1], json.dumps(said).encode() + b"\n")


def _started(watch: Watch) -> dict[str, Any]:
    """Say what cannot be kept from the command, run it, and return its exit code."""
    watch.hard.join()
    scratch, lacking = _files(watch.order, watch.isolation)
    _say(watch, {"lacking": lacking})
    if lacking and watch.root:
        raise OSError("files cannot be kept from root here; run it as another user")
    watch.hard.restrict()
    is_shown = "files" in watch.isolation and not lacking
    if is_shown:
        namespaces.settle()
    worker = os.fork()
    if worker == 0:
        os.close(watch.status[1])
        _become(watch, scratch, is_shown=is_shown)
    os.close(watch.output[1])
    return {"code": _wait_for(worker)}


def _files(order: Order, isolation: frozenset[str]) -> tuple[str, list[str]]:
    """Make files look as the order says; return the folder for temporary ones, and what failed."""
    scratch = str(order["scratch"])
    lacking = []
    if "files" in isolation:
        view = namespaces.View(order["project"], order["shadow"], scratch, order["kept"])
        try:
            return namespaces.show(view), []
        except OSError:
            lacking.append("files")
    for name in order["kept"]:
        with contextlib.suppress(FileExistsError):
            os.symlink(os.path.join(order["project"], name), os.path.join(order["shadow"], name))
    return scratch, lacking


def _wait_for(worker: int) -> int:
    """Wait for `worker`, and collect what else ends on the way."""
    while True:
        process, status = os.wait()
        if process == worker:
            return os.waitstatus_to_exitcode(status)


def _become(watch: Watch, scratch: str, *, is_shown: bool) -> None:
    """Turn this process into the command; never returns."""
    order = watch.order
    try:
        os.setsid()
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)
        signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
        nothing = os.open(os.devnull, os.O_RDONLY)
        for source, target in ((nothing, 0), (watch.output[1], 1), (watch.output[1], 2)):
            os.dup2(source, target)
        os.closerange(3, 4096)
        os.chdir(os.path.join(order["project" if is_shown else "shadow"], order["folder"]))
        _limit(order["limits"])
        watch.hard.limit()
        if "processes" in watch.isolation:
            namespaces.drop_rights()
        else:
            namespaces.gain_nothing()
        os.execve(
            "/bin/sh", ["/bin/sh", "-c", order["command"]], {**order["env"], "TMPDIR": scratch}
        )
    except BaseException as error:
        os.write(2, f"the command cannot be started: {error}\n".encode())
    finally:
        os._exit(127)


def _limit(limits: Mapping[str, float]) -> None:
    wanted = {
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_CPU: int(limits["cpu"]),
        resource.RLIMIT_FSIZE: int(limits["file_mb"]) * _MEGABYTE,
        resource.RLIMIT_DATA: int(limits["memory_mb"]) * _MEGABYTE,
        resource.RLIMIT_NOFILE: 1024,
    }
    for name, value in wanted.items():
        _, most = resource.getrlimit(name)
        value = value if most == resource.RLIM_INFINITY else min(value, most)
        resource.setrlimit(name, (value, value if name != resource.RLIMIT_CPU else value + 1))


if __name__ == "__main__":
    main()
