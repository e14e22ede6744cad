"""What runs on the machines of a cluster: plain functions, and a class for a model."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

from fairlead_monitors.engine import Diagnostics
from fairlead_server.document import DocumentSnapshot
from fairlead_server.repair.batch.bug import Bug, Place
from fairlead_server.repair.batch.order import Order
from fairlead_server.repair.batch.recording import Beginning, Queries
from fairlead_server.repair.batch.trials import Trial, dear
from fairlead_server.repair.batch.trials import tried as climbed
from fairlead_server.repair.batch.workshop import LazyBed, LocalWorkshop, limits_of
from fairlead_server.repair.sandbox import Outcome
from fairlead_server.repair.search import Means
from fairlead_server.repair.validation import Result
from fairlead_server.suggestion import CompletionRequest, CompletionResult

T = TypeVar("T")


class Model:
    """A model, and analysis for one bug after the other."""

    def __init__(self, order: Order, temporary: str) -> None:
        tempfile.tempdir = temporary
        self._workshop = LocalWorkshop(order)
        self._opened = contextlib.ExitStack()
        self._means: tuple[Beginning, Queries] | None = None
        self._bug = ""

    def begin(self, bug: Bug, first: CompletionRequest) -> None:
        """Prepare for questions about a bug."""
        self._of(bug)[0].begin(first)

    def complete(self, bug: Bug, request: CompletionRequest) -> tuple[CompletionResult, int, int]:
        """Complete a document of a bug's project; return how many questions that took, too."""
        return self._counted(bug, lambda means: means.complete(request))

    def diagnostics(
        self, bug: Bug, document: DocumentSnapshot, patience: float
    ) -> tuple[Diagnostics, int, int]:
        """Return what is wrong with a document, and how many questions that took."""
        return self._counted(bug, lambda means: means.diagnostics(document, patience))

    def _counted(self, bug: Bug, ask: Callable[[Means], T]) -> tuple[T, int, int]:
        means, queries = self._of(bug)
        asked, known = queries.asked, queries.known
        return ask(means), queries.asked - asked, queries.known - known

    def _of(self, bug: Bug) -> tuple[Beginning, Queries]:
        if self._means is None or bug.name != self._bug:
            self._opened.close()
            self._bug, self._means = bug.name, self._workshop.means(bug, self._opened)
        return self._means


_BED: dict[str, tuple[LazyBed, contextlib.ExitStack]] = {}
"""The copy of the project that this process has run something on last."""


def ran(bug: Bug, order: Order, temporary: str, files: Mapping[str, str], command: str) -> Outcome:
    """Run a command of a bug with files changed."""
    return _bed(bug, order, temporary).run(files, command)


def tried(bug: Bug, order: Order, temporary: str, trial: Trial) -> Result:
    """Run a trial of a bug."""
    return climbed(trial, _bed(bug, order, temporary).run, dear())


def localised(bug: Bug, order: Order, temporary: str) -> Sequence[Place]:
    """Return the places of a bug that may be at fault."""
    return _bed(bug, order, temporary).localised(bug)


def sees(path: str) -> bool:
    """Tell whether there is a file on this machine."""
    return os.path.isfile(path)


def _bed(bug: Bug, order: Order, temporary: str) -> LazyBed:
    """Return a copy of the bug's project; that of another bug is removed."""
    tempfile.tempdir = temporary
    if bug.name not in _BED:
        while _BED:
            _BED.popitem()[1][1].close()
        opened = contextlib.ExitStack()
        way = order.localise or "spectrum"
        bed = LazyBed(bug, limits_of(order, bug), opened, lambda: False, way)
        _BED[bug.name] = (bed, opened)
    return _BED[bug.name][0]
