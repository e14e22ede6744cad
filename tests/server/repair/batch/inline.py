"""A workshop without a model, analysis or sandbox: what is written follows from what is asked."""

from __future__ import annotations

import contextlib
import hashlib
import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from fairlead_monitors.engine import Completeness, Diagnostic, Diagnostics
from fairlead_server.document import DocumentSnapshot
from fairlead_server.repair.batch.bug import Bug, Dataset, Place
from fairlead_server.repair.batch.folder import RunFolder, Told
from fairlead_server.repair.batch.journal import Journal
from fairlead_server.repair.batch.mending import Tools
from fairlead_server.repair.batch.order import Order
from fairlead_server.repair.batch.outcome import BugOutcome
from fairlead_server.repair.batch.recording import Recorded
from fairlead_server.repair.batch.running import run
from fairlead_server.repair.batch.trials import one_by_one
from fairlead_server.repair.batch.work import Progress, repaired
from fairlead_server.repair.batch.workshop import NoQueries
from fairlead_server.repair.sandbox import Outcome
from fairlead_server.suggestion import CompletionRequest, CompletionResult, Suggestion

TEXTS = ("return missing", "return (", "return sum(prices)", "return 0", "return other()", "pass")


@dataclass
class Writer:
    """Writes one of `texts`, chosen by the request alone, after `seconds`; counts what it wrote."""

    texts: Sequence[str] = TEXTS
    seconds: float = 0.0
    note: Callable[[], None] = lambda: None
    written: int = 0
    begun: CompletionRequest | None = None

    def begin(self, first: CompletionRequest) -> None:
        self.begun = first

    def complete(
        self, request: CompletionRequest, *, cancelled: Callable[[], bool] = lambda: False
    ) -> CompletionResult:
        self.note()
        time.sleep(self.seconds)
        self.written += 1
        asked = (request.document.text, request.offset, request.guided, request.config.seed)
        number = hashlib.blake2b(repr(asked).encode(), digest_size=4).digest()
        text = self.texts[int.from_bytes(number, "big") % len(self.texts)]
        tokens = max(1, len(text) // 4)
        logprob = -number[0] / 64 * tokens
        made = Suggestion(text, logprob, "stop", verified=request.guided, tokens=tokens)
        return CompletionResult((made,), tokens=tokens)

    def diagnostics(self, document: DocumentSnapshot, patience: float) -> Diagnostics:
        found = tuple(
            Diagnostic(m.start(), m.end(), f"{m[0]} is not defined", code="undefined")
            for m in re.finditer(r"\bmissing\w*", document.text)
        )
        return Diagnostics(found, Completeness.COMPLETE, "scripted")


@dataclass
class InlineWorkshop:
    """Tests pass where all of `passing` are in what was changed; commands that name it fail."""

    order: Order
    writer: Writer = field(default_factory=Writer)
    passing: Sequence[str] = ("sum(prices)",)
    seconds: float = 0.0
    suspicious: Sequence[Place] = ()
    ran: list[str] = field(default_factory=list)
    note: Callable[[], None] = lambda: None

    @contextlib.contextmanager
    def tools(
        self, bug: Bug, journal: Journal, cancelled: Callable[[], bool], progress: Progress
    ) -> Iterator[Tools]:
        means = Recorded(journal, bug.root, lambda: (self.writer, NoQueries()))
        trying = one_by_one(self.run, cancelled)
        plan, places = self.order.plan(), self.suspicious
        yield Tools(means, self.run, trying, journal, plan, lambda bug: places, cancelled, progress)

    def run(self, files: Mapping[str, str], command: str) -> Outcome:
        self.note()
        time.sleep(self.seconds)
        self.ran.append(command)
        whole = "".join(files.values())
        passes = all(text in whole for text in self.passing) or command == "true"
        said = "" if passes else "AssertionError: no\n"
        return Outcome("exited", 0 if passes else 1, said, 0.01)


@dataclass
class InlineCrew:
    """Works in this process, one bug after the other."""

    folder: RunFolder
    dataset: Dataset
    workshop: InlineWorkshop
    cancelled: Callable[[], bool] = lambda: False

    def outcomes(self, bugs: Sequence[str]) -> Iterator[BugOutcome]:
        for bug in bugs:
            place, order = self.folder.folder(bug), self.folder.told.order
            yield repaired(bug, place, self.dataset, order, self.workshop, self.cancelled)


def run_inline(
    out: Path,
    order: Order,
    dataset: Dataset,
    workshop: InlineWorkshop | None = None,
    retry: bool = False,
) -> InlineWorkshop:
    """Run all bugs of a dataset, and return the workshop."""
    workshop = workshop or InlineWorkshop(order)
    told = Told(order, tuple(dataset.names()), dataset.version, {"name": "scripted"})
    with RunFolder(out, told) as folder:
        run(folder, InlineCrew(folder, dataset, workshop), folder.waiting(retry=retry))
    return workshop
