"""A completer that writes what the test says, and analysis that finds what the test says."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from fairlead_monitors.engine import Completeness, Diagnostic, Diagnostics
from fairlead_server.document import DocumentSnapshot
from fairlead_server.repair.hunk import Hunk, lines_hunk
from fairlead_server.suggestion import CompletionRequest, CompletionResult, Suggestion
from tests.server.lsp.idle import IdleCompleter

CODE = """\
class Basket:
    def __init__(self):
        self.prices = []

    def total(self):
        if self.prices and self.is_open():
            return max(self.prices, default=0)
        return 0

    def is_open(self):
        return True
"""


def hunk(first: int, last: int | None = None, text: str = CODE, path: str = "/p/basket.py") -> Hunk:
    language = "java" if path.endswith(".java") else "python"
    return lines_hunk(DocumentSnapshot(path, text, language), first, last or first)


class Scripted(IdleCompleter):
    """Writes `texts`, one a call and from the start again; `wrong` matches what is diagnosed.

    Texts are for a hole that is the whole hunk: other ways of asking get nothing.
    """

    def __init__(
        self, texts: Sequence[str], wrong: str = r"\bmissing\w*", only_infill: bool = True
    ) -> None:
        self.texts, self.wrong, self.only_infill = texts, wrong, only_infill
        self.requests: list[CompletionRequest] = []
        self.holes = 0

    def complete(
        self,
        request: CompletionRequest,
        *,
        cancelled: Callable[[], bool] = lambda: False,
        growing: Callable[[str], None] = lambda text: None,
    ) -> CompletionResult:
        self.requests.append(request)
        before = request.document.text[: request.offset].rpartition("\n")[2]
        after = request.document.text[request.offset :]
        if self.only_infill and (before.strip() or not after.startswith("\n")):
            return CompletionResult(())
        text = self.texts[self.holes % len(self.texts)]
        self.holes += 1
        tokens = max(1, len(text) // 4)
        made = Suggestion(text, -0.5 * tokens, "stop", verified=request.guided, tokens=tokens)
        return CompletionResult((made,), tokens=tokens)

    def diagnostics(self, document: DocumentSnapshot, patience: float) -> Diagnostics:
        found = tuple(
            Diagnostic(m.start(), m.end(), f"{m[0]} is not defined", code="undefined")
            for m in re.finditer(self.wrong, document.text)
        )
        return Diagnostics(found, Completeness.COMPLETE, "scripted")
