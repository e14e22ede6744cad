"""Teacher forcing: what monitors say of code that people wrote and that works."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field

from fairlead_monitors.context import Context
from fairlead_monitors.engine import CompletionEngine, Kind, Names, Signatures, Source, T, Unknowing
from fairlead_monitors.joint import PartFactory
from fairlead_server.evaluation.monitors.passages import Passage
from fairlead_server.review import review
from fairlead_server.suggestion import CheckedName


class TimedEngine(Unknowing):
    """Passes the questions of monitors on, and notes how many milliseconds each answer took."""

    def __init__(self, engine: CompletionEngine) -> None:
        self._engine = engine
        self.milliseconds: list[float] = []

    @property
    def name(self) -> str:  # type: ignore[override]
        """The name of the engine behind."""
        return self._engine.name

    def names(self, kind: Kind, source: Source, offset: int) -> Future[Names]:
        """Ask for names."""
        return self._timed(lambda: self._engine.names(kind, source, offset))

    def types(self, source: Source, offset: int) -> Future[Names]:
        """Ask for types."""
        return self._timed(lambda: self._engine.types(source, offset))

    def signatures(self, source: Source, offset: int) -> Future[Signatures]:
        """Ask for signatures."""
        return self._timed(lambda: self._engine.signatures(source, offset))

    def _timed(self, ask: Callable[[], Future[T]]) -> Future[T]:
        start = time.perf_counter()
        asked = ask()
        asked.add_done_callback(
            lambda _: self.milliseconds.append(1000 * (time.perf_counter() - start))
        )
        return asked


@dataclass(frozen=True)
class Forced:
    """One name that a monitor looked at in a line of real code, and what it said of it."""

    passage: Passage
    name: CheckedName

    def __str__(self) -> str:
        """Tell where it is and what was listed instead."""
        listed = f"not among {self.name.candidates} from {self.name.engine}"
        return f"{self.passage}: {self.name.kind} {self.name.name!r} {listed}"


@dataclass
class Course:
    """What one monitor said of all passages, and what its questions took."""

    forced: list[Forced] = field(default_factory=list)
    milliseconds: list[float] = field(default_factory=list)

    @property
    def vetoed(self) -> list[Forced]:
        """Those that would have been refused."""
        return [forced for forced in self.forced if forced.name.verdict == "invalid"]


def force(
    factory: PartFactory,
    engine: CompletionEngine,
    passage: Passage,
    course: Course,
    *,
    suffix: bool,
    patience: float,
) -> None:
    """Put the line of `passage` to a monitor and add what it says of each name to `course`."""
    timed = TimedEngine(engine)
    before, after = passage.around(suffix=suffix)
    context = Context(passage.path, before, after, timed, patience)
    course.forced += [Forced(passage, name) for name in review(factory, context, passage.line)]
    course.milliseconds += timed.milliseconds
