"""A language server whose completer knows names and likes the last ones of the alphabet best.

Words in the document make it misbehave: ``late`` (until cancelled), ``slow`` (members,
likewise) and ``fail``.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable, Sequence

from fairlead_monitors.engine import Completeness, Names
from fairlead_server.document import DocumentSnapshot
from fairlead_server.lsp.app import serve_stdio
from fairlead_server.settings import Settings
from fairlead_server.suggestion import CompletionRequest, NameRanking
from tests.server.lsp.idle import IdleCompleter, wait

log = logging.getLogger("fairlead_server.ranking")

NAMES = frozenset({"alpha", "beta", "better", "delta", "gamma", "_own", "zeta", "__init__"})


class RankingCompleter(IdleCompleter):
    @property
    def model_name(self) -> str:
        return "last"

    def rank(
        self,
        request: CompletionRequest,
        names: Sequence[str],
        k: int,
        *,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> NameRanking:
        text = request.document.text
        if "fail" in text:
            raise RuntimeError("failed as told")
        if "late" in text:
            wait(cancelled)
            log.warning("given up")
        log.warning("asked at %r of %r for %s", request.offset, text, sorted(names))
        best = sorted(names, reverse=True)[:k]
        return NameRanking(tuple((name, -float(i)) for i, name in enumerate(best)), exact=True)

    def members(
        self,
        document: DocumentSnapshot,
        offset: int,
        patience: float,
        *,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> Names | None:
        prefix = document.text[:offset]
        if "slow" in prefix:
            log.warning("slow")
            wait(cancelled)
            log.warning("ended")
        if not any(operator in prefix for operator in (".", "->", "::")):
            return None
        return Names(NAMES, Completeness.COMPLETE, "known")

    def describe(self, document: DocumentSnapshot, offset: int, patience: float) -> str:
        if "blank" in document.text:
            return ""
        return f"{document.text[:offset]}|{document.text[offset:]}"


def build(settings: Settings, project: str | None) -> RankingCompleter:
    return RankingCompleter()


if __name__ == "__main__":
    sys.exit(serve_stdio(build=build))
