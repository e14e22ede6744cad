"""Processes and their children, as Linux tells them; elsewhere none are seen."""

from __future__ import annotations

import contextlib
from pathlib import Path

SEES_PROCESSES = Path("/proc/self/task").is_dir()


def children(pid: int) -> list[int]:
    """Return the processes that any thread of `pid` has started."""
    found: list[int] = []
    # Threads end, and the process may, while they are looked at.
    with contextlib.suppress(FileNotFoundError, ProcessLookupError):
        for thread in list(Path(f"/proc/{pid}/task").iterdir()):
            with contextlib.suppress(FileNotFoundError, ProcessLookupError):
                found += map(int, (thread / "children").read_text().split())
    return found


def alive(pid: int) -> bool:
    """Tell whether `pid` runs; one that has ended and that nobody has asked about does not."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False
    return stat.rpartition(")")[2].split()[0] != "Z"
