"""Signatures for tests, written as Python writes them, and an engine that knows a table of them."""

from __future__ import annotations

import inspect
import re
from collections.abc import Mapping
from concurrent.futures import Future

from fairlead_monitors.engine import (
    Completeness,
    Parameter,
    Passing,
    Signature,
    Signatures,
    Source,
    Unknowing,
    answered,
)

PASSING = {
    inspect.Parameter.POSITIONAL_ONLY: Passing.POSITION,
    inspect.Parameter.POSITIONAL_OR_KEYWORD: Passing.EITHER,
    inspect.Parameter.VAR_POSITIONAL: Passing.VARIADIC,
    inspect.Parameter.KEYWORD_ONLY: Passing.NAME,
    inspect.Parameter.VAR_KEYWORD: Passing.KEYWORDS,
}
CALLED = re.compile(r"(\w+)(?:<[\w<>, ]*>)?\s*\(\Z")


def signature(found: inspect.Signature) -> Signature:
    return Signature(
        tuple(
            Parameter(p.name, PASSING[p.kind], p.default is p.empty)
            for p in found.parameters.values()
        )
    )


def parsed(parameters: str) -> Signature:
    """Read ``a, b=1, /, *c``."""
    return signature(inspect.signature(eval(f"lambda {parameters}: 0")))


class SignatureEngine(Unknowing):
    """Knows the overloads of functions by name, divided by ``|``; the rest is unknown."""

    name = "signatures"

    def __init__(self, table: Mapping[str, str]) -> None:
        self._table = {
            name: tuple(parsed(p) for p in overloads.split("|"))
            for name, overloads in table.items()
        }
        self.asked: list[tuple[Source, int]] = []

    def signatures(self, source: Source, offset: int) -> Future[Signatures]:
        self.asked.append((source, offset))
        found = CALLED.search(source.text[:offset])
        if found is None or found[1] not in self._table:
            return answered(Signatures.unknown(self.name, "no entry"))
        return answered(Signatures(self._table[found[1]], Completeness.COMPLETE, self.name))
