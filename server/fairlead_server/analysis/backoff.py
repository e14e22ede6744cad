"""How long a process that fails is left alone before it is started again."""

from __future__ import annotations

import time

FIRST_DELAY, LONGEST_DELAY = 0.2, 30.0
"""Seconds between a failure and the next start; they double with each failure.

After something that worked, the first start is not delayed.
"""


class Backoff:
    """Counts the failures of one process."""

    def __init__(self) -> None:
        self._delay = 0.0
        self._not_before = 0.0

    @property
    def over(self) -> bool:
        """Tell whether the process may be started now."""
        return time.monotonic() >= self._not_before

    def failed(self) -> float:
        """Take note of a failure; return how many seconds the next start has to wait."""
        delay = self._delay
        self._not_before = time.monotonic() + delay
        self._delay = min(max(2 * delay, FIRST_DELAY), LONGEST_DELAY)
        return delay

    def worked(self) -> None:
        """Take note that the process works: its next failure is the first again."""
        self._delay = 0.0
