"""The seam to static analysis: what a monitor may ask, and how sure an answer is."""

from __future__ import annotations

import enum
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Protocol


class Completeness(enum.Enum):
    """How far an answer can be relied on.

    COMPLETE: a name that is not listed does not exist. PARTIAL: the listed names exist, others
    may. UNKNOWN: the analysis found nothing, failed, or came too late. Only COMPLETE can veto.
    """

    COMPLETE = "complete"
    PARTIAL = "partial"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Source:
    """A document as the engine is to see it: its path (it need not exist) and its whole text."""

    path: str
    text: str


@dataclass(frozen=True)
class Members:
    """The names that may follow a dereference. `reason` says why the list is not COMPLETE."""

    names: frozenset[str]
    completeness: Completeness
    engine: str
    reason: str = ""

    @classmethod
    def unknown(cls, engine: str, reason: str) -> Members:
        """Return the answer that vetoes nothing."""
        return cls(frozenset(), Completeness.UNKNOWN, engine, reason)


@dataclass(frozen=True)
class Signature:
    """How something is declared: a function's header, or a class with its members' headers.

    `path` is the file that it is declared in.
    """

    path: str
    text: str


class CompletionEngine(Protocol):
    """Answers questions about a document. Never raises for broken code: it answers UNKNOWN."""

    @property
    def name(self) -> str:
        """What evidence calls this engine."""

    def members(self, source: Source, offset: int) -> Future[Members]:
        """Ask for the members of the expression before `offset`.

        `offset` counts characters and stands right after a dereference operator. The future is
        answered by another thread or process, and never with an exception.
        """

    def signatures(self, source: Source, offset: int) -> Future[tuple[Signature, ...]]:
        """Ask how the imported names that the text around `offset` uses are declared.

        Only what the project itself declares counts; the nearest name comes first. Without an
        answer there are none. The future is answered as that of `members` is.
        """

    def warm(self, source: Source) -> None:
        """Start whatever makes the first question about `source` quick; returns at once."""

    def close(self) -> None:
        """Stop whatever runs for this engine."""
