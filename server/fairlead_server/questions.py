"""What front ends ask of analysis, each with a time after which nobody waits for the answer."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import CancelledError, Future, wait
from concurrent.futures import TimeoutError as Late
from typing import TypeVar

from fairlead_monitors.balancing import BalancedEngine
from fairlead_monitors.engine import (
    CompletionEngine,
    Diagnostics,
    Kind,
    Names,
    Parameter,
    Passing,
    Signature,
    Signatures,
    Source,
)
from fairlead_monitors.lookup import LATE
from fairlead_server.analysis.importable import ImportableEngine
from fairlead_server.analysis.rewriting import Rewrite, Rewriting, Rewritten
from fairlead_server.document import DocumentSnapshot

T = TypeVar("T")

_NOBODY = "nobody"
_NO_ENGINE = "no engine for the language"
_LOOK = 0.05
"""Seconds between two looks at whether anybody still waits."""


class Questions:
    """Asks the engine of a document's language; without one, the answer is unknown."""

    def __init__(self, engines: Mapping[str, CompletionEngine]) -> None:
        self._engines = engines

    def names(self, kind: Kind, document: DocumentSnapshot, offset: int, patience: float) -> Names:
        """Return the names of `kind` that may begin at `offset`."""
        engine = self._engine(document)
        if engine is None:
            return Names.unknown(_NOBODY, _NO_ENGINE)
        late = Names.unknown(engine.name, LATE)
        return within(patience, engine.names(kind, _source(document), offset), late)

    def diagnostics(self, document: DocumentSnapshot, patience: float) -> Diagnostics:
        """Return what is wrong with `document`."""
        engine = self._engine(document)
        if engine is None:
            return Diagnostics.unknown(_NOBODY, _NO_ENGINE)
        late = Diagnostics.unknown(engine.name, LATE)
        return within(patience, engine.diagnostics(_source(document)), late)

    def describe(self, document: DocumentSnapshot, offset: int, patience: float) -> str:
        """Return what may be passed to the name that ends at `offset`, or else what type it has."""
        engine = self._engine(document)
        if engine is None:
            return ""
        end = time.monotonic() + patience
        called = document.text[:offset] + "(" + document.text[offset:]
        asked = engine.signatures(Source(document.path, called), offset + 1)
        types = engine.types(_source(document), offset)
        unknown = Signatures.unknown(engine.name, LATE)
        found = within(end - time.monotonic(), asked, unknown)
        if found.overloads:
            types.cancel()
            name = _word_before(document.text, offset)
            return "\n".join(dict.fromkeys(_headers(name, found.overloads)))
        named = within(end - time.monotonic(), types, Names.unknown(engine.name, LATE))
        return " | ".join(sorted(named.names))

    def rewrite(
        self,
        document: DocumentSnapshot,
        wanted: Rewrite,
        patience: float,
        *,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> Rewritten:
        """Return what a refactoring makes of `document`. Ends soon once `cancelled`."""
        engine = self._engines.get(document.language)
        engine = engine.plain if isinstance(engine, ImportableEngine) else engine
        if not isinstance(engine, Rewriting):
            return Rewritten.unable(_NOBODY)
        late = Rewritten.refused(engine.name, LATE)
        asked, end = engine.rewrite(_source(document), wanted), time.monotonic() + patience
        while not asked.done() and time.monotonic() < end and not cancelled():
            wait([asked], _LOOK)
        return within(0, asked, late)

    def _engine(self, document: DocumentSnapshot) -> CompletionEngine | None:
        engine = self._engines.get(document.language)
        return engine and BalancedEngine(engine, document.language)


def within(patience: float, asked: Future[T], otherwise: T) -> T:
    """Return the answer, or `otherwise` when it does not come in `patience` seconds."""
    try:
        return asked.result(max(0.0, patience))
    except Late:
        asked.cancel()
        return otherwise
    except CancelledError:
        return otherwise


def header(name: str, signature: Signature) -> str:
    """Return `signature` as it would be written behind the name of the function, about."""
    return f"{name}({', '.join(_parameters(signature.parameters))})"


def _headers(name: str, overloads: tuple[Signature, ...]) -> Iterator[str]:
    return (header(name, signature) for signature in overloads)


def _parameters(parameters: tuple[Parameter, ...]) -> Iterator[str]:
    """Yield the parameters, with Python's marks where some can be named and others cannot."""
    passings = [parameter.passing for parameter in parameters]
    marks = _MARKS if any(passing in _NAMED for passing in passings) else {}
    for place, parameter in enumerate(parameters):
        before = passings[place - 1] if place else None
        yield from marks.get((before, parameter.passing), ())
        yield _STARS.get(parameter.passing, "") + parameter.name + "=..." * _is_optional(parameter)


_NAMED = frozenset({Passing.EITHER, Passing.NAME})
_POSITION, _EITHER, _NAME = Passing.POSITION, Passing.EITHER, Passing.NAME
_MARKS: Mapping[tuple[Passing | None, Passing], tuple[str, ...]] = {
    (_POSITION, _EITHER): ("/",),
    (_POSITION, _NAME): ("/", "*"),
    (_POSITION, Passing.VARIADIC): ("/",),
    (_POSITION, Passing.KEYWORDS): ("/",),
    (_EITHER, _NAME): ("*",),
    (None, _NAME): ("*",),
}
_STARS = {Passing.VARIADIC: "*", Passing.KEYWORDS: "**"}


def _is_optional(parameter: Parameter) -> bool:
    return not parameter.required and parameter.passing not in _STARS


def _source(document: DocumentSnapshot) -> Source:
    return Source(document.path, document.text)


def _word_before(text: str, offset: int) -> str:
    start = offset
    while start and (text[start - 1].isalnum() or text[start - 1] in "_$"):
        start -= 1
    return text[start:offset]
