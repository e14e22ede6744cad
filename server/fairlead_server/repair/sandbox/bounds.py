"""Which hard limit holds on the number of processes: the kernel refuses what goes beyond it.

Part of the supervisor process. A supervisor that looks every so often comes too late for programs
that multiply; so nothing is run unless one of these holds.

=========  ========================================================================================
name       what holds
=========  ========================================================================================
``group``  a control group of its own, with ``pids.max``
``user``   RLIMIT_NPROC, which counts the processes of a user, from Linux 5.14 on those in the user
           namespace alone; the kernel lets root pass
``ids``    the process namespace has few ids (``kernel.pid_max`` of a namespace, Linux 6.14); not
           fewer than 300
=========  ========================================================================================
"""

from __future__ import annotations

import contextlib
import os
import platform
import resource
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fairlead_server.repair.sandbox.groups import Group, make_group

_OWN = 4
"""Processes of the sandbox itself that count as well."""
_COUNTED_BY_NAMESPACE = (5, 14)
_FEWEST_IDS = 301
"""The kernel takes no smaller ``pid_max``; ids below are given out but once."""
_PID_MAX = Path("/proc/sys/kernel/pid_max")
_MEGABYTE = 1 << 20


class Unbounded(Exception):
    """No hard limit on processes can be had; says what would help."""


@dataclass(frozen=True)
class Bounds:
    """The limits that are prepared: a `group`, or so many processes of the user, or of ids."""

    names: frozenset[str]
    processes: int
    group: Group | None = None
    user: int | None = None
    ids: bool = False

    def join(self) -> None:
        """Put this process, and what it will start, into the group. Raises `OSError`."""
        if self.group is not None:
            self.group.join()
            self.group.leave()

    def restrict(self) -> None:
        """Leave few ids to the namespace whose first process this is. Raises `OSError`."""
        if self.ids:
            _PID_MAX.write_text(str(max(_FEWEST_IDS, self.processes)), encoding="ascii")

    def limit(self) -> None:
        """Hold for the program that this process turns into."""
        if self.user is not None:
            resource.setrlimit(resource.RLIMIT_NPROC, (self.user, self.user))


def is_root() -> bool:
    """Tell whether the kernel takes this process's user for root of the whole machine."""
    if os.getuid() and os.geteuid():
        return False
    with contextlib.suppress(OSError, ValueError):
        for line in Path("/proc/self/uid_map").read_text(encoding="ascii").splitlines():
            inside, outside, count = map(int, line.split())
            if inside <= 0 < inside + count:
                return outside == 0
    return True


def prepared(limits: Mapping[str, Any], allowed: Collection[str]) -> Group | None:
    """Make a control group, while this process may still do so."""
    if "group" not in allowed:
        return None
    return make_group(int(limits["processes"]) + _OWN, int(limits["memory_mb"]) * _MEGABYTE)


def chosen(
    limits: Mapping[str, Any],
    allowed: Collection[str],
    group: Group | None,
    isolation: Collection[str],
    *,
    root: bool,
) -> Bounds:
    """Return the limits that hold. Raises `Unbounded` where there is none.

    Root could undo them, but for namespaces in which it is root of nothing else.
    """
    processes = int(limits["processes"]) + _OWN
    if root and not {"processes", "files"} <= set(isolation):
        raise Unbounded(
            "root is not kept from anything here: no namespaces can be made; run it as another user"
        )
    names = set() if group is None else {"group"}
    user = None
    if "user" in allowed and not root:
        names.add("user")
        user = processes + (0 if _counts_by_namespace(isolation) else _own_processes())
    if not names and "ids" in allowed and "processes" in isolation:
        names.add("ids")
    if not names:
        raise Unbounded(
            "the number of processes cannot be limited here: there is no control group to make "
            "one in, and the limits of users do not hold for root; run it as another user"
        )
    return Bounds(frozenset(names), processes, group, user, "ids" in names)


def _counts_by_namespace(isolation: Collection[str]) -> bool:
    numbers = platform.release().split("-")[0].split(".")[:2]
    version = tuple(int(number) for number in numbers if number.isdecimal())
    return "processes" in isolation and version >= _COUNTED_BY_NAMESPACE


def _own_processes() -> int:
    """Return how many processes, with their threads, the user has already."""
    count = 0
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if folder.stat().st_uid == os.getuid():
                count += len(os.listdir(folder / "task"))
    return count
