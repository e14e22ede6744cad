"""The model and analysis for work that asks many questions, each of which waits for its turn.

So suggestions where the user types come between two questions, and wait for one at most.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from concurrent.futures import CancelledError, Future
from concurrent.futures import TimeoutError as Late
from dataclasses import dataclass

from fairlead_decoding.errors import DecodingError
from fairlead_monitors.engine import Diagnostics
from fairlead_server.completing import Completing
from fairlead_server.document import DocumentSnapshot
from fairlead_server.errors import UserError
from fairlead_server.lsp.worker import Priority, Worker
from fairlead_server.suggestion import CompletionRequest, CompletionResult

log = logging.getLogger(__name__)

_LOOK = 0.05
"""Seconds between two looks at whether anybody still waits."""

_TRIES = 20
"""How often a question is put that gives way to what is more urgent."""

Answer = CompletionResult | Exception | None


@dataclass(frozen=True)
class Queued:
    """Puts questions to `worker`; `name` sets them apart from others. Not for the event loop."""

    worker: Worker
    name: str

    def complete(
        self, request: CompletionRequest, *, cancelled: Callable[[], bool] = lambda: False
    ) -> CompletionResult:
        """Complete once it is the request's turn. Raises `DecodingError` and `UserError`."""

        def work(completer: Completing, over: Callable[[], bool]) -> Answer:
            try:
                return completer.complete(request, cancelled=over)
            except (DecodingError, UserError) as error:
                return error
            except BaseException as error:  # Extensions written in Rust panic with one.
                log.exception("A completion failed. Others are not affected.")
                return UserError(f"the completion failed ({type(error).__name__}); see the log")

        for _ in range(_TRIES):
            asked: Future[Answer] = self.worker.submit(self.name, Priority.AUTOMATIC, work, None)
            answer = _awaited(asked, cancelled)
            if isinstance(answer, Exception):
                raise answer
            if answer is not None:
                return answer
            if cancelled():
                return CompletionResult(())
        raise UserError("the model is not there, or has more urgent work; try again")

    def diagnostics(self, document: DocumentSnapshot, patience: float) -> Diagnostics:
        """Return what is wrong with `document`."""
        completer = self.worker.completer(patience)
        if completer is None:
            return Diagnostics.unknown("nobody", "the model is not loaded")
        return completer.diagnostics(document, patience)


def _awaited(asked: Future[Answer], cancelled: Callable[[], bool]) -> Answer:
    while True:
        try:
            return asked.result(_LOOK)
        except CancelledError:
            return None
        except Late:
            if cancelled():
                asked.cancel()
