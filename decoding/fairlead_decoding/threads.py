"""How many threads a model runs best with here and now: measured, since it cannot be known.

Decoding one token mostly waits for memory, and the threads wait for each other after every layer
by spinning. So more of them need not be faster, and on a machine where another process has one of
the cores they can be slower by orders of magnitude.
"""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from statistics import median

logger = logging.getLogger(__name__)

WORTH_IT = 0.9
"""More threads are taken where they need at most this share of the time that fewer need."""

FAST = 0.002
"""Seconds a token may take without any thread being added."""

_REPETITIONS = 5
_ENOUGH_SECONDS = 0.01  # of one candidate: what takes longer is not measured again


def choose_threads(measure: Callable[[int], float], candidates: Iterable[int]) -> int:
    """Return the candidate for which `measure`, the seconds a token takes, is least, or nearly so.

    Fewer threads are preferred where more gain little: they leave room for the analysis, for the
    editor, and for whatever else runs. The least candidate is measured first, and none after one
    that is `FAST`, or twice as slow as the best.
    """
    first, *others = sorted(set(candidates))
    if not others:
        return first
    best, least = first, measure(first)
    for count in others:
        if least <= FAST:
            break
        seconds = measure(count)
        if seconds <= least * WORTH_IT:
            best, least = count, seconds
        elif seconds > 2 * least:
            break
    return best


def measured_threads(run: Callable[[int], object]) -> int:
    """Return how many threads to give a model of which `run` decodes one token with so many.

    Takes some hundredths of a second, or for large models as long as some tokens.
    """
    candidates = thread_candidates(physical_cores())
    if len(candidates) == 1:
        return candidates[0]
    run(candidates[0])  # Brings the weights into memory.
    chosen = choose_threads(lambda count: typical_seconds(lambda: run(count)), candidates)
    logger.debug("threads: %d of %s", chosen, candidates)
    return chosen


def thread_candidates(cores: int) -> list[int]:
    """Return the counts worth a measurement: one, half of the cores, all."""
    return sorted({1, max(1, cores // 2), cores})


def typical_seconds(
    action: Callable[[], object], clock: Callable[[], float] = time.perf_counter
) -> float:
    """Return what `action` mostly takes: the median of a few runs, of fewer where it is slow."""
    taken: list[float] = []
    while len(taken) < _REPETITIONS and sum(taken) < _ENOUGH_SECONDS:
        start = clock()
        action()
        taken.append(clock() - start)
    return median(taken)


def physical_cores() -> int:
    """Count the cores this process may run on, hyper-threads of one core once."""
    count = os.cpu_count() or 1
    allowed = os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else range(count)
    return len({_siblings(cpu) for cpu in allowed})


def _siblings(cpu: int) -> str:
    """Return what the processors that share a core with `cpu` have in common."""
    listing = Path(f"/sys/devices/system/cpu/cpu{cpu}/topology/thread_siblings_list")
    try:
        return listing.read_text()
    except OSError:
        return str(cpu)
