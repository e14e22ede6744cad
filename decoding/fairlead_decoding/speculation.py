"""Whether it pays to evaluate drafted tokens ahead.

How much cheaper a forward pass over a few tokens is than as many passes over one depends on model
and machine; how often a draft comes true depends on the text. Both are measured while decoding,
the second also for drafts of which nothing is evaluated, so that what is off can come on.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from fairlead_decoding.drafts import Draft

SIZES = (1, 3, 7, 15)
"""How many drafted tokens are evaluated at once. With the token before them these are the numbers
of rows that matrix kernels are made for; few sizes are measured soon."""

LONGEST = SIZES[-1]

PAYS = 1.1
"""Drafts are evaluated where they are expected to make forward passes this much faster: less would
go into making them, and into passes of changing sizes, which are slower than equal ones."""

RETRY = 256
"""After so many passes without a draft a few are evaluated, to see whether it pays by now."""

FORGET = 1024
"""After so many passes the measurements of a size count no more."""

_CERTAIN = 3  # measurements of a size that are enough to go by
_TIMES = 16  # measurements of a size that are kept
_GUESSED_SLOPE = 0.1
_LEARNT = 8  # drafts of a kind that are watched before one is evaluated
_ATTENTIVE = 32  # passes without a draft after which only one pass in _GLANCE makes one
_GLANCE = 4
_MEMORY = 128  # drafts of a kind after which all until then count half


def best_size(came_true: Sequence[float], costs: Mapping[int, float]) -> tuple[int, float]:
    """Return how many drafted tokens to evaluate, at least one, and how much faster that is.

    ``came_true[i]`` is the share of drafts of which more than i tokens come true; ``costs[n]`` is
    what a pass with n drafted tokens takes, a pass without being 1. Returns (0, 1.0) where no
    size is as short as the draft.
    """
    sizes = [size for size in costs if size <= len(came_true)]
    gains = {size: (1 + sum(came_true[:size])) / costs[size] for size in sizes}
    best = max(gains, key=lambda size: gains[size], default=0)
    return best, gains.get(best, 1.0)


class PassCosts:
    """What forward passes cost, by the number of drafted tokens in them."""

    def __init__(self) -> None:
        self._passes = 0
        self._single = 0
        self._used: dict[int, int] = {}
        self._singles: deque[float] = deque(maxlen=_TIMES)
        self._ratios: dict[int, deque[float]] = {}
        self._known: dict[int, float] | None = None

    def note(self, size: int, seconds: float) -> None:
        """Add a measurement."""
        self._passes += 1
        if not size:
            self._single = self._passes
            self._singles.append(seconds)
            return
        self._known = None
        if size not in self._ratios:
            # The first pass of a size also sets up what later ones use.
            self._ratios[size] = deque(maxlen=_TIMES)
        elif self._passes - self._single <= _TIMES and self._singles:
            # How fast the machine is changes: compare with what has just been measured.
            self._ratios[size].append(seconds / _typical(self._singles))
        self._used[size] = self._passes
        for old in [n for n, at in self._used.items() if self._passes - at > FORGET]:
            del self._used[old], self._ratios[old]

    def ratios(self) -> dict[int, float]:
        """Return the cost of a pass for all `SIZES`, that of a pass without a draft being 1.

        A size that was not measured costs as much per token as the nearest one that was.
        """
        if self._known is None:
            self._known = self._estimate()
        return self._known

    def _estimate(self) -> dict[int, float]:
        measured = {n: ratios for n, ratios in self._ratios.items() if len(ratios) >= _CERTAIN}
        known = {n: max(1.0, _typical(ratios)) for n, ratios in measured.items()}
        slopes = {n: (ratio - 1) / n for n, ratio in known.items()}
        nearest = {n: min(slopes, key=lambda k: abs(k - n), default=n) for n in SIZES}
        guessed = {n: 1 + n * slopes.get(k, _GUESSED_SLOPE) for n, k in nearest.items()}
        return guessed | known


def _typical(times: Sequence[float]) -> float:
    # Others that use the machine make passes longer, and long ones more often: the median would
    # tell more of them than of the passes. The least could be a slip of the clock.
    return sorted(times)[len(times) // 8]


@dataclass
class Speculation:
    """What was measured about drafts with one model; shared by all its texts.

    `passes` counts forward passes, `drafted` the tokens evaluated ahead, and `accepted` those of
    them that were chosen. With `fixed` so many are evaluated, whatever is measured.
    """

    clock: Callable[[], float] = time.perf_counter
    fixed: int | None = None
    passes: int = 0
    drafted: int = 0
    accepted: int = 0
    costs: PassCosts = field(default_factory=PassCosts)
    _idle: int = 0
    _trials: int = 0
    _reached: dict[int, NDArray[np.float64]] = field(default_factory=dict)

    def watches(self) -> bool:
        """Tell whether a draft is wanted: where none pays for long, not after every token."""
        return self._idle <= _ATTENTIVE or self.passes % _GLANCE == 0

    def size(self, draft: Draft, place: int) -> int:
        """Return how many tokens of `draft` to evaluate, of which `place` came true already."""
        left = len(draft.tokens) - place
        if self.fixed is not None:
            return min(self.fixed, left)
        size, gain = best_size(self.chances(draft.matched, place)[:left], self.costs.ratios())
        if self._idle >= RETRY:
            self._trials = _CERTAIN + 1
        return size if gain >= PAYS or self._trials else 0

    def chances(self, matched: int, place: int = 0) -> list[float]:
        """Return how often more than 0, 1, … further tokens came true of drafts with such a match.

        Counts those of which `place` did. Empty while too few were watched.
        """
        reached = self._reached.get(matched)
        if reached is None or reached[0] < _LEARNT or not reached[place]:
            return []
        shares: list[float] = (reached[place + 1 :] / reached[place]).tolist()
        return shares

    def came_true(self, draft: Draft, count: int) -> None:
        """Note that `count` tokens of a draft were chosen, evaluated ahead or not."""
        reached = self._reached.setdefault(draft.matched, np.zeros(LONGEST + 1))
        if reached[0] >= _MEMORY:
            reached /= 2
        reached[: count + 1] += 1

    def took(self, size: int, seconds: float, accepted: int = 0) -> None:
        """Note what a pass with `size` drafted tokens took, and how many of them were chosen."""
        self.passes += 1
        self.drafted += size
        self.accepted += accepted
        self._idle = 0 if size else self._idle + 1
        self._trials -= bool(size and self._trials)
        self.costs.note(size, seconds)
