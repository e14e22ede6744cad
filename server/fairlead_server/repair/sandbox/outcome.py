"""What a program may use, and what became of it."""

from __future__ import annotations

import re
import signal
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

Ended = Literal[
    "exited", "timeout", "memory", "disk", "processes", "output", "cancelled", "killed", "failed"
]
"""How a command ended: by itself, by a limit, by the caller, by a signal from elsewhere, or not
at all, since it could not be started."""

BOUNDS = ("group", "user", "ids")
"""The hard limits on the number of processes, see `bounds`; the first that can be had is used."""

_MEMORY = re.compile(
    r"^MemoryError\b|OutOfMemoryError|std::bad_alloc|Cannot allocate memory|memory allocation of",
    re.MULTILINE,
)
_PROCESSES = re.compile(
    r"^BlockingIOError: \[Errno 11\]|Resource temporarily unavailable|[Cc]annot fork"
    r"|unable to create (?:new )?native thread|can't start new thread",
    re.MULTILINE,
)
_DISK = re.compile(r"No space left on device|File too large|Disk quota exceeded")


@dataclass(frozen=True)
class Limits:
    """What a command and all that it starts may use together; `cpu` and `file_mb` hold for each.

    `seconds` are on the clock. `disk_mb` is how much it may write, `output_mb` how much print.
    """

    seconds: float = 60.0
    cpu: int = 60
    memory_mb: int = 2048
    file_mb: int = 256
    disk_mb: int = 512
    processes: int = 512
    output_mb: int = 64


@dataclass(frozen=True)
class Outcome:
    """What became of a command.

    `code` is its exit status, negative for a signal. `output` is the beginning and the end of what
    it printed. `network` says that it tried to reach another machine; `isolation` names what it was
    cut off from: ``network``, ``processes``, ``files``; `bounds` what limits its processes
    (`bounds`).
    """

    ended: Ended
    code: int | None
    output: str
    seconds: float
    network: bool = False
    isolation: frozenset[str] = frozenset()
    bounds: frozenset[str] = frozenset()

    @property
    def passed(self) -> bool:
        """Whether it ended by itself with exit code 0."""
        return self.ended == "exited" and self.code == 0

    @property
    def stopped(self) -> bool:
        """Whether a limit ended it."""
        return self.ended not in ("exited", "failed")


def outcome(report: Mapping[str, Any]) -> Outcome:
    """Return what the supervisor's `report` means.

    A program that is refused memory or room on the disk usually ends by itself: that shows in its
    last words.
    """
    code, output = report["code"], str(report["output"])
    ended: Ended = report["ended"]
    if ended == "exited" and code:
        ended = _by_its_end(code, output)
    return Outcome(
        ended,
        code,
        output,
        float(report["seconds"]),
        bool(report["network"]),
        frozenset(report["isolation"]),
        frozenset(report.get("bounds", ())),
    )


def _by_its_end(code: int, output: str) -> Ended:
    tail = output[-8000:]
    # A shell reports the signal that ended its child as 128 and its number.
    number = -code if code < 0 else code - 128
    if number == signal.SIGXCPU:
        return "timeout"
    if number == signal.SIGXFSZ or _DISK.search(tail):
        return "disk"
    if _MEMORY.search(tail):
        return "memory"
    if _PROCESSES.search(tail):
        return "processes"
    return "killed" if number == signal.SIGKILL else "exited"
