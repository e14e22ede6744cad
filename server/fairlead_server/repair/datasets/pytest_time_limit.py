"""A plug-in of pytest that ends each test after some seconds; it is copied beside the tests.

It imports only what comes with Python and pytest.
"""

from __future__ import annotations

import signal
from collections.abc import Iterator
from types import FrameType

import pytest


class TookTooLong(BaseException):
    """Not an `Exception`, which what is tested may catch."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Take the limit from the command line."""
    parser.addoption("--seconds-per-test", type=float, default=5.0)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    """Let a signal end the test, wherever it is."""
    seconds = item.config.getoption("--seconds-per-test")

    def stop(number: int, frame: FrameType | None) -> None:
        raise TookTooLong(f"the test takes longer than {seconds} s")

    signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
