"""Control groups, of either version: the kernel counts what is in them, and refuses the rest.

Part of the supervisor process. A group is made beside or below those that this process is in, and
no setting of an existing one is changed.
"""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

_PREFIX = "fairlead-"
_MOUNTS, _OWN = Path("/proc/self/mounts"), Path("/proc/self/cgroup")
_OLD = 3600.0
_SLACK = 16 << 20
"""Bytes above the limit: the supervisor, which can say why, comes first where it is in time."""


@dataclass
class Group:
    """A group, in one folder or, of the old version, in one for each limit.

    `doors` are its files for joining, opened while that is allowed.
    """

    folders: list[Path] = field(default_factory=list)
    doors: list[int] = field(default_factory=list)

    def join(self) -> None:
        """Put this process, and all that it will start, into the group."""
        for door in self.doors:
            os.write(door, b"0\n")

    def refused_processes(self) -> bool:
        """Tell whether the kernel has refused to start a process."""
        return any(_number(folder / "pids.events", "max") for folder in self.folders)

    def ran_out_of_memory(self) -> bool:
        """Tell whether the kernel has ended a process for its memory."""
        files = ("memory.events", "memory.oom_control")
        return any(_number(f / name, "oom_kill") for f in self.folders for name in files)

    def leave(self) -> None:
        """Close the doors, as a process must that others can influence."""
        for door in self.doors:
            os.close(door)
        self.doors = []

    def remove(self) -> None:
        """Remove the group, once no process is in it any more."""
        self.leave()
        for folder in self.folders:
            for _ in range(100):
                with contextlib.suppress(FileNotFoundError):
                    try:
                        folder.rmdir()
                    except OSError:
                        time.sleep(0.01)
                        continue
                break


def make_group(processes: int, memory: int) -> Group | None:
    """Make a group for so many processes and bytes; None where none can limit processes."""
    group, own = Group(), own_folders()
    try:
        folder = _made(_candidates(own, "pids"), "pids.max")
        if folder is None:
            return None
        _enter(group, folder)
        _write(folder / "pids.max", str(processes))
        if int((folder / "pids.max").read_text(encoding="ascii")) != processes:
            raise OSError("the limit is not kept")
        with contextlib.suppress(OSError):
            _limit_memory(group, own, memory + _SLACK)
    except (OSError, ValueError):
        group.remove()
        return None
    return group


def own_folders() -> dict[str, Path]:
    """Return the folder of this process's group, by controller; ``""`` for the new version."""
    mounts = {}
    for line in _MOUNTS.read_text(encoding="utf-8", errors="replace").splitlines():
        _, place, kind, options = line.split()[:4]
        if kind == "cgroup2":
            mounts[""] = place
        elif kind == "cgroup":
            mounts |= dict.fromkeys(options.split(","), place)
    found = {}
    for line in _OWN.read_text(encoding="utf-8").splitlines():
        _, names, path = line.split(":", 2)
        for name in names.split(","):
            if name in mounts and ".." not in path:
                found[name] = Path(mounts[name] + path)
    return found


def _limit_memory(group: Group, own: dict[str, Path], memory: int) -> None:
    folder = group.folders[0]
    if (folder / "memory.max").exists():
        _write(folder / "memory.max", str(memory))
        _write(folder / "memory.swap.max", "0")
        return
    made = _made(_candidates(own, "memory"), "memory.limit_in_bytes")
    if made is not None:
        _write(made / "memory.limit_in_bytes", str(memory))
        _enter(group, made)
        _write(made / "memory.memsw.limit_in_bytes", str(memory))


def _candidates(own: dict[str, Path], controller: str) -> Iterator[Path]:
    """Yield the groups below which one may be made: the nearest first.

    One of the new version that has processes has no groups with limits below it.
    """
    if controller in own:
        yield own[controller]
    elif "" in own:
        yield own[""]
        yield from own[""].parents


def _made(parents: Iterable[Path], limit: str) -> Path | None:
    """Return a new group below the first of `parents` in which there is such a limit."""
    for parent in parents:
        _sweep(parent)
        folder = parent / f"{_PREFIX}{os.getpid()}-{time.monotonic_ns()}"
        try:
            folder.mkdir()
        except OSError:
            continue
        if (folder / limit).exists():
            return folder
        folder.rmdir()
    return None


def _sweep(parent: Path) -> None:
    """Remove the groups that supervisors have left which were killed; used ones cannot be."""
    for folder in parent.glob(f"{_PREFIX}*"):
        with contextlib.suppress(OSError):
            if time.time() - folder.stat().st_mtime > _OLD:
                folder.rmdir()


def _enter(group: Group, folder: Path) -> None:
    group.folders.append(folder)
    group.doors.append(os.open(folder / "cgroup.procs", os.O_WRONLY | os.O_CLOEXEC))


def _write(path: Path, text: str) -> None:
    with contextlib.suppress(FileNotFoundError):
        path.write_text(text, encoding="ascii")


def _number(path: Path, name: str) -> int:
    """Return the number behind `name` in a file of such pairs, 0 where there is none."""
    with contextlib.suppress(OSError, ValueError):
        for line in path.read_text(encoding="ascii").splitlines():
            if line.startswith(f"{name} "):
                return int(line.split()[1])
    return 0
