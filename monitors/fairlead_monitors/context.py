"""What a monitor is given to work with: one place in one document."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from fairlead_monitors.engine import CompletionEngine


def _never() -> bool:
    return False


@dataclass(frozen=True)
class Context:
    """The text on both sides of the cursor, and the engine that knows the program around it.

    `patience` is how many seconds one analysis may take; `deadline`, on the monotonic clock, ends
    all of them. An answer that comes later, or after `cancelled`, counts as unknown.
    """

    path: str
    prefix: str
    suffix: str
    engine: CompletionEngine
    patience: float = 2.0
    deadline: float = float("inf")
    cancelled: Callable[[], bool] = _never
    clock: Callable[[], float] = time.monotonic
