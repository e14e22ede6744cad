"""The seam to the sources of context: what they are given, what they return."""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Protocol

from fairlead_server.document import DocumentSnapshot

IMPORTS, EDITS, SIMILAR, OPEN_FILES = "imports", "edits", "similar", "open_files"
NAMES = (IMPORTS, EDITS, SIMILAR, OPEN_FILES)
"""All sources, in the order in which they are asked to contribute."""


@dataclass(frozen=True)
class Edit:
    """A place that was edited a short while ago: the file, and the lines as they are now."""

    path: str
    text: str


@dataclass(frozen=True)
class Place:
    """Where a completion is wanted, and what else is known of the editor.

    `others` are the other open documents and `edits` the recent edits in any of them; of both, the
    last used come first. They hold nothing that must not be shown to a model.
    """

    document: DocumentSnapshot
    offset: int
    others: tuple[DocumentSnapshot, ...] = ()
    edits: tuple[Edit, ...] = ()


@dataclass(frozen=True)
class Snippet:
    """A piece of text from the file at `path`.

    `score` compares it with others of the same source only; more is better.
    """

    path: str
    text: str
    score: float
    source: str


@dataclass(frozen=True)
class Contribution:
    """A snippet, or the beginning of one, that is in a prompt and takes up `tokens` there."""

    source: str
    path: str
    text: str
    tokens: int


@dataclass(frozen=True)
class ContextReport:
    """The sources that were asked, what is in the prompt, and whose answer was not there yet."""

    sources: tuple[str, ...] = ()
    contributions: tuple[Contribution, ...] = ()
    late: tuple[str, ...] = ()


class ContextSource(Protocol):
    """Finds text that may help to complete a place."""

    @property
    def name(self) -> str:
        """One of `NAMES`."""

    def snippets(self, place: Place) -> Future[list[Snippet]]:
        """Start looking; the future is never answered with an exception."""


def found(snippets: Iterable[Snippet]) -> Future[list[Snippet]]:
    """Return the future of a source that need not wait for anybody."""
    answer: Future[list[Snippet]] = Future()
    answer.set_result(list(snippets))
    return answer


def unknown_sources(names: Iterable[str]) -> list[str]:
    """Return those of `names` that no source has."""
    return [name for name in names if name not in NAMES]
