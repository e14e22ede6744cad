"""A language server that has something for every request: names in order, actions, suggestions."""

from __future__ import annotations

import sys
from collections.abc import Callable

from fairlead_server.document import DocumentSnapshot
from fairlead_server.lsp import app
from fairlead_server.settings import Settings
from fairlead_server.suggestion import CompletionRequest, CompletionResult, Suggestion
from tests.server.lsp import action_server
from tests.server.lsp.ranking_server import RankingCompleter


class OfferingCompleter(RankingCompleter):
    def complete(
        self,
        request: CompletionRequest,
        *,
        cancelled: Callable[[], bool] = lambda: False,
        growing: Callable[[str], None] = lambda text: None,
    ) -> CompletionResult:
        text = f"suggested({request.config.temperature})"
        imports = ("import json",)
        suggestion = Suggestion(text, 0.0, "stop", verified=False, imports=imports)
        return CompletionResult((suggestion,))

    def describe(self, document: DocumentSnapshot, offset: int, patience: float) -> str:
        return "def zeta() -> None"


def build(settings: Settings, project: str | None) -> OfferingCompleter:
    return OfferingCompleter()


if __name__ == "__main__":
    app._FEATURES = (*app._FEATURES, action_server)  # type: ignore[assignment]
    sys.exit(app.serve_stdio(build=build))
