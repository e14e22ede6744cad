"""A language server with real analysis, no model, and a source of actions that does as told.

The source offers to shout the word at the cursor. Words in the document make it misbehave:
``fail`` (offers raise), ``never`` (the action cannot be done), ``broken`` (doing it raises).
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from fairlead_monitors.engine import Diagnostics, Kind, Names
from fairlead_server.actions import QUICK_FIX, REWRITE, Offer, Selection
from fairlead_server.analysis.rewriting import Rewrite, Rewritten
from fairlead_server.document import DocumentSnapshot
from fairlead_server.engine import build_engines
from fairlead_server.errors import UserError
from fairlead_server.lsp import app
from fairlead_server.lsp.server import FairleadServer
from fairlead_server.questions import Questions
from fairlead_server.settings import Settings
from tests.server.lsp.idle import IdleCompleter


class AnalysingCompleter(IdleCompleter):
    def __init__(self, settings: Settings, project: str | None) -> None:
        self._engines = build_engines(settings, project)
        self._questions = Questions(self._engines)

    def names(self, kind: Kind, document: DocumentSnapshot, offset: int, patience: float) -> Names:
        return self._questions.names(kind, document, offset, patience)

    def diagnostics(self, document: DocumentSnapshot, patience: float) -> Diagnostics:
        return self._questions.diagnostics(document, patience)

    def rewrite(
        self,
        document: DocumentSnapshot,
        wanted: Rewrite,
        patience: float,
        *,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> Rewritten:
        return self._questions.rewrite(document, wanted, patience, cancelled=cancelled)

    def close(self) -> None:
        for engine in self._engines.values():
            engine.close()


class Shout:
    name = "shout"
    kinds = (QUICK_FIX, REWRITE)

    async def offers(self, selection: Selection) -> Sequence[Offer]:
        text = selection.document.text
        if "fail" in text:
            raise RuntimeError("failed as told")
        word = text[selection.start : selection.end]
        data = {"word": word}
        mends = tuple(range(len(selection.diagnostics)))
        return [
            Offer("Shout", QUICK_FIX, data, mends, preferred=True, generated=True, confirm=True),
            Offer("Whisper", REWRITE, data),
        ]

    async def text(self, uri: str, document: DocumentSnapshot, data: Mapping[str, Any]) -> str:
        if "never" in document.text:
            raise UserError("nothing can be shouted here")
        if "broken" in document.text:
            raise RuntimeError("failed as told")
        word = data.get("word")
        if not isinstance(word, str):
            raise ValueError("no word to shout")
        return document.text.replace(word, word.upper())


def register(server: FairleadServer) -> None:
    # Nearly all that these documents say is wrong: each would be repaired.
    del server.actions["repair"]
    server.actions["shout"] = Shout()


if __name__ == "__main__":
    app._FEATURES = (*app._FEATURES, sys.modules[__name__])  # type: ignore[assignment]
    sys.exit(app.serve_stdio(build=AnalysingCompleter))
