"""A language server whose completer tells the digest of the text, sooner or later."""

from __future__ import annotations

import hashlib
import random
import sys
import time
from collections.abc import Callable

from fairlead_monitors.engine import Completeness, Names
from fairlead_server.document import DocumentSnapshot
from fairlead_server.lsp.app import serve_stdio
from fairlead_server.settings import Settings
from fairlead_server.suggestion import CompletionRequest, CompletionResult
from tests.server.lsp.idle import IdleCompleter, written


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


class DigestCompleter(IdleCompleter):
    def __init__(self, settings: Settings, project: str | None) -> None:
        self._random = random.Random(settings.max_new_tokens)

    def complete(
        self,
        request: CompletionRequest,
        *,
        cancelled: Callable[[], bool] = lambda: False,
        growing: Callable[[str], None] = lambda text: None,
    ) -> CompletionResult:
        end = time.monotonic() + self._random.choice((0, 0, 0.001, 0.01))
        text = digest(request.document.text)
        while time.monotonic() < end and not cancelled():
            time.sleep(0.0005)
            growing(text[:3])
        return written(text)

    def members(
        self,
        document: DocumentSnapshot,
        offset: int,
        patience: float,
        *,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> Names | None:
        return Names(frozenset({"one", "two"}), Completeness.COMPLETE, "digest")


if __name__ == "__main__":
    sys.exit(serve_stdio(build=DigestCompleter))
