"""A language server with real analysis and a model that follows instructions, as it is told.

What it writes are the texts after ``write:`` in the instruction, with ``|`` between them. ``wait``
is not written: the model waits to be stopped, and logs ``stopped``.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable

from fairlead_server.lsp import app
from fairlead_server.suggestion import CompletionRequest, CompletionResult, Suggestion
from tests.server.lsp.action_server import AnalysingCompleter
from tests.server.lsp.idle import wait

log = logging.getLogger("fairlead_server.tests")


class TellingCompleter(AnalysingCompleter):
    @property
    def model_name(self) -> str:
        return "told"

    def complete(
        self,
        request: CompletionRequest,
        *,
        cancelled: Callable[[], bool] = lambda: False,
        growing: Callable[[str], None] = lambda text: None,
    ) -> CompletionResult:
        instruction = request.ask.rpartition("Instruction: ")[2].partition("\n")[0]
        told = instruction.partition("write:")[2].strip().split("|")
        if "wait" in told:
            wait(cancelled)
            log.warning("stopped")
        texts = told if request.samples > 1 else []
        made = (Suggestion(t, -float(i), "stop", verified=True) for i, t in enumerate(texts))
        return CompletionResult(tuple(made), prompt_format="chat")


if __name__ == "__main__":
    sys.exit(app.serve_stdio(build=TellingCompleter))
