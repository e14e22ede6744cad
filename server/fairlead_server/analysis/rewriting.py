"""What an engine may be asked to rewrite, and what comes of it. Nothing is changed by that."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from fairlead_monitors.engine import Source

PLACES = "places"
"""The operation that changes nothing: it asks where in the text the thing is named."""


@dataclass(frozen=True)
class Rewrite:
    """Do `operation` to what is from `start` to `end` in a text, in characters.

    It is one of the refactorings that instructions name, or `PLACES`. A ``rename`` gives the thing
    `name`; what is extracted gets the engine's own.
    """

    operation: str
    start: int
    end: int
    name: str = ""


@dataclass(frozen=True)
class Way:
    """One way to do it: its `title` in the engine's words, and the new texts of files by path."""

    title: str
    texts: Mapping[str, str]


@dataclass(frozen=True)
class Rewritten:
    """The ways that the `engine` has found, or the `reason` why there are none.

    One that is not `able` to do such a thing, whatever the text, has not been asked. `places` are
    the extents of names, and `elsewhere` the files that have the name as well, as a word, and that
    the engine leaves alone; one that sees but a `partial` project may not know of them.
    """

    engine: str
    ways: tuple[Way, ...] = ()
    places: tuple[tuple[int, int], ...] = ()
    elsewhere: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()
    reason: str = ""
    able: bool = True
    partial: bool = False

    @classmethod
    def refused(cls, engine: str, reason: str) -> Rewritten:
        """Return the answer of an engine that does not do it."""
        return cls(engine, reason=reason)

    @classmethod
    def unable(cls, engine: str) -> Rewritten:
        """Return the answer for an engine that does nothing of that sort."""
        return cls(engine, reason="no engine does that in this language", able=False)


@runtime_checkable
class Rewriting(Protocol):
    """An engine that can be asked."""

    @property
    def name(self) -> str:
        """What people call it."""

    def rewrite(self, source: Source, wanted: Rewrite) -> Future[Rewritten]:
        """Ask for what `wanted` would make of `source`."""
