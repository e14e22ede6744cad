"""How fast to learn at each moment of a run whose length is given in time, not in steps.

Warm-up, a stable phase, and a linear decay to nothing (Hu et al., "MiniCPM", 2024). As the clock
drives it, a run on any machine, however busy, ends on time and decayed.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Schedule:
    """A run of `minutes`, whose last part, from the share `decay_from` on, is the decay."""

    minutes: float
    decay_from: float = 0.7
    warm_up: int = 60

    def rate(self, share: float, step: int) -> float:
        """Return the learning rate as a share of the highest, after `share` of the time."""
        rise = min(1.0, (step + 1) / self.warm_up)
        fall = (1 - share) / (1 - self.decay_from) if share > self.decay_from else 1.0
        return rise * max(0.01, min(1.0, fall))


class Clock:
    """The share of a run's time that is over. `elapsed` is what an interrupted run had used."""

    def __init__(
        self, minutes: float, elapsed: float = 0.0, now: Callable[[], float] = time.monotonic
    ) -> None:
        self._seconds = minutes * 60
        self._now = now
        self._start = now() - elapsed

    @property
    def elapsed(self) -> float:
        """Seconds of the run so far."""
        return self._now() - self._start

    @property
    def share(self) -> float:
        """How much of the run is over; 1 and more is all of it."""
        return self.elapsed / self._seconds
