"""One engine for many askers: each question is put once, whoever asks it and however often."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any

from fairlead_monitors.engine import (
    CompletionEngine,
    Declaration,
    Diagnostics,
    Kind,
    Names,
    Signatures,
    Source,
    T,
)


@dataclass
class _Question:
    """A question under way, and how many wait for its answer."""

    answer: Future[Any]
    waiting: int = field(default=0)


class SharedEngine:
    """Passes questions on to `engine`, equal ones only once.

    Made for one document at one moment: nothing is ever forgotten, and answers do not age. Every
    asker gets a future of its own, so that one who gives up takes nothing from the others; when
    all have given up, the question itself is withdrawn.
    """

    def __init__(self, engine: CompletionEngine) -> None:
        self._engine = engine
        self._questions: dict[Hashable, _Question] = {}

    @property
    def name(self) -> str:
        """The name of the engine behind."""
        return self._engine.name

    def names(self, kind: Kind, source: Source, offset: int) -> Future[Names]:
        """Ask for names, once."""
        return self._once((kind, source, offset), lambda: self._engine.names(kind, source, offset))

    def types(self, source: Source, offset: int) -> Future[Names]:
        """Ask for types, once."""
        return self._once(("types", source, offset), lambda: self._engine.types(source, offset))

    def signatures(self, source: Source, offset: int) -> Future[Signatures]:
        """Ask for signatures, once."""
        return self._once(
            ("signatures", source, offset), lambda: self._engine.signatures(source, offset)
        )

    def diagnostics(self, source: Source) -> Future[Diagnostics]:
        """Ask for diagnostics, once."""
        return self._once(("diagnostics", source), lambda: self._engine.diagnostics(source))

    def declarations(self, source: Source, offset: int) -> Future[tuple[Declaration, ...]]:
        """Ask for declarations, once."""
        return self._once(
            ("declarations", source, offset), lambda: self._engine.declarations(source, offset)
        )

    def warm(self, source: Source) -> None:
        """Warm the engine behind."""
        self._engine.warm(source)

    def close(self) -> None:
        """Close the engine behind."""
        self._engine.close()

    def _once(self, key: Hashable, ask: Callable[[], Future[T]]) -> Future[T]:
        question = self._questions.get(key)
        if question is None:
            question = self._questions[key] = _Question(ask())
        if question.answer.done():
            return question.answer
        own: Future[T] = Future()
        question.waiting += 1
        own.add_done_callback(lambda own: self._leave(key, question) if own.cancelled() else None)
        question.answer.add_done_callback(lambda answer: _deliver(answer, own))
        return own

    def _leave(self, key: Hashable, question: _Question) -> None:
        question.waiting -= 1
        if not question.waiting and not question.answer.done():
            self._questions.pop(key, None)
            question.answer.cancel()


def _deliver(answer: Future[T], own: Future[T]) -> None:
    if answer.cancelled():
        own.cancel()
    elif own.set_running_or_notify_cancel():
        own.set_result(answer.result())
