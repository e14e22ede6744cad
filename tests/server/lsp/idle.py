"""A completer that does nothing: those that tests make override what they are about."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from fairlead_monitors.engine import Diagnostics, Kind, Names
from fairlead_server.analysis.rewriting import Rewrite, Rewritten
from fairlead_server.completing import Completing
from fairlead_server.document import DocumentSnapshot
from fairlead_server.suggestion import (
    CheckedName,
    CompletionRequest,
    CompletionResult,
    NameRanking,
    Suggestion,
)


class Panic(BaseException):
    """What extensions written in Rust raise."""


def wait(cancelled: Callable[[], bool]) -> None:
    """Return once nobody waits any more."""
    while not cancelled():
        time.sleep(0.001)


def written(text: str, logprob: float = 0.0) -> CompletionResult:
    """Return the result of a completer that suggests `text` alone."""
    return CompletionResult((Suggestion(text, logprob, "stop", verified=False),))


class IdleCompleter(Completing):
    @property
    def model_name(self) -> str:
        return "idle"

    def complete(
        self,
        request: CompletionRequest,
        *,
        cancelled: Callable[[], bool] = lambda: False,
        growing: Callable[[str], None] = lambda text: None,
    ) -> CompletionResult:
        return CompletionResult(())

    def rank(
        self,
        request: CompletionRequest,
        names: Sequence[str],
        k: int,
        *,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> NameRanking:
        return NameRanking()

    def members(
        self,
        document: DocumentSnapshot,
        offset: int,
        patience: float,
        *,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> Names | None:
        return None

    def names(self, kind: Kind, document: DocumentSnapshot, offset: int, patience: float) -> Names:
        return Names.unknown("idle", "")

    def diagnostics(self, document: DocumentSnapshot, patience: float) -> Diagnostics:
        return Diagnostics.unknown("idle", "")

    def describe(self, document: DocumentSnapshot, offset: int, patience: float) -> str:
        return ""

    def rewrite(
        self,
        document: DocumentSnapshot,
        wanted: Rewrite,
        patience: float,
        *,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> Rewritten:
        return Rewritten.unable("idle")

    def review(self, document: DocumentSnapshot, offset: int, text: str) -> tuple[CheckedName, ...]:
        return ()

    def warm(self, document: DocumentSnapshot) -> None:
        pass

    def close(self) -> None:
        pass
