"""A language server with real analysis and a model that writes what the document tells it to.

The texts are those after ``write:`` in its last line, with ``|`` between them: each is written
where a whole line is asked for. ``wait`` is not written: the model waits to be stopped, and
afterwards logs ``stopped``.
"""

from __future__ import annotations

import itertools
import logging
import sys
import time
from collections.abc import Callable

from fairlead_server.lsp import app
from fairlead_server.suggestion import CompletionRequest, CompletionResult, Suggestion
from tests.server.lsp.action_server import AnalysingCompleter

log = logging.getLogger("fairlead_server.tests")


class ToldCompleter(AnalysingCompleter):
    _turn = itertools.count()

    def complete(
        self,
        request: CompletionRequest,
        *,
        cancelled: Callable[[], bool] = lambda: False,
        growing: Callable[[str], None] = lambda text: None,
    ) -> CompletionResult:
        text = request.document.text
        told = text.rpartition("write:")[2].strip().split("|")
        before = text[: request.offset].rpartition("\n")[2]
        if before.strip() or not text.startswith("\n", request.offset):
            return CompletionResult((), tokens=1)
        written = told[next(self._turn) % len(told)].strip()
        while written == "wait" and not cancelled():
            time.sleep(0.001)
        if written == "wait":
            log.warning("stopped")
        made = Suggestion(written, -1.0, "stop", verified=request.guided, tokens=1)
        return CompletionResult((made,), tokens=1)


if __name__ == "__main__":
    sys.exit(app.serve_stdio(build=ToldCompleter))
