"""Processes and their children, as Linux tells them; elsewhere none are seen."""

from __future__ import annotations

from pathlib import Path

SEES_PROCESSES = Path("/proc/self/task").is_dir()


def children(pid: int) -> list[int]:
    """Return the processes that any thread of `pid` has started."""
    lists = Path(f"/proc/{pid}/task").glob("*/children")
    return [int(child) for path in lists for child in path.read_text().split()]


def alive(pid: int) -> bool:
    """Tell whether `pid` runs; one that has ended and that nobody has asked about does not."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except FileNotFoundError:
        return False
    return stat.rpartition(")")[2].split()[0] != "Z"
