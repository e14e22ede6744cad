"""A model and analysis whose answers are written down, and given again without being asked.

Neither is started before a question comes that has not been answered.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping
from dataclasses import astuple
from pathlib import Path
from typing import Any, Protocol

from fairlead_monitors.engine import Diagnostics
from fairlead_server.analysis import wire
from fairlead_server.document import DocumentSnapshot
from fairlead_server.repair.batch.journal import Journal, key_of
from fairlead_server.repair.batch.stopping import Interrupted
from fairlead_server.repair.search import Means
from fairlead_server.suggestion import CompletionRequest, CompletionResult, Suggestion

_OFFERED = ("text", "logprob", "finish_reason", "verified", "tokens", "replaces")
"""What of a suggestion a search looks at, but for its imports."""


class Queries(Protocol):
    """How many questions analysis has got: put to an engine, and answered from what is kept."""

    asked: int
    known: int


class Beginning(Means, Protocol):
    """Means that are told of the first question about a document before any is put to them."""

    def begin(self, first: CompletionRequest) -> None:
        """Prepare for questions: their answers may depend on what was begun with, and its order."""


class Recorded:
    """Means of a search for a bug of the project `root`, written down in `journal`.

    `started` makes the means that are asked, and what counts the questions to analysis.
    """

    def __init__(
        self, journal: Journal, root: Path, started: Callable[[], tuple[Beginning, Queries]]
    ) -> None:
        self._journal, self._root, self._started = journal, root, started
        self._means: tuple[Beginning, Queries] | None = None
        self._firsts: dict[str, CompletionRequest] = {}
        self._begun = 0

    def complete(
        self, request: CompletionRequest, *, cancelled: Callable[[], bool] = lambda: False
    ) -> CompletionResult:
        """Complete. Raises `Interrupted` rather than answer with what was cut short."""
        self._firsts.setdefault(request.document.path, request)
        key = self._key_of(request)
        entry = self._journal.recall(key)
        if entry is None:
            entry = self._journal.add(key, self._completed(request, cancelled))
        return _result_from(entry)

    def diagnostics(self, document: DocumentSnapshot, patience: float) -> Diagnostics:
        """Return what is wrong with `document`."""
        key = key_of("diagnostics", (self._relative(document), document.text))
        entry = self._journal.recall(key)
        if entry is None:
            entry = self._journal.add(key, self._diagnosed(document, patience))
        return wire.diagnostics_from_json(entry["diagnostics"], entry["engine"])

    def _completed(
        self, request: CompletionRequest, cancelled: Callable[[], bool]
    ) -> dict[str, Any]:
        means, queries = self._open()
        for first in list(self._firsts.values())[self._begun :]:
            means.begin(first)
        self._begun = len(self._firsts)
        before, started = (queries.asked, queries.known), time.monotonic()
        result = means.complete(request, cancelled=cancelled)
        if cancelled():
            raise Interrupted
        return {
            "guided": request.guided,
            "beam": request.beam,
            "seed": request.config.seed,
            "tokens": result.tokens,
            "suggestions": [
                {name: getattr(one, name) for name in _OFFERED} | {"imports": list(one.imports)}
                for one in result.suggestions
            ],
            "remarks": list(result.remarks),
            **_spent(queries, before, started),
        }

    def _diagnosed(self, document: DocumentSnapshot, patience: float) -> dict[str, Any]:
        means, queries = self._open()
        before, started = (queries.asked, queries.known), time.monotonic()
        answer = means.diagnostics(document, patience)
        return {
            "engine": answer.engine,
            "diagnostics": wire.diagnostics_to_json(answer),
            **_spent(queries, before, started),
        }

    def _open(self) -> tuple[Beginning, Queries]:
        if self._means is None:
            self._means = self._started()
        return self._means

    def _key_of(self, request: CompletionRequest) -> str:
        document = request.document
        place = (self._relative(document), document.text, document.language, request.offset)
        ways = (request.samples, request.beam, request.guided, request.lines, request.raw)
        return key_of("answer", (place, ways, astuple(request.config), request.context))

    def _relative(self, document: DocumentSnapshot) -> str:
        return os.path.relpath(document.path, self._root)


def _spent(queries: Queries, before: tuple[int, int], started: float) -> dict[str, float]:
    asked, known = queries.asked - before[0], queries.known - before[1]
    return {"seconds": time.monotonic() - started, "asked": asked, "known": known}


def _result_from(entry: Mapping[str, Any]) -> CompletionResult:
    suggestions = tuple(
        Suggestion(**{**one, "imports": tuple(one["imports"])}) for one in entry["suggestions"]
    )
    return CompletionResult(suggestions, tuple(entry["remarks"]), tokens=entry["tokens"])
