"""A language server whose completer tells what lies around the document: no model, no analysis."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable

from fairlead_server.lsp.app import serve_stdio
from fairlead_server.settings import Settings
from fairlead_server.suggestion import CompletionRequest, CompletionResult
from tests.server.lsp.idle import IdleCompleter, written


class SurroundingsCompleter(IdleCompleter):
    def __init__(self, settings: Settings, project: str | None) -> None:
        pass

    def complete(
        self,
        request: CompletionRequest,
        *,
        cancelled: Callable[[], bool] = lambda: False,
        growing: Callable[[str], None] = lambda text: None,
    ) -> CompletionResult:
        found = {
            "others": [(os.path.basename(d.path), d.text) for d in request.others],
            "edits": [(os.path.basename(e.path), e.text) for e in request.edits],
            "context": request.context,
        }
        return written(json.dumps(found))


if __name__ == "__main__":
    sys.exit(serve_stdio(build=SurroundingsCompleter))
