"""The seam to static analysis: what a monitor may ask, and how sure an answer is."""

from __future__ import annotations

import enum
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Protocol, TypeVar

T = TypeVar("T")


class Completeness(enum.Enum):
    """How far an answer can be relied on.

    COMPLETE: what is not listed does not exist. PARTIAL: what is listed exists, more may. UNKNOWN:
    the analysis found nothing, failed, or came too late. Only COMPLETE can veto.
    """

    COMPLETE = "complete"
    PARTIAL = "partial"
    UNKNOWN = "unknown"


TYPE_UNKNOWN = "type unknown"
"""The reason of an engine that cannot infer the type of an expression, and says no more of it."""


class Kind(enum.Enum):
    """What sort of names is asked for.

    MEMBER: those that may follow a dereference operator. SCOPE: those that an expression may read
    as bare names. IMPORT: those that an import statement may name, modules or what is in them.
    CLASS: the classes of which `new` may make an instance; as they may be legion, the first letter
    of the name is in the text, and only those that begin with it need be listed. TYPE:
    the types and packages with whose names a statement or expression may begin, likewise by their
    first letter. CASE: the constants of the enumeration that a `switch` or `match` is about, as its
    cases write them.
    """

    MEMBER = "member"
    SCOPE = "name"
    IMPORT = "import"
    CLASS = "class"
    TYPE = "type"
    CASE = "case"


@dataclass(frozen=True)
class Source:
    """A document as the engine is to see it: its path (it need not exist) and its whole text."""

    path: str
    text: str


@dataclass(frozen=True)
class Names:
    """The names that may be written at a place. `reason` says why the list is not COMPLETE.

    `doubted` are those that one analysis lists and another does not: they are neither offered nor
    vetoed. Nor are `importable` ones, which nothing binds yet and an import would. Those among them
    that are `modules` can only be dereferenced. `may_create` says that the place may be the target
    of an assignment, which makes any name: only one that is read has to be listed. Where a language
    tells them apart, `methods` are those that have to be called, and `values` those that cannot be.
    """

    names: frozenset[str]
    completeness: Completeness
    engine: str
    reason: str = ""
    doubted: frozenset[str] = frozenset()
    importable: frozenset[str] = frozenset()
    modules: frozenset[str] = frozenset()
    may_create: bool = False
    methods: frozenset[str] = frozenset()
    values: frozenset[str] = frozenset()

    @classmethod
    def unknown(cls, engine: str, reason: str) -> Names:
        """Return the answer that vetoes nothing."""
        return cls(frozenset(), Completeness.UNKNOWN, engine, reason)


class Passing(enum.Enum):
    """How an argument reaches a parameter. VARIADIC takes any number of positional ones, KEYWORDS
    any number of named ones."""

    POSITION = "by position"
    EITHER = "by position or by name"
    VARIADIC = "any number by position"
    NAME = "by name"
    KEYWORDS = "any number by name"


@dataclass(frozen=True)
class Parameter:
    """One parameter of a function; `required` says that it has no default."""

    name: str
    passing: Passing = Passing.EITHER
    required: bool = True


@dataclass(frozen=True)
class Signature:
    """The parameters of one overload of a function, without the receiver that a call binds."""

    parameters: tuple[Parameter, ...]


@dataclass(frozen=True)
class Signatures:
    """The overloads of the function that is called at a place.

    COMPLETE: a call that fits none of them is wrong.
    """

    overloads: tuple[Signature, ...]
    completeness: Completeness
    engine: str
    reason: str = ""

    @classmethod
    def unknown(cls, engine: str, reason: str) -> Signatures:
        """Return the answer that vetoes nothing."""
        return cls((), Completeness.UNKNOWN, engine, reason)


@dataclass(frozen=True)
class Diagnostic:
    """What is wrong with source text, from `start` to `end` in characters.

    `severity` is 1 for an error to 4 for a hint; `code` is the engine's name for this sort.
    """

    start: int
    end: int
    message: str
    severity: int = 1
    code: str = ""


@dataclass(frozen=True)
class Diagnostics:
    """All that the engine finds wrong with a document."""

    found: tuple[Diagnostic, ...]
    completeness: Completeness
    engine: str
    reason: str = ""

    @classmethod
    def unknown(cls, engine: str, reason: str) -> Diagnostics:
        """Return the answer that says nothing about the document."""
        return cls((), Completeness.UNKNOWN, engine, reason)


@dataclass(frozen=True)
class Declaration:
    """How something is declared: a function's header, or a class with its members' headers.

    `path` is the file that it is declared in.
    """

    path: str
    text: str


class CompletionEngine(Protocol):
    """Answers questions about a document. Never raises for broken code: it answers UNKNOWN.

    Offsets count characters. Futures are answered by another thread or process, and never with an
    exception; a question whose future is cancelled need not be answered.
    """

    @property
    def name(self) -> str:
        """What evidence calls this engine."""

    def names(self, kind: Kind, source: Source, offset: int) -> Future[Names]:
        """Ask which names of `kind` may begin at `offset`.

        `offset` stands where the name would begin: right after the dereference operator for
        MEMBER; nothing of the name is in the text.
        """

    def types(self, source: Source, offset: int) -> Future[Names]:
        """Ask for the types that the expression ending at `offset` may have, by qualified name."""

    def signatures(self, source: Source, offset: int) -> Future[Signatures]:
        """Ask what may be passed to the call whose opening bracket ends at `offset`."""

    def diagnostics(self, source: Source) -> Future[Diagnostics]:
        """Ask what is wrong with the document."""

    def declarations(self, source: Source, offset: int) -> Future[tuple[Declaration, ...]]:
        """Ask how the imported names that the text around `offset` uses are declared.

        Only what the project itself declares counts; the nearest name comes first. Without an
        answer there are none.
        """

    def warm(self, source: Source) -> None:
        """Start whatever makes the first question about `source` quick; returns at once."""

    def close(self) -> None:
        """Stop whatever runs for this engine."""


class Unknowing:
    """Answers everything with UNKNOWN at once: engines override what they can answer."""

    name = "none"
    _REASON = "the engine does not answer this sort of question"

    def names(self, kind: Kind, source: Source, offset: int) -> Future[Names]:
        """Answer UNKNOWN."""
        return answered(Names.unknown(self.name, self._REASON))

    def types(self, source: Source, offset: int) -> Future[Names]:
        """Answer UNKNOWN."""
        return answered(Names.unknown(self.name, self._REASON))

    def signatures(self, source: Source, offset: int) -> Future[Signatures]:
        """Answer UNKNOWN."""
        return answered(Signatures.unknown(self.name, self._REASON))

    def diagnostics(self, source: Source) -> Future[Diagnostics]:
        """Answer UNKNOWN."""
        return answered(Diagnostics.unknown(self.name, self._REASON))

    def declarations(self, source: Source, offset: int) -> Future[tuple[Declaration, ...]]:
        """Answer that there are none."""
        return answered(())

    def warm(self, source: Source) -> None:
        """Do nothing."""

    def close(self) -> None:
        """Do nothing."""


def answered(answer: T) -> Future[T]:
    """Return a future that has its answer already."""
    future: Future[T] = Future()
    future.set_result(answer)
    return future
