"""Why the last request produced what it did, or nothing."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass

from fairlead_server.explain import explain
from fairlead_server.suggestion import CompletionResult


@dataclass(frozen=True)
class Account:
    """What became of one request: where it was made, how it was answered, and from what.

    `line` and `column` count from 1; `seconds` is how long the client waited.
    """

    path: str
    line: int
    column: int
    outcome: str
    seconds: float
    result: CompletionResult | None = None

    def text(self, model: str) -> str:
        """Describe the request for people."""
        return "\n".join(self._lines(model))

    def _lines(self, model: str) -> Iterator[str]:
        place = f"{os.path.basename(self.path)}:{self.line}:{self.column}"
        yield f"{place}: {self.outcome}, after {1000 * self.seconds:.0f} ms"
        if self.result is not None:
            yield from (f"note: {remark}" for remark in self.result.remarks)
            yield explain(self.result, model)
