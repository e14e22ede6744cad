"""A completer that the test drives: every call waits until it is released, fails or is stopped."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable

from fairlead_server.suggestion import CompletionRequest, CompletionResult
from tests.server.lsp.idle import IdleCompleter, written

LIMIT = 120.0
"""Seconds after which a wait counts as a failure; nothing here is about speed."""


class Call:
    """One call of `complete`, as the test sees it."""

    def __init__(self, request: CompletionRequest) -> None:
        self.request = request
        self.stopped = threading.Event()
        self._go = threading.Event()
        self._outcome: str | BaseException = ""

    def release(self, outcome: str | BaseException) -> None:
        """Let the call return a suggestion with this text, or raise."""
        self._outcome = outcome
        self._go.set()

    def run(self, cancelled: Callable[[], bool]) -> CompletionResult:
        while not self._go.wait(0.001):
            if cancelled():
                self.stopped.set()
                return CompletionResult(())
        if isinstance(self._outcome, BaseException):
            raise self._outcome
        return written(self._outcome)


class ScriptedCompleter(IdleCompleter):
    """Hands each call to the test by way of `calls`."""

    def __init__(self) -> None:
        self.calls: queue.Queue[Call] = queue.Queue()
        self.closed = threading.Event()

    def next_call(self) -> Call:
        return self.calls.get(timeout=LIMIT)

    def complete(
        self,
        request: CompletionRequest,
        *,
        cancelled: Callable[[], bool] = lambda: False,
        growing: Callable[[str], None] = lambda text: None,
    ) -> CompletionResult:
        call = Call(request)
        self.calls.put(call)
        return call.run(cancelled)

    def close(self) -> None:
        self.closed.set()
