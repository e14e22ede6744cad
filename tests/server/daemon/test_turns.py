from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future

import pytest

from fairlead_server.daemon.turns import Job, Turns
from fairlead_server.suggestion import Urgency
from tests.server.daemon.bench import LIMIT
from tests.server.lsp.idle import Panic


class Queue:
    """Turns whose first job keeps them busy until `release`; the order of the others is noted."""

    def __init__(self) -> None:
        self.turns = Turns()
        self.order: list[str] = []
        self.answers: list[Future[str]] = []
        self._go, self._busy = threading.Event(), threading.Event()
        self.first = self.submit("first", "first", "automatic", self._wait)
        assert self._busy.wait(LIMIT)

    def submit(
        self,
        client: str,
        label: str,
        urgency: Urgency,
        work: Callable[[Callable[[], bool]], str] | None = None,
    ) -> Future[str]:
        def note(over: Callable[[], bool]) -> str:
            self.order.append(label)
            return label

        self.answers.append(self.turns.submit(Job(client, urgency, work or note, "nothing")))
        return self.answers[-1]

    def release(self) -> list[str]:
        self._go.set()
        for answer in self.answers:
            answer.result(LIMIT)
        return self.order

    def _wait(self, over: Callable[[], bool]) -> str:
        self._busy.set()
        assert self._go.wait(LIMIT)
        return "waited"


@pytest.fixture
def queue() -> Iterator[Queue]:
    queue = Queue()
    yield queue
    queue.release()
    assert queue.turns.close(LIMIT)


# (jobs as client, urgency; the order in which they have their turns)
ORDERS: list[tuple[list[tuple[str, Urgency]], str]] = [
    ([("a", "automatic"), ("b", "automatic")], "01"),
    ([("a", "prefetch"), ("b", "automatic"), ("c", "invoked")], "210"),
    ([("a", "automatic"), ("a", "automatic"), ("b", "automatic")], "021"),
    ([("first", "automatic"), ("b", "automatic")], "10"),
    ([("a", "invoked"), ("a", "invoked"), ("b", "prefetch"), ("b", "invoked")], "0312"),
]


@pytest.mark.parametrize(("jobs", "expected"), ORDERS)
def test_the_urgent_go_first_and_clients_take_turns(
    queue: Queue, jobs: list[tuple[str, Urgency]], expected: str
) -> None:
    for number, (client, urgency) in enumerate(jobs):
        queue.submit(client, str(number), urgency)
    assert "".join(queue.release()) == expected


def test_the_jobs_of_who_left_are_not_done(queue: Queue) -> None:
    left, stays = queue.submit("a", "a", "invoked"), queue.submit("b", "b", "automatic")
    queue.turns.drop("a")
    assert left.result(LIMIT) == "nothing"
    assert queue.release() == ["b"]
    assert stays.result() == "b"


def test_a_job_that_was_cancelled_is_not_done(queue: Queue) -> None:
    assert queue.submit("a", "a", "invoked").cancel()
    queue.answers.pop()
    queue.submit("b", "b", "automatic")
    assert queue.release() == ["b"]


def test_only_a_prefetch_gives_way_while_it_runs() -> None:
    turns, began = Turns(), threading.Event()

    def work(over: Callable[[], bool]) -> str:
        began.set()
        while not over():
            pass
        return "done"

    prefetch = turns.submit(Job("a", "prefetch", work, "nothing"))
    assert began.wait(LIMIT)
    second = turns.submit(Job("b", "prefetch", lambda over: "second", "nothing"))
    assert not prefetch.done()
    third = turns.submit(Job("b", "automatic", lambda over: "third", "nothing"))
    assert [job.result(LIMIT) for job in (prefetch, second, third)] == [
        "nothing",
        "second",
        "third",
    ]
    assert turns.close(LIMIT)


@pytest.mark.parametrize("error", [RuntimeError, Panic])
def test_what_a_job_raises_is_its_answer_and_the_next_is_done(error: type[BaseException]) -> None:
    def fail() -> None:
        raise error("failed as told")

    turns = Turns(after=fail)
    answer = turns.submit(Job("a", "automatic", lambda over: fail(), None))
    with pytest.raises(error, match="failed as told"):
        answer.result(LIMIT)
    assert turns.submit(Job("a", "automatic", lambda over: "x", "")).result(LIMIT) == "x"
    assert turns.close(LIMIT)
    assert turns.submit(Job("a", "automatic", lambda over: "x", "closed")).result(LIMIT) == "closed"


def test_rest_is_told_once_there_is_nothing_to_do() -> None:
    go, rested = threading.Event(), threading.Event()

    def after() -> None:
        assert go.wait(LIMIT)

    turns = Turns(after, rested.set)
    assert turns.submit(Job("a", "automatic", lambda over: "done", "")).result(LIMIT) == "done"
    # The answer is there, and what follows the job is not over.
    assert not turns.idle()
    rested.clear()
    go.set()
    assert rested.wait(LIMIT)
    assert turns.idle()
    assert turns.close(LIMIT)
