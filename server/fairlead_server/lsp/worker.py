"""The one model worker: a thread, a queue by priority, and the rule that the newest wins.

Knows nothing of the protocol. A job is over as soon as it has been answered, no matter by whom:
by its own result, because the client cancelled, because a newer job took its place, or because the
server stops. That one fact is the stop flag which decoding polls at every token.
"""

from __future__ import annotations

import contextlib
import enum
import logging
import threading
from collections.abc import Callable, Container
from concurrent.futures import Future, InvalidStateError
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Generic, Literal, TypeVar

from fairlead_decoding.errors import DecodingError
from fairlead_server.completing import Completing
from fairlead_server.errors import UserError

log = logging.getLogger(__name__)

T = TypeVar("T")
Work = Callable[[Completing, Callable[[], bool]], T]
"""What a job does: called with the completer and the stop flag."""


class Priority(enum.IntEnum):
    """Who waits: lower goes first."""

    INVOKED = 0
    AUTOMATIC = 1
    PREFETCH = 2


@dataclass(frozen=True)
class ModelState:
    """What has become of the model. `error` goes with ``failed``."""

    phase: Literal["loading", "ready", "failed"]
    error: BaseException | None = None


@dataclass(frozen=True, eq=False)
class Job(Generic[T]):
    """Work on one document. `otherwise` is the answer when it is not done."""

    document: str
    priority: Priority
    work: Work[T]
    otherwise: T
    answer: Future[T] = field(default_factory=Future)

    def over(self) -> bool:
        """Tell whether the job has been answered: nobody waits for its work any more."""
        return self.answer.done()

    def settle(self, value: T) -> None:
        """Answer with `value`, unless there is an answer already."""
        with contextlib.suppress(InvalidStateError):
            self.answer.set_result(value)

    def abandon(self) -> None:
        """Answer without doing the work."""
        self.settle(self.otherwise)


class Worker:
    """Owns the completer and the thread that uses it.

    `report` is called on the worker's thread whenever the state of the model changes.
    """

    def __init__(self, report: Callable[[ModelState], None]) -> None:
        self._report = report
        self._wake = threading.Condition()
        self._queue: list[Job[Any]] = []
        self._running: Job[Any] | None = None
        self._build: Callable[[], Completing] | None = None
        self._completer: Completing | None = None
        self._settled = threading.Event()
        self._closed = False
        # A daemon, so that a model which takes long to load cannot keep the process alive.
        self._thread = threading.Thread(target=self._run, name="fairlead-model", daemon=True)

    def load(self, build: Callable[[], Completing]) -> None:
        """Replace the completer by what `build` returns; it runs on the worker's thread.

        Jobs wait for it. When it raises, they are answered without being done, until the next
        `load`.
        """
        with self._wake:
            self._build = build
            self._settled.clear()
            if not self._closed and self._thread.ident is None:
                self._thread.start()
            self._wake.notify()

    def submit(self, document: str, priority: Priority, work: Work[T], otherwise: T) -> Future[T]:
        """Queue `work`; cancel the future to stop it.

        Older jobs on the same document give way unless their priority is higher, and so does
        a running job of lower priority on any document.
        """
        job = Job(document, priority, work, otherwise)
        with self._wake:
            older = [other for other in self._jobs() if self._gives_way(other, job)]
            self._queue.append(job)
            closed = self._closed
            self._wake.notify()
        for other in [*older, job] if closed else older:
            other.abandon()
        return job.answer

    def drop(self, document: str, spare: Container[Future[Any]] = ()) -> None:
        """Abandon all jobs on `document`, but for those whose answers are in `spare`."""
        with self._wake:
            jobs = [j for j in self._jobs() if j.document == document and j.answer not in spare]
        for job in jobs:
            job.abandon()

    def completer(self, patience: float) -> Completing | None:
        """Return the completer, waiting `patience` seconds for it; None while there is none."""
        self._settled.wait(patience)
        return self._completer

    def close(self) -> None:
        """Abandon all jobs and let the thread end, closing the completer; returns at once."""
        with self._wake:
            self._closed = True
            jobs = self._jobs()
            self._wake.notify()
        for job in jobs:
            job.abandon()
        self._settled.set()

    def join(self, timeout: float) -> bool:
        """Wait for the thread; tell whether it has ended."""
        if self._thread.ident is not None:
            self._thread.join(timeout)
        return not self._thread.is_alive()

    def _jobs(self) -> list[Job[Any]]:
        return [*self._queue, *([self._running] if self._running else [])]

    def _gives_way(self, older: Job[Any], newer: Job[Any]) -> bool:
        if older.document == newer.document:
            return older.priority >= newer.priority
        return older is self._running and older.priority > newer.priority

    def _run(self) -> None:
        while (task := self._next()) is not None:
            task()
        self._discard()

    def _next(self) -> Callable[[], None] | None:
        """Wait for something to do; None when the worker has been closed."""
        with self._wake:
            self._running = None
            while not self._closed:
                if self._build is not None:
                    build, self._build = self._build, None
                    return partial(self._load, build)
                self._queue = [job for job in self._queue if not job.over()]
                if self._queue:
                    # Of the jobs of one priority, the newest.
                    job = min(reversed(self._queue), key=lambda job: job.priority)
                    self._queue.remove(job)
                    self._running = job
                    return partial(self._perform, job)
                self._wake.wait()
            return None

    def _load(self, build: Callable[[], Completing]) -> None:
        self._report(ModelState("loading"))
        state = ModelState("ready")
        try:
            # First, because the memory may not hold two models.
            self._discard()
            self._completer = build()
        except BaseException as error:  # Extensions written in Rust panic with one.
            state = ModelState("failed", error)
        with self._wake:
            if self._build is None:
                self._settled.set()
        self._report(state)

    def _discard(self) -> None:
        completer, self._completer = self._completer, None
        if completer is not None:
            completer.close()

    def _perform(self, job: Job[Any]) -> None:
        try:
            if self._completer is not None:
                job.settle(job.work(self._completer, job.over))
        except (UserError, DecodingError) as error:
            log.warning("%s", error)
        except BaseException:  # A panic of Rust as well.
            log.exception("A completion failed. Others are not affected.")
        finally:
            job.abandon()
