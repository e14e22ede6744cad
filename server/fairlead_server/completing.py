"""What front ends need of a completer, wherever it runs: in this process or in another one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from fairlead_monitors.engine import Diagnostics, Kind, Names
from fairlead_server.analysis.rewriting import Rewrite, Rewritten
from fairlead_server.document import DocumentSnapshot
from fairlead_server.suggestion import (
    CheckedName,
    CompletionRequest,
    CompletionResult,
    NameRanking,
)


class Analysing(Protocol):
    """Knows a project. May be called from any thread."""

    def members(
        self,
        document: DocumentSnapshot,
        offset: int,
        patience: float,
        *,
        cancelled: Callable[[], bool] = ...,
    ) -> Names | None:
        """Return the members that may be named at `offset`, None where no dereference ends there.

        A name that is typed in part already does not narrow the answer. Ends soon once `cancelled`.
        """

    def names(self, kind: Kind, document: DocumentSnapshot, offset: int, patience: float) -> Names:
        """Return the names of `kind` that may begin at `offset`, where none of one is written."""

    def diagnostics(self, document: DocumentSnapshot, patience: float) -> Diagnostics:
        """Return what is wrong with `document`."""

    def describe(self, document: DocumentSnapshot, offset: int, patience: float) -> str:
        """Return how the name that ends at `offset` is declared, in its language; may be blank."""

    def rewrite(
        self,
        document: DocumentSnapshot,
        wanted: Rewrite,
        patience: float,
        *,
        cancelled: Callable[[], bool] = ...,
    ) -> Rewritten:
        """Return what a refactoring makes of `document`. Ends soon once `cancelled`."""

    def review(self, document: DocumentSnapshot, offset: int, text: str) -> tuple[CheckedName, ...]:
        """Return what is in `text`, inserted at `offset`, with what analysis says of each part."""

    def warm(self, document: DocumentSnapshot) -> None:
        """Start analysing `document` ahead of the first question; returns at once."""

    def close(self) -> None:
        """Stop the analysis processes, and free what else there is."""


class Completing(Analysing, Protocol):
    """Completes documents.

    `complete` and `rank` are for one thread at a time, as they use the model.
    """

    @property
    def model_name(self) -> str:
        """The model's name for people."""

    def complete(
        self,
        request: CompletionRequest,
        *,
        cancelled: Callable[[], bool] = ...,
        growing: Callable[[str], None] = ...,
    ) -> CompletionResult:
        """Complete; `cancelled` is polled before every token.

        `growing` is told the text of the first sample after each of its tokens, as long as it has
        not been checked as a whole. Raises `DecodingError` when the request does not fit the
        model's context.
        """

    def rank(
        self,
        request: CompletionRequest,
        names: Sequence[str],
        k: int,
        *,
        cancelled: Callable[[], bool] = ...,
    ) -> NameRanking:
        """Return the `k` of `names` that the model likes best in the place of the request.

        A name is given as what is to be written at the offset: ``pend`` for ``append`` after
        ``xs.ap``. Ends early at the deadline of the request's config.
        """
