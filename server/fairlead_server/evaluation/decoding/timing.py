"""Clocks, and how two ways of doing the same are compared."""

from __future__ import annotations

import gc
import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

Clock = Callable[[], float]

_FINE = 1e-5  # some systems count a thread's time in ticks
_own = time.thread_time if time.get_clock_info("thread_time").resolution < _FINE else None

CLOCKS: Mapping[str, Clock] = {"cpu": _own or time.perf_counter, "wall": time.perf_counter}
"""cpu counts what the calling thread computes, and not what others do to it meanwhile; it misses
what other threads and a GPU compute."""


def clock_for(name: str, threads: int | None, remark: Callable[[str], None]) -> Clock:
    """Return the clock of that name, or that of the wall where it would miss other threads."""
    if name == "cpu" and threads != 1:
        remark("with several threads times are taken from the wall clock")
        return CLOCKS["wall"]
    return CLOCKS[name]


@contextmanager
def uncollected() -> Iterator[None]:
    """Keep Python's garbage collector, which comes at any time, from what is timed."""
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def interleaved(ways: Sequence[Callable[[int], float]], rounds: int) -> Iterator[tuple[float, ...]]:
    """Yield what each of `ways` took in each round, in their order.

    A way is given the number of the round. Who comes first changes from round to round.
    """
    for number in range(rounds):
        shift = number % len(ways)
        taken: dict[int, float] = {}
        for place in [*range(shift, len(ways)), *range(shift)]:
            with uncollected():
                taken[place] = ways[place](number)
        yield tuple(taken[place] for place in range(len(ways)))


def resident_mb() -> float | None:
    """Return how much memory the process has, None where the system does not tell."""
    listing = Path("/proc/self/statm")
    if not listing.exists():
        return None
    return int(listing.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6
