"""A language server whose completer tells what it was asked: no model, no analysis.

Words in the document make it misbehave: ``wait`` (until cancelled), ``fail`` and ``print``. With
``imports``, what it suggests needs one.
"""

from __future__ import annotations

import argparse
import gc
import json
import logging
import os
import sys
import time
from collections import deque
from collections.abc import Callable
from pathlib import Path

from fairlead_monitors.engine import Completeness, Names
from fairlead_server.commands import options
from fairlead_server.document import DocumentSnapshot
from fairlead_server.errors import UserError
from fairlead_server.lsp.app import serve_stdio
from fairlead_server.lsp.server import FairleadServer
from fairlead_server.settings import Settings
from fairlead_server.suggestion import CompletionRequest, CompletionResult, Suggestion
from tests.server.lsp.idle import IdleCompleter, wait

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
            wait(cancelled)
            log.warning("stopped")
        if "fail" in text:
            raise RuntimeError("failed as told")
        if "print" in text:
            print("from Python")
            os.write(1, b"from C\n")
        texts = [self._echo(request, i) for i in range(request.samples)]
        imports = ("import json",) if "imports" in text else ()
        suggestions = tuple(
            Suggestion(t, 0.0, "stop", verified=False, imports=imports) for t in ["", *texts]
        )
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
                "sizes": sizes() if "sizes" in document.text else None,
                "backend": self._settings.backend,
                "interpreter": self._settings.interpreter,
                "layout": self._settings.layout,
                "project": self._project,
                "temperature": request.config.temperature,
                "max_new_tokens": request.config.max_new_tokens,
                "patience": request.patience,
                # Both samples are the same, so that one is left of them.
                "sample": sample * 0,
            }
        )

    def members(
        self,
        document: DocumentSnapshot,
        offset: int,
        patience: float,
        *,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> Names | None:
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
        log.warning("read %r", document.text)

    def close(self) -> None:
        log.warning("closed %s", self._settings.model)


def sizes() -> dict[str, int]:
    """Count the entries of every container that the server keeps, by where it is kept."""
    [server] = [o for o in gc.get_objects() if isinstance(o, FairleadServer)]
    found: dict[str, int] = {}
    seen: set[int] = set()
    waiting: list[tuple[str, object]] = [("server", server), ("open", server.workspace)]
    while waiting:
        name, thing = waiting.pop()
        if id(thing) in seen:
            continue
        seen.add(id(thing))
        if isinstance(thing, (dict, list, set, tuple, deque)):
            found[name] = len(thing)
            inside = thing.values() if isinstance(thing, dict) else thing
            waiting += [(f"{name}[]", item) for item in list(inside)]
        elif type(thing).__module__.startswith(("fairlead_server.lsp", "pygls.workspace")):
            waiting += [(f"{name}.{key}", value) for key, value in vars(thing).items()]
    return found


def build(settings: Settings, project: str | None) -> IdleCompleter:
    if settings.model == "missing":
        raise UserError("no such model")
    if settings.model == "slow":
        time.sleep(600)
    return EchoCompleter(settings, project)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    options.add_model_arguments(parser)
    sys.exit(serve_stdio(options.from_arguments(parser.parse_args()), build=build))
