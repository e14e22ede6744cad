"""Processes of this machine that work on bugs, a bug at a time each.

A process that ends takes its bug along: that is marked, and another takes its place. They end when
the one that started them does, however that ends.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess
from pathlib import Path

from fairlead_decoding.threads import physical_cores
from fairlead_server.errors import UserError
from fairlead_server.repair.batch.folder import RunFolder, folder_of
from fairlead_server.repair.batch.order import Order
from fairlead_server.repair.batch.outcome import BugOutcome
from fairlead_server.repair.batch.running import dataset_of
from fairlead_server.repair.batch.stopping import Interrupted
from fairlead_server.repair.batch.work import repaired
from fairlead_server.repair.batch.workshop import LocalWorkshop

_GRACE = 30.0
"""Seconds that a process may take to end."""

Told = Callable[[str, float, str], None]
"""Is told of progress: of which bug, how much of it is done, and what is being done."""


@dataclass(frozen=True)
class LocalCrew:
    """`jobs` processes that work on the bugs of the run in `folder`."""

    folder: RunFolder
    jobs: int
    told: Told = lambda bug, share, said: None

    def outcomes(self, bugs: Sequence[str]) -> Iterator[BugOutcome]:
        """Yield what becomes of each bug. Raises `UserError` when the run cannot go on."""
        waiting = list(reversed(bugs))
        order = _with_threads(self.folder.told.order, self.jobs)
        hands = [
            _Hand(self.folder.out.absolute(), order) for _ in range(min(self.jobs, len(waiting)))
        ]
        try:
            while waiting or any(hand.bug for hand in hands):
                for hand in hands:
                    if hand.bug is None and waiting:
                        hand.give(waiting.pop())
                yield from self._news(hands)
        finally:
            _end(hands)

    def _news(self, hands: list[_Hand]) -> Iterator[BugOutcome]:
        """Wait until something has happened, and yield the outcomes that have come."""
        busy = [hand for hand in hands if hand.bug]
        wait([one for hand in busy for one in (hand.connection, hand.process.sentinel)])
        for hand in busy:
            try:
                while hand.bug and hand.connection.poll():
                    kind, news = hand.connection.recv()
                    if kind == "progress":
                        self.told(hand.bug, *news)
                    elif kind == "outcome":
                        hand.bug = None
                        yield news
                    else:
                        raise news
            except (EOFError, OSError):
                yield hand.lost()
                hands[hands.index(hand)] = _Hand(hand.out, hand.order)
                hand.close()


class _Hand:
    """A process, and the bug that it works on."""

    def __init__(self, out: Path, order: Order) -> None:
        context = multiprocessing.get_context("spawn")
        self.out, self.order = out, order
        self.bug: str | None = None
        self.connection, theirs = context.Pipe()
        self._life, watched = context.Pipe()
        self.process: SpawnProcess = context.Process(
            target=_work, args=(out, order, theirs, watched), name="fairlead repair batch"
        )
        self.process.start()
        # Only with no copy here does the end of the process show in the connection.
        theirs.close()
        watched.close()

    def give(self, bug: str) -> None:
        """Have the process work on a bug. If it has ended, that will show."""
        self.bug = bug
        with contextlib.suppress(OSError):
            self.connection.send(bug)

    def lost(self) -> BugOutcome:
        """Return what is to be said of the bug of a process that has ended."""
        self.process.join(_GRACE)
        code = self.process.exitcode
        how = f"with exit code {code}"
        if code is not None and code < 0:
            how = f"by the signal {signal.Signals(-code).name}"
            how += ", perhaps for lack of memory" if -code == signal.SIGKILL else ""
        reason = f"the process that worked on it was ended {how}"
        bug, self.bug = self.bug or "", None
        return BugOutcome(bug, "crashed", reason)

    def close(self) -> None:
        """Have the process end."""
        self._life.close()
        self.connection.close()

    def join(self, until: float) -> None:
        """Wait for the process to end, and end it when it is time."""
        self.process.join(max(0.0, until - time.monotonic()))
        if self.process.is_alive():
            self.process.kill()
            self.process.join()


def _end(hands: Sequence[_Hand]) -> None:
    for hand in hands:
        hand.close()
    until = time.monotonic() + _GRACE
    for hand in hands:
        hand.join(until)


def _with_threads(order: Order, jobs: int) -> Order:
    """Return the order with the processor's cores divided among the processes."""
    if jobs == 1 or order.options.threads is not None:
        return order
    threads = max(1, physical_cores() // jobs)
    return replace(order, options=replace(order.options, threads=threads))


def _work(out: Path, order: Order, connection: Connection, life: Connection) -> None:
    """Work on the bugs that come, until none do or whoever sends them is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    tempfile.tempdir = str(out / "tmp")
    over = threading.Event()
    threading.Thread(target=_watch, args=(life, over), daemon=True).start()
    workshop, dataset = LocalWorkshop(order), dataset_of(order.dataset)
    with contextlib.suppress(EOFError, OSError, Interrupted):
        while True:
            bug = connection.recv()
            try:
                outcome = repaired(
                    bug,
                    folder_of(out, bug),
                    dataset,
                    order,
                    workshop,
                    over.is_set,
                    partial(_tell, connection),
                )
            except UserError as error:
                connection.send(("error", error))
                return
            connection.send(("outcome", outcome))
    workshop.close()


def _tell(connection: Connection, share: float, said: str) -> None:
    # That nobody is there any more, another thread finds out.
    with contextlib.suppress(OSError):
        connection.send(("progress", (share, said)))


def _watch(life: Connection, over: threading.Event) -> None:
    """Wait for the end of whoever started this process, and see that this one ends as well."""
    with contextlib.suppress(EOFError, OSError):
        life.recv()
    over.set()
    time.sleep(_GRACE)
    os._exit(1)
