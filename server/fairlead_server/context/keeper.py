"""Holds the context of a place still while the user types there.

A context that changed with every keystroke would have to be read by the model anew each time, with
all of the prompt behind it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, wait
from dataclasses import dataclass, replace
from functools import cached_property

from fairlead_decoding.model import LanguageModel
from fairlead_server.context.assemble import Assembled, assemble, budget_of
from fairlead_server.context.privacy import is_admissible
from fairlead_server.context.source import ContextReport, ContextSource, Place, Snippet

NEAR = 20
"""Lines around the cursor within which a text may change and a cursor may move."""

DOCUMENTS = 8
"""Documents whose last place is remembered."""

_POLL = 0.02
"""Seconds between two looks at whether anybody still waits."""

Answers = Mapping[str, "Future[list[Snippet]]"]


@dataclass(frozen=True)
class _Kept:
    """The context of `place`, made of the answers of `sources`; the other ones were late."""

    place: Place
    names: tuple[str, ...]
    max_new_tokens: int
    answers: Answers
    sources: frozenset[str]
    assembled: Assembled

    @property
    def report(self) -> ContextReport:
        late = tuple(name for name in self.names if name not in self.sources)
        return ContextReport(self.names, self.assembled.contributions, late)

    def fits(self, place: Place, names: tuple[str, ...], max_new_tokens: int) -> bool:
        """Tell whether `place` is the same place, as far as the context goes."""
        return (
            (names, max_new_tokens) == (self.names, self.max_new_tokens)
            and place.others == self.place.others
            and self._is_near(place)
        )

    def _is_near(self, place: Place) -> bool:
        text, (before, after) = place.document.text, self._far
        start, end = len(before), len(text) - len(after)
        return (
            start <= place.offset <= end
            and text.startswith(before)
            and text.endswith(after)
            and text.count("\n", start, place.offset) <= 2 * NEAR
        )

    @cached_property
    def _far(self) -> tuple[str, str]:
        """The text before and after the lines near the cursor."""
        text, offset = self.place.document.text, self.place.offset
        start = end = offset
        for _ in range(NEAR):
            start = max(0, text.rfind("\n", 0, start))
            end = text.find("\n", end + 1)
            end = len(text) if end < 0 else end
        return text[:start], text[end:]


class ContextKeeper:
    """Gathers contexts and remembers the last one of each document. For one thread at a time."""

    def __init__(
        self,
        model: LanguageModel,
        sources: Sequence[ContextSource],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._model = model
        self._sources = sources
        self._clock = clock
        self._kept: dict[str, _Kept] = {}

    def at(
        self,
        place: Place,
        names: tuple[str, ...],
        max_new_tokens: int,
        until: float,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> tuple[Assembled, ContextReport]:
        """Return the context of `place` from the sources called `names`.

        It leaves room for `max_new_tokens`. What a source has not found by `until`, on the clock,
        is left out; it comes in with the first request at the same place that finds it there.
        """
        kept = self._kept.pop(place.document.path, None)
        if kept is not None and not kept.fits(place, names, max_new_tokens):
            _withdraw(kept.answers)
            kept = None
        if kept is None:
            answers = self._ask(place, names)
            self._wait(answers, until, cancelled)
            kept = self._assembled(place, names, max_new_tokens, answers)
        elif _done(kept.answers) != kept.sources:
            kept = self._assembled(kept.place, names, max_new_tokens, kept.answers)
        self._kept[place.document.path] = kept
        if len(self._kept) > DOCUMENTS:
            _withdraw(self._kept.pop(next(iter(self._kept))).answers)
        return kept.assembled, kept.report

    def _ask(self, place: Place, names: tuple[str, ...]) -> Answers:
        shown = admissible(place) if names else place
        return {s.name: s.snippets(shown) for s in self._sources if s.name in names}

    def _wait(self, answers: Answers, until: float, cancelled: Callable[[], bool]) -> None:
        pending = set(answers.values())
        while pending and self._clock() < until and not cancelled():
            pending = wait(pending, timeout=min(_POLL, until - self._clock())).not_done

    def _assembled(
        self, place: Place, names: tuple[str, ...], max_new_tokens: int, answers: Answers
    ) -> _Kept:
        done = _done(answers)
        snippets = {name: answers[name].result() for name in done}
        budget = budget_of(self._model, place, max_new_tokens)
        assembled = assemble(self._model, place, snippets, budget) if snippets else Assembled()
        return _Kept(place, names, max_new_tokens, answers, done, assembled)


def admissible(place: Place) -> Place:
    """Return `place` without the documents and edits that must not be shown to a model."""
    return replace(
        place,
        others=tuple(other for other in place.others if is_admissible(other.path)),
        edits=tuple(edit for edit in place.edits if is_admissible(edit.path)),
    )


def _done(answers: Answers) -> frozenset[str]:
    return frozenset(name for name, answer in answers.items() if answer.done())


def _withdraw(answers: Answers) -> None:
    for answer in answers.values():
        answer.cancel()
