"""Engines that answer at once, so that what analysis takes is no part of what is measured."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from concurrent.futures import Future

from fairlead_monitors.engine import Completeness, Members, Signature, Source
from fairlead_server.evaluation.decoding.words import some

_NAME = "table"
_NAMED = re.compile(r"\.([^\W\d]\w*)")
_RECEIVER = re.compile(r"(\w+|[)\]])\Z")


class InstantEngine:
    """A completion engine whose answer is a function of the text before the dot."""

    name = _NAME

    def __init__(self, answer: Callable[[str], Members]) -> None:
        self._answer = answer

    def members(self, source: Source, offset: int) -> Future[Members]:
        """Answer at once."""
        done: Future[Members] = Future()
        done.set_result(self._answer(source.text[: offset - 1]))
        return done

    def signatures(self, source: Source, offset: int) -> Future[tuple[Signature, ...]]:
        """Know of none."""
        done: Future[tuple[Signature, ...]] = Future()
        done.set_result(())
        return done

    def warm(self, source: Source) -> None:
        """Do nothing."""

    def close(self) -> None:
        """Do nothing."""


def one_list(names: Sequence[str]) -> InstantEngine:
    """Return an engine that gives every receiver the same members."""
    answer = Members(frozenset(names), Completeness.COMPLETE, _NAME)
    return InstantEngine(lambda _: answer)


def known_members(text: str, size: int) -> InstantEngine:
    """Return an engine that lists what `text` names after a receiver, filled up to `size`."""
    named: dict[str, set[str]] = {}
    for dereference in _NAMED.finditer(text):
        named.setdefault(_receiver(text[: dereference.start()]), set()).add(dereference[1])

    def answer(before: str) -> Members:
        receiver = _receiver(before)
        own = sorted(named.get(receiver, ()))
        if not receiver or not own:
            return Members.unknown(_NAME, "not in the text")
        listed = frozenset([*own, *some((), size - len(own), own)])
        return Members(listed, Completeness.COMPLETE, _NAME)

    return InstantEngine(answer)


def _receiver(before: str) -> str:
    found = _RECEIVER.search(before)
    return found[0] if found else ""
