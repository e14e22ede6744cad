"""A language server whose completer writes what the document says, letter by letter.

The document states it in its first line, ``# writes: foo(bar)``. While there is a file ``hold`` in
the project, a text that is written to its end is not finished.
"""

from __future__ import annotations

import logging
import sys
import time
from collections.abc import Callable
from pathlib import Path

from fairlead_server.lsp.app import serve_stdio
from fairlead_server.settings import Settings
from fairlead_server.suggestion import CompletionRequest, CompletionResult, Suggestion
from tests.server.lsp.idle import IdleCompleter

log = logging.getLogger("fairlead_server.streaming")


class StreamingCompleter(IdleCompleter):
    def __init__(self, settings: Settings, project: str | None) -> None:
        self._hold = Path(project or ".") / "hold"

    def complete(
        self,
        request: CompletionRequest,
        *,
        cancelled: Callable[[], bool] = lambda: False,
        growing: Callable[[str], None] = lambda text: None,
    ) -> CompletionResult:
        first, _, _ = request.document.text.partition("\n")
        text = first.removeprefix("# writes: ")
        log.warning("begins at %d", request.offset)
        for end in range(len(text)):
            growing(text[: end + 1])
        log.warning("written")
        while self._hold.exists() and not cancelled():
            time.sleep(0.001)
        if cancelled():
            log.warning("stopped")
            return CompletionResult(())
        suggestion = Suggestion(text, -1.0, "stop", verified=False, tokens=len(text))
        return CompletionResult((suggestion,), prompt_tokens=1, seconds=0.5)


if __name__ == "__main__":
    sys.exit(serve_stdio(build=StreamingCompleter))
