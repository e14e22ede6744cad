"""Source: how the project's own names that are used around the cursor are declared."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import Future

from fairlead_monitors.engine import CompletionEngine, Declaration, Source
from fairlead_server.context.source import IMPORTS, Place, Snippet, found


class Imports:
    """Asks the engine of the document's language; languages without one have no imports."""

    name = IMPORTS

    def __init__(self, engines: Mapping[str, CompletionEngine]) -> None:
        self._engines = engines

    def snippets(self, place: Place) -> Future[list[Snippet]]:
        """Return one snippet for each declaration."""
        document = place.document
        engine = self._engines.get(document.language)
        if engine is None:
            return found([])
        asked = engine.declarations(Source(document.path, document.text), place.offset)
        answer: Future[list[Snippet]] = Future()
        asked.add_done_callback(lambda done: _settle(answer, done))
        answer.add_done_callback(lambda done: done.cancelled() and asked.cancel())
        return answer


def _settle(answer: Future[list[Snippet]], asked: Future[tuple[Declaration, ...]]) -> None:
    declared = () if asked.cancelled() else asked.result()
    if answer.set_running_or_notify_cancel():
        answer.set_result(
            [Snippet(s.path, s.text, 1 / rank, IMPORTS) for rank, s in enumerate(declared, 1)]
        )
