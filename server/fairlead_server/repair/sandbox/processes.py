"""Descendants of a process: which there are, what they use, and how all of them are ended.

Part of the supervisor process, which is their nearest ancestor that adopts orphans: so none of
them can leave its tree.
"""

from __future__ import annotations

import contextlib
import os
import signal
import time

_ROUNDS = 400
_PAGE = os.sysconf("SC_PAGE_SIZE")


def descendants(root: int) -> list[int]:
    """Return the ids of all processes below `root`, as far as the system tells."""
    found: list[int] = []
    waiting = [root]
    while waiting:
        below = _children(waiting.pop())
        found += below
        waiting += below
    return found


def _children(process: int) -> list[int]:
    found: list[int] = []
    try:
        tasks = os.listdir(f"/proc/{process}/task")
    except OSError:
        return found
    for task in tasks:
        with contextlib.suppress(OSError):
            path = f"/proc/{process}/task/{task}/children"
            with open(path, encoding="ascii") as file:
                found += map(int, file.read().split())
    return found


def memory_of(processes: list[int]) -> int:
    """Return how many bytes of memory `processes` hold."""
    total = 0
    for process in processes:
        with (
            contextlib.suppress(OSError, IndexError),
            open(f"/proc/{process}/statm", encoding="ascii") as file,
        ):
            total += int(file.read().split()[1]) * _PAGE
    return total


def end_namespace(first: int) -> None:
    """End the first process of a process namespace: the kernel ends all others with it."""
    _signal(first, signal.SIGKILL)
    with contextlib.suppress(ChildProcessError):
        os.waitpid(first, 0)


def end_descendants() -> None:
    """End all descendants of this process; they are stopped first, so that they start no more."""
    for _ in range(_ROUNDS):
        found = descendants(os.getpid())
        for number in (signal.SIGSTOP, signal.SIGKILL):
            for process in found:
                _signal(process, number)
        if not _reap() and not found:
            return
        time.sleep(0.005)


def _signal(process: int, number: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.kill(process, number)


def _reap() -> bool:
    """Collect children that have ended; tell whether there are any others."""
    while True:
        try:
            process, _ = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return False
        if not process:
            return True


def size_of(folder: str) -> int:
    """Return how many bytes the files below `folder` take on the disk; links are not followed."""
    total, waiting = 0, [folder]
    while waiting:
        try:
            with os.scandir(waiting.pop()) as entries:
                for entry in entries:
                    if entry.is_dir(follow_symlinks=False):
                        waiting.append(entry.path)
                    else:
                        total += entry.stat(follow_symlinks=False).st_blocks * 512
        except OSError:
            continue
    return total
