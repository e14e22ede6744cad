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
from statistics import median

import numpy as np
from numpy.typing import NDArray

from fairlead_decoding.drafts import Draft

SIZES = (1, 2, 3, 4, 6, 8, 12)
"""How many drafted tokens may be evaluated at once."""

LONGEST = SIZES[-1]
PAYS = 1.05
"""Drafts are evaluated where they are expected to make forward passes this much faster."""

RETRY = 256
"""After so many passes without a draft one is evaluated to see whether it still does not pay."""

_LEARNT = 8  # drafts of a kind that are watched before one is evaluated
_MEMORY = 128  # drafts of a kind after which older ones count half
_TIMES = 9
_CERTAIN = 3  # measurements of a size that are enough to go by
_GUESSED_SLOPE = 0.1


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


@dataclass
class Speculation:
    """What was measured about drafts with one model; shared by all its texts.

    `passes` counts forward passes, `drafted` the tokens evaluated ahead, `accepted` those of them
    that were chosen. `forced` evaluates so many drafted tokens whatever is measured.
    """

    clock: Callable[[], float] = time.perf_counter
    forced: int | None = None
    passes: int = 0
    drafted: int = 0
    accepted: int = 0
    _idle: int = 0
    _single: deque[float] = field(default_factory=lambda: deque(maxlen=_TIMES))
    _ratios: dict[int, deque[float]] = field(default_factory=dict)
    _reached: dict[str, NDArray[np.float64]] = field(default_factory=dict)

    def size(self, draft: Draft, place: int) -> int:
        """Return how many tokens of `draft` to evaluate, of which `place` came true already."""
        left = len(draft.tokens) - place
        if self.forced is not None:
            return min(self.forced, left)
        reached = self._reached.get(draft.kind)
        if reached is None or reached[0] < _LEARNT or not self._single or not reached[place]:
            return 0
        came_true = reached[place + 1 : place + 1 + left] / reached[place]
        size, gain = best_size(came_true.tolist(), self.costs())
        return size if gain >= PAYS or self._idle >= RETRY else 0

    def costs(self) -> dict[int, float]:
        """Return the cost of a pass by the number of drafted tokens, without them being 1.

        A size that was not measured costs as much per token as the nearest one that was.
        """
        known = {n: median(r) for n, r in self._ratios.items() if len(r) >= _CERTAIN}
        slopes = {n: (ratio - 1) / n for n, ratio in known.items()}
        nearest = {n: min(slopes, key=lambda k: abs(k - n), default=n) for n in SIZES}
        guessed = {n: 1 + n * slopes.get(k, _GUESSED_SLOPE) for n, k in nearest.items()}
        return guessed | known

    def came_true(self, draft: Draft, count: int) -> None:
        """Note that `count` tokens of a draft were chosen, evaluated ahead or not."""
        reached = self._reached.setdefault(draft.kind, np.zeros(LONGEST + 1))
        if reached[0] >= _MEMORY:
            reached /= 2
        reached[: count + 1] += 1

    def took(self, size: int, seconds: float, accepted: int = 0) -> None:
        """Note what a pass with `size` drafted tokens took, and how many of them were chosen."""
        self.passes += 1
        self.drafted += size
        self.accepted += accepted
        self._idle = 0 if size else self._idle + 1
        if not size:
            self._single.append(seconds)
        elif self._single:
            ratios = self._ratios.setdefault(size, deque(maxlen=_TIMES))
            ratios.append(seconds / median(self._single))
