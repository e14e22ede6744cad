"""No fault of a server keeps a completion waiting: benchmarks/deadlines.py says how exactly."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.server.language_server.waiting import FAULTS, waits

MUCH_TOO_LATE = 20.0
"""Seconds: far more than is allowed, far less than what the fault would cost if it were felt."""


@pytest.mark.parametrize("fault", FAULTS)
def test_the_deadline_holds(fault: str, tmp_path: Path) -> None:
    (wait,) = waits(fault, tmp_path, deadline=0.3, questions=1)
    assert wait.late < MUCH_TOO_LATE
