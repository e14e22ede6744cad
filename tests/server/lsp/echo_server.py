"""A language server whose completer tells what it was asked: no model, no analysis.

Words in the document make it misbehave: ``wait`` (until cancelled), ``fail`` and ``print``.
"""

from __future__ import annotations

import json
import logging
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

from fairlead_monitors.engine import Completeness, Names
from fairlead_server.document import DocumentSnapshot
from fairlead_server.errors import UserError
from fairlead_server.lsp.app import serve_stdio
from fairlead_server.settings import Settings
from fairlead_server.suggestion import CompletionRequest, CompletionResult, Suggestion
from tests.server.lsp.idle import IdleCompleter

log = logging.getLogger("fairlead_server.echo")


class EchoCompleter(IdleCompleter):
    def __init__(self, settings: Settings, project: str | None) -> None:
        self._settings = settings
        self._project = project

    def complete(
        self,
        request: CompletionRequest,
        *,
        cancelled: Callable[[], bool] = lambda: False,
        growing: Callable[[str], None] = lambda text: None,
    ) -> CompletionResult:
        text = request.document.text
        if "wait" in text:
            log.warning("waiting")
            while not cancelled():
                time.sleep(0.001)
            log.warning("stopped")
        if "fail" in text:
            raise RuntimeError("failed as told")
        if "print" in text:
            print("from Python")
            os.write(1, b"from C\n")
        texts = [self._echo(request, i) for i in range(request.samples)]
        suggestions = tuple(Suggestion(t, 0.0, "stop", verified=False) for t in ["", *texts])
        return CompletionResult(suggestions, remarks=("a remark",))

    def _echo(self, request: CompletionRequest, sample: int) -> str:
        document = request.document
        return json.dumps(
            {
                "path": document.path,
                "language": document.language,
                "version": document.version,
                "prefix": document.text[: request.offset],
                "suffix": document.text[request.offset :],
                "model": self._settings.model,
                "project": self._project,
                "temperature": request.config.temperature,
                "max_new_tokens": request.config.max_new_tokens,
                "patience": request.patience,
                # Both samples are the same, so that one is left of them.
                "sample": sample * 0,
            }
        )

    def members(self, document: DocumentSnapshot, offset: int, patience: float) -> Names | None:
        prefix = document.text[:offset]
        if "." not in prefix:
            return None
        if "fail" in prefix:
            raise RuntimeError("failed as told")
        known = "partial" not in prefix
        return Names(
            frozenset({"append", "_private", "__init__", prefix}),
            Completeness.COMPLETE if known else Completeness.PARTIAL,
            "echo",
            "" if known else "as told",
        )

    def warm(self, document: DocumentSnapshot) -> None:
        log.warning("warmed %s", Path(document.path).name)

    def close(self) -> None:
        log.warning("closed %s", self._settings.model)


def build(settings: Settings, project: str | None) -> IdleCompleter:
    if settings.model == "missing":
        raise UserError("no such model")
    if settings.model == "slow":
        time.sleep(600)
    return EchoCompleter(settings, project)


if __name__ == "__main__":
    sys.exit(serve_stdio(build=build))
