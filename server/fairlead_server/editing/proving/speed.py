"""Whether a command has become faster, told from runs of both kinds by turns.

The test is that of Mann and Whitney ("On a test of whether one of two random variables is
stochastically larger than the other", 1947), exact, also where runs take the same time: whatever
the noise is like, so many fast runs on one side are so improbable. By how much is told by the ratio
of the medians in resamples (Efron, "Bootstrap methods: another look at the jackknife", 1979).
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median

ROUNDS = 12
"""Runs of each kind. The probability of all of one kind being faster by chance is 4·10⁻⁷."""

LEVEL = 0.01
"""How probable it may be that something passes for faster that is not."""

_LEAST = 4
"""Rounds after which one gives up on what is not faster by then."""
_RESAMPLES = 2000


@dataclass(frozen=True)
class Speed:
    """How many times as fast it is, the ends of the interval of 95 %, and what chance does."""

    ratio: float
    low: float
    high: float
    p: float
    runs: int

    def is_faster(self, tried: int = 1) -> bool:
        """Tell whether that is more than noise, when so many edits were `tried`."""
        return self.p <= LEVEL / tried and self.low > 1

    def __str__(self) -> str:
        return (
            f"{self.ratio:.2f} times as fast ({self.low:.2f} to {self.high:.2f}; "
            f"{self.runs} runs of each, p = {self.p:.1g})"
        )


def by_turns(old: Callable[[], float], new: Callable[[], float], rounds: int = ROUNDS) -> Speed:
    """Return how fast `new` is; each returns the seconds of a run.

    Which is first alternates, so that what slows the machine down slows down both. The first run
    of each does not count: it fills caches.
    """
    old(), new()
    before: list[float] = []
    after: list[float] = []
    for number in range(rounds):
        order = [(old, before), (new, after)]
        for run, seconds in order if number % 2 == 0 else order[::-1]:
            seconds.append(run())
        if number + 1 == _LEAST and median(after) >= median(before):
            break
    return compared(before, after)


def compared(before: Sequence[float], after: Sequence[float], seed: int = 0) -> Speed:
    """Return how fast the runs `after` are, as many as those `before`."""
    rng = random.Random(seed)
    ratios = sorted(
        median(rng.choices(before, k=len(before))) / median(rng.choices(after, k=len(after)))
        for _ in range(_RESAMPLES)
    )
    low, high = ratios[int(0.025 * _RESAMPLES)], ratios[int(0.975 * _RESAMPLES)]
    return Speed(median(before) / median(after), low, high, probability(before, after), len(before))


def probability(before: Sequence[float], after: Sequence[float]) -> float:
    """Return how probable it is by chance that the runs `after` rank as low as they do."""
    both = sorted((*before, *after))
    # Twice the rank: what is equal shares the mean of its ranks.
    ranks = {time: both.index(time) + 1 + len(both) - both[::-1].index(time) for time in both}
    sums = _sums([ranks[time] for time in both], len(after))
    reached = sum(ranks[time] for time in after)
    below = sum(count for total, count in sums.items() if total <= reached)
    return below / math.comb(len(both), len(after))


def _sums(ranks: Sequence[int], size: int) -> dict[int, int]:
    """Return how many choices of `size` of the `ranks` have each sum."""
    found: list[dict[int, int]] = [{0: 1}, *({} for _ in range(size))]
    for rank in ranks:
        for taken in range(size - 1, -1, -1):
            for total, count in found[taken].items():
                further = found[taken + 1]
                further[total + rank] = further.get(total + rank, 0) + count
    return found[size]
