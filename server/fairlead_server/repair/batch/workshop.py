"""The workshop on this machine: one model for all bugs, analysis and a copy for each."""

from __future__ import annotations

import contextlib
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from fairlead_decoding.model import LanguageModel
from fairlead_monitors.engine import Diagnostics
from fairlead_server.completer import Completer
from fairlead_server.document import DocumentSnapshot
from fairlead_server.errors import UserError
from fairlead_server.model_files import load_model
from fairlead_server.repair.assembly import assembled
from fairlead_server.repair.batch.bug import Bug, Place
from fairlead_server.repair.batch.journal import Journal
from fairlead_server.repair.batch.mending import Tools
from fairlead_server.repair.batch.order import Localise, Order
from fairlead_server.repair.batch.recording import Queries, Recorded
from fairlead_server.repair.batch.stopping import NoRoom, Unusable
from fairlead_server.repair.batch.trials import one_by_one
from fairlead_server.repair.batch.work import Progress
from fairlead_server.repair.localisation.located import localised
from fairlead_server.repair.sandbox import Limits, Outcome, Shadow, run
from fairlead_server.repair.testing import Bed
from fairlead_server.settings import Settings, resolve, stack
from fairlead_server.suggestion import CompletionRequest, CompletionResult


@dataclass
class NoQueries:
    """The count of questions to analysis where there is none."""

    asked: int = 0
    known: int = 0


@dataclass
class LocalWorkshop:
    """Makes tools of this process. The model is loaded when it is first asked, and stays."""

    order: Order
    memo: Path | None = None
    _model: list[LanguageModel] = field(default_factory=list)

    @contextlib.contextmanager
    def tools(
        self, bug: Bug, journal: Journal, cancelled: Callable[[], bool], progress: Progress
    ) -> Iterator[Tools]:
        """Make the tools for a bug; what they start ends with the context."""
        settings = settings_of(self.order, bug)
        with contextlib.ExitStack() as opened:
            limits = limits_of(self.order, bug)
            bed = LazyBed(bug, limits, opened, cancelled, self.order.localise or "spectrum")
            means = Recorded(journal, bug.root, lambda: self.means(bug, opened))
            yield Tools(
                means,
                bed.run,
                one_by_one(bed.run, cancelled),
                journal,
                self.order.plan(settings.patience, settings.context),
                bed.localised,
                cancelled,
                progress,
            )

    def close(self) -> None:
        """Free the model."""
        while self._model:
            self._model.pop().close()

    def means(self, bug: Bug, opened: contextlib.ExitStack) -> tuple[Independent, Queries]:
        """Start analysis of a bug's project, and load the model. Raises `Unusable`."""
        settings = settings_of(self.order, bug)
        if not self._model:
            try:
                # One model for all: no project has a say in which.
                self._model.append(load_model(resolve(self.order.options)))
            except UserError as error:
                raise Unusable(str(error)) from error
        document = DocumentSnapshot("", "", bug.language)
        root = str(bug.root)
        made = opened.enter_context(assembled(settings, root, document, self.memo, self._model[0]))
        return Independent(made.completer), made.engine or NoQueries()


@dataclass
class Independent:
    """A completer whose answers depend on what it was told to begin with, and on nothing else."""

    completer: Completer

    def begin(self, first: CompletionRequest) -> None:
        """Find the context of a document, and evaluate a prompt that others can be built on."""
        config = replace(first.config, max_new_tokens=1, temperature=0.0, top_p=1.0)
        request = replace(first, config=config, samples=1, beam=False, guided=False)
        self.completer.hold(first)
        self.completer.forget()
        self.completer.complete(request)

    def complete(
        self, request: CompletionRequest, *, cancelled: Callable[[], bool] = lambda: False
    ) -> CompletionResult:
        """Complete a document."""
        self.completer.forget()
        return self.completer.complete(request, cancelled=cancelled)

    def diagnostics(self, document: DocumentSnapshot, patience: float) -> Diagnostics:
        """Return what is wrong with `document`."""
        return self.completer.diagnostics(document, patience)


@dataclass
class LazyBed:
    """A copy of a bug's project, made when something is first run on it."""

    bug: Bug
    limits: Limits
    opened: contextlib.ExitStack
    cancelled: Callable[[], bool]
    way: Localise = "spectrum"
    _bed: list[Bed] = field(default_factory=list)

    def bed(self) -> Bed:
        """Return the copy."""
        if not self._bed:
            shadow = self.opened.enter_context(Shadow(self.bug.root))
            self._bed.append(Bed(shadow, self.limits, cancelled=self.cancelled))
        return self._bed[0]

    def run(self, files: Mapping[str, str], command: str) -> Outcome:
        """Run a command with files changed. Raises `NoRoom` where the disk itself is full."""
        outcome = self.bed().run(files, command)
        if outcome.ended == "disk":
            free = shutil.disk_usage(self.bed().shadow.box().scratch).free
            if free < self.limits.disk_mb << 20:
                raise NoRoom(f"{tempfile.gettempdir()}: no room for what tests write")
        return outcome

    def localised(self, bug: Bug) -> Sequence[Place]:
        """Return the places that may be at fault. Raises `UserError` where none is found."""
        return localised(bug, self.bed(), self.way)


def require_sandbox(folder: Path) -> Outcome:
    """Return how a command was run in the sandbox here; `folder` is empty. Raises `UserError`."""
    with Shadow(folder) as shadow:
        outcome = run("true", shadow.box(), Limits())
    if outcome.ended == "failed":
        raise UserError(f"tests cannot be run in a sandbox: {outcome.output}")
    return outcome


def settings_of(order: Order, bug: Bug) -> Settings:
    """Return what holds for the project of a bug."""
    return stack(str(bug.root), (), order.options).settings()


def limits_of(order: Order, bug: Bug) -> Limits:
    """Return what the commands of a bug may take."""
    seconds = order.test_seconds or bug.commands.seconds
    memory = order.memory_mb or bug.commands.memory_mb
    return Limits(seconds, cpu=int(seconds) + 1, memory_mb=memory)
