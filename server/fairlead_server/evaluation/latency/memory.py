"""How much memory processes use, as Linux tells it."""

from __future__ import annotations

import os
from pathlib import Path

_PROCESSES = Path("/proc")


def resident(marker: str) -> int | None:
    """Return the bytes in memory of the processes with `marker` in their environment.

    So those count as well that were started to outlive their parent. None where the system does
    not tell.
    """
    found = [path for path in _PROCESSES.glob("[0-9]*") if marker.encode() in _environment(path)]
    return sum(map(_pages, found)) * os.sysconf("SC_PAGE_SIZE") if found else None


def _environment(process: Path) -> bytes:
    try:
        return (process / "environ").read_bytes()
    except OSError:
        return b""


def _pages(process: Path) -> int:
    try:
        return int((process / "statm").read_text().split()[1])
    except (OSError, IndexError):
        return 0
