"""Whose turn it is to use the model: one job at a time, the most urgent first, clients in turn."""

from __future__ import annotations

import contextlib
import logging
import threading
import time
from collections.abc import Callable, Hashable
from concurrent.futures import Future, InvalidStateError
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar, get_args

from fairlead_server.suggestion import Urgency

log = logging.getLogger(__name__)

T = TypeVar("T")

_RANKS: dict[str, int] = {urgency: rank for rank, urgency in enumerate(get_args(Urgency))}


@dataclass(frozen=True, eq=False)
class Job(Generic[T]):
    """Work for a client. It is over once it has been answered, no matter by whom.

    `work` is called with the flag that tells so; `otherwise` is the answer if it is not done.
    """

    client: Hashable
    urgency: Urgency
    work: Callable[[Callable[[], bool]], T]
    otherwise: T
    answer: Future[T] = field(default_factory=Future)

    def over(self) -> bool:
        """Tell whether the job has been answered."""
        return self.answer.done()

    def abandon(self) -> None:
        """Answer without doing the work, or without waiting for its end."""
        with contextlib.suppress(InvalidStateError):
            self.answer.set_result(self.otherwise)

    def perform(self) -> None:
        """Do the work and answer."""
        try:
            result = self.work(self.over)
        except BaseException as error:  # Extensions written in Rust panic with one.
            with contextlib.suppress(InvalidStateError):
                self.answer.set_exception(error)
        else:
            with contextlib.suppress(InvalidStateError):
                self.answer.set_result(result)


class Turns:
    """A thread that performs jobs.

    On it, `after` is called after each of them, and `rested` whenever there is nothing to do.
    """

    def __init__(
        self, after: Callable[[], None] = lambda: None, rested: Callable[[], None] = lambda: None
    ) -> None:
        self._after = after
        self._rested = rested
        self._wake = threading.Condition()
        self._queue: list[Job[Any]] = []
        self._running: Job[Any] | None = None
        self._served: dict[Hashable, float] = {}
        self._closed = False
        # A daemon, so that a model which takes long to load cannot keep the process alive.
        self._thread = threading.Thread(target=self._run, name="model", daemon=True)
        self._thread.start()

    def submit(self, job: Job[T]) -> Future[T]:
        """Queue `job`. A prefetch that is running gives way to anything more urgent."""
        with self._wake:
            if self._closed:
                job.abandon()
                return job.answer
            self._queue.append(job)
            running = self._running
            self._wake.notify()
        if running is not None and running.urgency == "prefetch" != job.urgency:
            running.abandon()
        return job.answer

    def drop(self, client: Hashable) -> None:
        """Abandon all jobs of `client`."""
        with self._wake:
            # Answered before the thread can choose one of them, which would note the client again.
            for job in [job for job in self._jobs() if job.client == client]:
                job.abandon()
            self._served.pop(client, None)

    def idle(self) -> bool:
        """Tell whether there is nothing to do."""
        with self._wake:
            return not self._jobs()

    def close(self, timeout: float) -> bool:
        """Abandon all jobs; tell whether the thread has ended in `timeout` seconds."""
        with self._wake:
            self._closed = True
            jobs = self._jobs()
            self._wake.notify()
        for job in jobs:
            job.abandon()
        self._thread.join(timeout)
        return not self._thread.is_alive()

    def _jobs(self) -> list[Job[Any]]:
        return [*self._queue, *([self._running] if self._running else [])]

    def _run(self) -> None:
        while (job := self._next()) is not None:
            job.perform()
            try:
                self._after()
            except BaseException:  # A panic of Rust as well.
                log.exception("What follows a job has failed. Others are not affected.")

    def _next(self) -> Job[Any] | None:
        with self._wake:
            self._running = None
            while not self._closed:
                self._queue = [job for job in self._queue if not job.over()]
                if self._queue:
                    job = min(self._queue, key=self._rank)
                    self._queue.remove(job)
                    self._running = job
                    self._served[job.client] = time.monotonic()
                    return job
                self._rested()
                self._wake.wait()
            return None

    def _rank(self, job: Job[Any]) -> tuple[int, float]:
        """Rank the urgent jobs first, and among them those of who has waited longest."""
        return _RANKS[job.urgency], self._served.get(job.client, 0.0)
