"""How much memory this process takes."""

from __future__ import annotations

import contextlib
import ctypes
import gc
import os
import sys
from pathlib import Path

MB = 1 << 20


def resident_mb() -> float | None:
    """Return the resident memory of this process, None where the system does not tell it."""
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[1])
    except (OSError, ValueError):
        return None
    return pages * os.sysconf("SC_PAGE_SIZE") / MB


def give_back() -> None:
    """Return to the system what has been freed."""
    gc.collect()
    if sys.platform == "linux":
        # Other C libraries than glibc do without.
        with contextlib.suppress(OSError, AttributeError):
            ctypes.CDLL(None).malloc_trim(0)
