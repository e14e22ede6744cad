"""What was suggested and what is being written, document by document, for whoever types along."""

from __future__ import annotations

from concurrent.futures import Future
from dataclasses import dataclass, field, replace

from fairlead_monitors.lookup import LATE
from fairlead_server.lsp.typed import (
    Spot,
    goes_along,
    is_accepted,
    rest_of,
    typed_since,
    written_at,
)
from fairlead_server.lsp.worker import Priority
from fairlead_server.suggestion import CompletionResult, Suggestion

MOST = 8
"""Attempts that are kept of one document."""


@dataclass(frozen=True)
class Effort:
    """What one request may cost.

    `samples` come in addition to the greedy text. `patience` is the share of the patience in the
    settings that one analysis may take. `seconds` are for all of decoding, which gets at least what
    one analysis may take.
    """

    priority: Priority
    samples: int
    seconds: float
    patience: float


INVOKED = Effort(Priority.INVOKED, samples=2, seconds=5.0, patience=1.0)
AUTOMATIC = Effort(Priority.AUTOMATIC, samples=0, seconds=2.0, patience=0.25)
PREFETCH = replace(AUTOMATIC, priority=Priority.PREFETCH)


@dataclass(eq=False)
class Attempt:
    """Suggestions at one spot: `answer` holds them once they are finished.

    `text` is what has been decoded so far, set by the thread that decodes; `written` what stands in
    the document where it goes, set by the event loop.
    """

    spot: Spot
    effort: Effort
    text: str = ""
    written: str = ""
    answer: Future[CompletionResult] = field(default_factory=Future)

    def grow(self, text: str) -> None:
        """Take the text that has been decoded so far."""
        self.text = text

    def is_wanted(self) -> bool:
        """Tell whether what is being decoded may still be what the user is typing."""
        return goes_along(self.written, self.text)

    def follows(self, text: str) -> bool:
        """Take the document's new text; tell whether what is being decoded still fits it."""
        written = written_at(self.spot, text)
        if written is None:
            return False
        self.written = written
        return self.is_wanted()

    def is_followed(self) -> bool:
        """Tell whether the user has begun to type what is being decoded."""
        return bool(self.written) and self.is_wanted()

    def left_at(self, spot: Spot) -> CompletionResult | None:
        """Return what is left of the finished suggestions at `spot`, None if nothing is."""
        typed = typed_since(self.spot, spot)
        if typed is None or not self.answer.done() or self.answer.cancelled():
            return None
        result = self.answer.result()
        rests = [rest_of(suggestion, typed) for suggestion in result.suggestions]
        left = tuple(rest for rest in rests if rest is not None)
        return replace(result, suggestions=left) if left else None

    def serves(self, spot: Spot, effort: Effort) -> bool:
        """Tell whether this is, or may become, an answer at `spot` that is worth `effort`.

        What analysis came too late for is not: asked again, it may know more.
        """
        if self.effort.samples < effort.samples:
            return False
        if self.answer.done():
            left = self.left_at(spot)
            return left is not None and not (spot == self.spot and _was_late(left))
        typed = typed_since(self.spot, spot)
        return typed is not None and goes_along(typed.text, self.text)

    def accepted_in(self, text: str) -> Suggestion | None:
        """Return the suggestion which, accepted, makes the document `text`."""
        if not self.answer.done() or self.answer.cancelled():
            return None
        found = (s for s in self.answer.result().suggestions if is_accepted(s, self.spot, text))
        return next(found, None)


@dataclass
class Attempts:
    """The last attempts at each document; for the event loop only."""

    _attempts: dict[str, list[Attempt]] = field(default_factory=dict)

    def add(self, uri: str, attempt: Attempt) -> None:
        """Keep `attempt`; the oldest one gives way."""
        self._attempts[uri] = [*self._attempts.get(uri, ())[1 - MOST :], attempt]

    def find(self, uri: str, spot: Spot, effort: Effort) -> Attempt | None:
        """Return the latest attempt that serves a request at `spot`."""
        attempts = reversed(self._attempts.get(uri, ()))
        return next((attempt for attempt in attempts if attempt.serves(spot, effort)), None)

    def changed(self, uri: str, text: str) -> Spot | None:
        """Take the new text of a document; return the end of a suggestion that was accepted.

        What is being written and does not fit the text is given up.
        """
        self.outdate_others(uri)
        own = self._attempts.get(uri, [])
        for attempt in own:
            if not attempt.answer.done() and not attempt.follows(text):
                give_up(attempt)
        return next((spot for a in reversed(own) if (spot := _after_accepting(a, text))), None)

    def outdate_others(self, uri: str) -> None:
        """Forget what was suggested in other documents, as they may mean something else now."""
        unfinished = {
            other: attempts if other == uri else [a for a in attempts if not a.answer.done()]
            for other, attempts in self._attempts.items()
        }
        self._attempts = {other: attempts for other, attempts in unfinished.items() if attempts}

    def pending(self, uri: str) -> set[Future[CompletionResult]]:
        """Return the answers that a document still waits for."""
        return {a.answer for a in self._attempts.get(uri, ()) if not a.answer.done()}

    def forget(self, *uris: str) -> None:
        """Give up and forget what was tried in some documents."""
        for attempt in [a for uri in uris for a in self._attempts.pop(uri, ())]:
            give_up(attempt)


def _was_late(result: CompletionResult) -> bool:
    return any(name.reason == LATE for found in result.suggestions for name in found.evidence)


def give_up(attempt: Attempt) -> None:
    """Stop working on `attempt`; does nothing to one that is finished."""
    attempt.answer.cancel()


def _after_accepting(attempt: Attempt, text: str) -> Spot | None:
    accepted = attempt.accepted_in(text)
    if accepted is None:
        return None
    before, after = attempt.spot.before + accepted.text, attempt.spot.after
    return Spot(before, after[accepted.replaces :])
