"""Engines that answer at once, so that what analysis takes is no part of what is measured."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from concurrent.futures import Future

from fairlead_monitors.engine import Completeness, Kind, Names, Source, Unknowing, answered
from fairlead_server.evaluation.decoding.words import some

_NAME = "table"
_NAMED = re.compile(r"\.([^\W\d]\w*)")
_WORD = re.compile(r"[^\W\d]\w*")
_NEAR = 200  # characters in which a receiver is looked for
_RECEIVER = re.compile(r"(\w+|[)\]])\Z")


class InstantEngine(Unknowing):
    """A completion engine whose answer is a function of the text before the dot.

    Bare names may be those of `scope`; without them, nothing is known of these.
    """

    name = _NAME

    def __init__(self, answer: Callable[[str], Names], scope: frozenset[str] = frozenset()) -> None:
        self._answer = answer
        self._scope = Names(scope, Completeness.COMPLETE, _NAME)

    def names(self, kind: Kind, source: Source, offset: int) -> Future[Names]:
        """Answer at once."""
        if kind is Kind.MEMBER:
            return answered(self._answer(source.text[: offset - 1]))
        if kind is Kind.SCOPE and self._scope.names:
            return answered(self._scope)
        return super().names(kind, source, offset)


def one_list(names: Sequence[str]) -> InstantEngine:
    """Return an engine that gives every receiver the same members."""
    answer = Names(frozenset(names), Completeness.COMPLETE, _NAME)
    return InstantEngine(lambda _: answer)


def known_members(text: str, size: int) -> InstantEngine:
    """Return an engine that lists what `text` names after a receiver, filled up to `size`.

    Bare names may be all words in it.
    """
    named: dict[str, set[str]] = {}
    for dereference in _NAMED.finditer(text):
        named.setdefault(_receiver(text[: dereference.start()]), set()).add(dereference[1])

    def answer(before: str) -> Names:
        receiver = _receiver(before)
        own = sorted(named.get(receiver, ()))
        if not receiver or not own:
            return Names.unknown(_NAME, "not in the text")
        listed = frozenset([*own, *some((), size - len(own), own)])
        return Names(listed, Completeness.COMPLETE, _NAME)

    return InstantEngine(answer, frozenset(_WORD.findall(text)))


def _receiver(before: str) -> str:
    found = _RECEIVER.search(before[-_NEAR:])
    return found[0] if found else ""
