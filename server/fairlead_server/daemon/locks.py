"""Locks between processes; the system frees them when their holder dies, however it dies."""

from __future__ import annotations

import contextlib
import os
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

_POLL = 0.05


@contextlib.contextmanager
def locked(
    path: Path, patience: float, hopeless: Callable[[], bool] = lambda: False
) -> Iterator[bool]:
    """Hold the lock at `path`; yields whether it was had within `patience` seconds.

    Waits no longer once `hopeless` says so.
    The file stays: whoever removed it could break a lock that somebody has just taken.
    """
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        yield _had(handle, time.monotonic() + patience, hopeless)
    finally:
        os.close(handle)


def _had(handle: int, until: float, hopeless: Callable[[], bool]) -> bool:
    while not _try(handle):
        if time.monotonic() >= until or hopeless():
            return False
        time.sleep(_POLL)
    return True


def _try(handle: int) -> bool:
    if sys.platform == "win32":
        raise NotImplementedError("there are no sockets of the user on Windows")
    import fcntl

    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
