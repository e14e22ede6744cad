"""Work on bugs with Ray: models are actors, and what runs programs are tasks.

The process that starts the run keeps all that is written down, and has a thread for each bug that
is worked on. The folder of the run has to be the same for all machines of the cluster.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import queue
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from fairlead_monitors.engine import Diagnostics
from fairlead_server.document import DocumentSnapshot
from fairlead_server.errors import UserError
from fairlead_server.repair.batch import remote
from fairlead_server.repair.batch.bug import Bug, Dataset, Place
from fairlead_server.repair.batch.folder import RunFolder
from fairlead_server.repair.batch.journal import Journal
from fairlead_server.repair.batch.mending import Tools
from fairlead_server.repair.batch.outcome import BugOutcome
from fairlead_server.repair.batch.pool import Told
from fairlead_server.repair.batch.recording import Queries, Recorded
from fairlead_server.repair.batch.running import dataset_of
from fairlead_server.repair.batch.stopping import Interrupted, Lost
from fairlead_server.repair.batch.trials import Trial
from fairlead_server.repair.batch.work import Progress, repaired
from fairlead_server.repair.batch.workshop import NoQueries, settings_of
from fairlead_server.repair.sandbox import Outcome
from fairlead_server.repair.validation import Result
from fairlead_server.suggestion import CompletionRequest, CompletionResult

_POLL = 0.2
_CONNECTED = 10.0
_AHEAD = 4
"""Trials of a bug that are under way at a time."""


@dataclass(frozen=True)
class RayCrew:
    """Works on `jobs` bugs at a time on the cluster at `address`; ``local`` starts one here."""

    folder: RunFolder
    jobs: int
    address: str
    told: Told = lambda bug, share, said: None

    def outcomes(self, bugs: Sequence[str]) -> Iterator[BugOutcome]:
        """Yield what becomes of each bug. Raises `UserError` when the run cannot go on."""
        over = threading.Event()
        with connected(self.address) as ray:
            _require_shared(ray, self.folder)
            workshop = RayWorkshop(ray, self.folder, min(self.jobs, len(bugs)))
            dataset = dataset_of(self.folder.told.order.dataset)
            with ThreadPoolExecutor(workshop.count) as threads:
                try:
                    work = partial(self._work, dataset, workshop, over)
                    for done in as_completed([threads.submit(work, bug) for bug in bugs]):
                        yield done.result()
                finally:
                    over.set()
                    threads.shutdown(cancel_futures=True)

    def _work(
        self, dataset: Dataset, workshop: RayWorkshop, over: threading.Event, bug: str
    ) -> BugOutcome:
        order, place = self.folder.told.order, self.folder.folder(bug)
        told = partial(self.told, bug)
        return repaired(bug, place, dataset, order, workshop, over.is_set, told)


@contextlib.contextmanager
def connected(address: str) -> Iterator[Any]:
    """Connect to a cluster, and return the library. Raises `UserError`."""
    # Nobody is told of anything; the library reads this when it is imported.
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    try:
        import ray
    except ImportError as error:
        raise UserError(
            f"Ray cannot be imported ({error}): pip install 'fairlead[cluster]'"
        ) from None
    if not asyncio.run(_answers(address)):
        raise UserError(f"--cluster {address}: nobody answers there; start Ray, or name another")
    is_local = address == "local"
    where: dict[str, Any] = {"include_dashboard": False} if is_local else {}
    before = signal.getsignal(signal.SIGTERM)
    try:
        ray.init(address, log_to_driver=False, logging_level=logging.ERROR, **where)
    except (ConnectionError, ValueError, RuntimeError, OSError) as error:
        said = " ".join(str(error).split())
        raise UserError(f"--cluster {address}: no Ray cluster can be reached: {said}") from None
    if before is not None:
        # The library takes it for a failure.
        signal.signal(signal.SIGTERM, before)
    try:
        yield ray
    finally:
        ray.shutdown()


async def _answers(address: str) -> bool:
    """Tell whether somebody listens at an address, where it is one: the library waits for long."""
    host, colon, port = address.rpartition("//")[2].rpartition(":")
    if not (colon and port.isdecimal()):
        return True
    try:
        _, writer = await asyncio.wait_for(asyncio.open_connection(host, int(port)), _CONNECTED)
    except (OSError, asyncio.TimeoutError):
        return False
    writer.close()
    return True


def _require_shared(ray: Any, folder: RunFolder) -> None:
    """Raise `UserError` unless all machines see the folder of the run."""
    from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

    path = str(folder.out.absolute() / "run.json")
    for node in (one for one in ray.nodes() if one["Alive"]):
        there = NodeAffinitySchedulingStrategy(node["NodeID"], soft=False)
        look = ray.remote(remote.sees).options(scheduling_strategy=there, num_cpus=0)
        if not ray.get(look.remote(path)):
            raise UserError(
                f"{node['NodeManagerHostname']} of the cluster does not see {folder.out}: name an "
                "--out that is the same for all its machines"
            )


class RayWorkshop:
    """Makes tools of a cluster: `count` models, of which each bug has one to itself."""

    def __init__(self, ray: Any, folder: RunFolder, count: int) -> None:
        self.count, self._ray = count, ray
        self._order, self._temporary = folder.told.order, str(folder.temporary.absolute())
        self._free: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self._actor = ray.remote(remote.Model)
        self._task = {
            name: ray.remote(getattr(remote, name)).options(num_cpus=1)
            for name in ("ran", "tried", "localised")
        }
        for _ in range(count):
            self._free.put(self._new())

    @contextlib.contextmanager
    def tools(
        self, bug: Bug, journal: Journal, cancelled: Callable[[], bool], progress: Progress
    ) -> Iterator[Tools]:
        """Make the tools for a bug."""
        asking = _Asking(self._ray, cancelled)
        model = self._free.get()
        means = _Remote(model, bug, asking)
        settings = settings_of(self._order, bug)
        place = (bug, self._order, self._temporary)
        try:
            yield Tools(
                Recorded(journal, bug.root, lambda: (means, means.queries)),
                lambda files, command: self._ran(asking, place, files, command),
                lambda trials: self._tried(asking, place, trials),
                journal,
                self._order.plan(settings.patience, settings.context),
                lambda bug: self._localised(asking, place),
                cancelled,
                progress,
            )
        except (Lost, Interrupted):
            self._ray.kill(model)
            model = self._new()
            raise
        finally:
            self._free.put(model)

    def _new(self) -> Any:
        return self._actor.remote(self._order, self._temporary)

    def _ran(self, asking: _Asking, place: Any, files: Mapping[str, str], command: str) -> Outcome:
        found: Outcome = asking.answer(self._task["ran"].remote(*place, dict(files), command))
        return found

    def _tried(self, asking: _Asking, place: Any, trials: Iterable[Trial]) -> Iterator[Result]:
        """Yield the results of trials in their order, with some under way ahead."""
        waiting, under_way = deque(trials), deque[Any]()
        try:
            while waiting or under_way:
                while waiting and len(under_way) < _AHEAD:
                    under_way.append(self._task["tried"].remote(*place, waiting.popleft()))
                yield asking.answer(under_way.popleft())
        finally:
            for reference in under_way:
                self._ray.cancel(reference)

    def _localised(self, asking: _Asking, place: Any) -> Sequence[Place]:
        found: Sequence[Place] = asking.answer(self._task["localised"].remote(*place))
        return found


@dataclass(frozen=True)
class _Asking:
    """Waits for answers from the cluster."""

    ray: Any
    cancelled: Callable[[], bool]

    def answer(self, reference: Any) -> Any:
        """Return the answer. Raises what was raised there, `Lost` or `Interrupted`."""
        errors = self.ray.exceptions
        while not self.ray.wait([reference], timeout=_POLL)[0]:
            if self.cancelled():
                self._cancel(reference)
                raise Interrupted
        try:
            return self.ray.get(reference)
        except errors.RayTaskError as error:
            raise error.cause from None
        except errors.RayError as error:
            said = str(error).partition("\n")[0]
            raise Lost(f"the process that worked on it was ended: {said}") from None

    def _cancel(self, reference: Any) -> None:
        # An actor's work cannot be cancelled: whoever has asked ends the actor.
        with contextlib.suppress(TypeError, ValueError):
            self.ray.cancel(reference, force=True)


@dataclass
class _Remote:
    """A model and analysis in an actor, as the means of a search."""

    model: Any
    bug: Bug
    asking: _Asking
    queries: Queries = field(default_factory=NoQueries)

    def begin(self, first: CompletionRequest) -> None:
        """Prepare for questions."""
        self.asking.answer(self.model.begin.remote(self.bug, first))

    def complete(
        self, request: CompletionRequest, *, cancelled: Callable[[], bool] = lambda: False
    ) -> CompletionResult:
        """Complete a document."""
        return self._counted(self.model.complete.remote(self.bug, request))  # type: ignore[no-any-return]

    def diagnostics(self, document: DocumentSnapshot, patience: float) -> Diagnostics:
        """Return what is wrong with `document`."""
        return self._counted(self.model.diagnostics.remote(self.bug, document, patience))  # type: ignore[no-any-return]

    def _counted(self, reference: Any) -> Any:
        answer, asked, known = self.asking.answer(reference)
        self.queries.asked += asked
        self.queries.known += known
        return answer
