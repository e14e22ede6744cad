from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from functools import partial

import pytest

from fairlead_server.completing import Completing
from fairlead_server.document import DocumentSnapshot
from fairlead_server.errors import UserError
from fairlead_server.lsp.worker import ModelState, Priority, Worker
from fairlead_server.suggestion import CompletionRequest
from tests.server.lsp.idle import Panic
from tests.server.lsp.scripted import LIMIT, Call, ScriptedCompleter

INVOKED, AUTOMATIC, PREFETCH = Priority


class Bench:
    """A worker with a scripted completer."""

    def __init__(self) -> None:
        self.completer = ScriptedCompleter()
        self.states: queue.Queue[ModelState] = queue.Queue()
        self.worker = Worker(self.states.put)

    def start(self) -> None:
        self.worker.load(lambda: self.completer)

    def submit(self, document: str, priority: Priority, label: str = "") -> Future[str]:
        return self.worker.submit(document, priority, partial(_complete, label), "nothing")

    def phases(self, count: int) -> list[str]:
        return [self.states.get(timeout=LIMIT).phase for _ in range(count)]


def _complete(label: str, completer: Completing, over: Callable[[], bool]) -> str:
    request = CompletionRequest(DocumentSnapshot(label, "", "python"), 0)
    return "".join(s.text for s in completer.complete(request, cancelled=over).suggestions)


def _label(call: Call) -> str:
    return call.request.document.path


@pytest.fixture
def bench() -> Iterator[Bench]:
    bench = Bench()
    yield bench
    bench.worker.close()
    assert bench.worker.join(LIMIT)


def test_a_job_is_answered_with_what_its_work_returns(bench: Bench) -> None:
    bench.start()
    answer = bench.submit("a.py", AUTOMATIC)
    bench.completer.next_call().release("append")
    assert answer.result(LIMIT) == "append"


# Submitted in this order on documents of their own, while the worker is not yet started.
QUEUES: list[tuple[list[Priority], list[int]]] = [
    ([PREFETCH, AUTOMATIC, INVOKED], [2, 1, 0]),
    ([INVOKED, AUTOMATIC, PREFETCH], [0, 1, 2]),
    ([AUTOMATIC, AUTOMATIC, AUTOMATIC], [2, 1, 0]),
    ([INVOKED, PREFETCH, INVOKED, AUTOMATIC], [2, 0, 3, 1]),
]


@pytest.mark.parametrize(("priorities", "expected"), QUEUES)
def test_the_newest_job_of_the_highest_priority_goes_first(
    bench: Bench, priorities: list[Priority], expected: list[int]
) -> None:
    answers = [bench.submit(f"{i}.py", p, str(i)) for i, p in enumerate(priorities)]
    bench.start()
    order = []
    for _ in priorities:
        call = bench.completer.next_call()
        order.append(int(_label(call)))
        call.release("done")
    assert order == expected
    assert {answer.result(LIMIT) for answer in answers} == {"done"}


# (older, newer, same document) -> whether a running older job gives way to the newer.
RUNNING: list[tuple[Priority, Priority, bool, bool]] = [
    (AUTOMATIC, AUTOMATIC, True, True),
    (AUTOMATIC, INVOKED, True, True),
    (PREFETCH, AUTOMATIC, True, True),
    (INVOKED, INVOKED, True, True),
    (INVOKED, AUTOMATIC, True, False),
    (AUTOMATIC, PREFETCH, True, False),
    (AUTOMATIC, AUTOMATIC, False, False),
    (INVOKED, INVOKED, False, False),
    (AUTOMATIC, INVOKED, False, True),
    (PREFETCH, AUTOMATIC, False, True),
]


@pytest.mark.parametrize(("older", "newer", "same", "gives_way"), RUNNING)
def test_a_running_job_gives_way(
    bench: Bench, older: Priority, newer: Priority, same: bool, gives_way: bool
) -> None:
    bench.start()
    first = bench.submit("a.py", older, "first")
    running = bench.completer.next_call()
    second = bench.submit("a.py" if same else "b.py", newer, "second")
    if gives_way:
        assert first.result(LIMIT) == "nothing"
        assert running.stopped.wait(LIMIT)
    else:
        running.release("first text")
        assert first.result(LIMIT) == "first text"
        assert not running.stopped.is_set()
    bench.completer.next_call().release("second text")
    assert second.result(LIMIT) == "second text"


def test_a_queued_job_gives_way_to_a_newer_one_on_its_document(bench: Bench) -> None:
    bench.start()
    bench.submit("other.py", INVOKED)
    blocker = bench.completer.next_call()
    old = [bench.submit("a.py", AUTOMATIC, "old") for _ in range(5)]
    new = bench.submit("a.py", AUTOMATIC, "new")
    assert [answer.result(LIMIT) for answer in old] == ["nothing"] * 5
    blocker.release("")
    call = bench.completer.next_call()
    assert _label(call) == "new"
    call.release("text")
    assert new.result(LIMIT) == "text"
    assert bench.completer.calls.empty()


def test_cancel_answers_at_once_and_stops_the_work(bench: Bench) -> None:
    bench.start()
    answer = bench.submit("a.py", INVOKED)
    call = bench.completer.next_call()
    assert answer.cancel()
    assert answer.cancelled()
    assert call.stopped.wait(LIMIT)
    following = bench.submit("a.py", AUTOMATIC)
    bench.completer.next_call().release("next")
    assert following.result(LIMIT) == "next"


def test_a_job_that_was_cancelled_in_the_queue_is_never_begun(bench: Bench) -> None:
    cancelled = bench.submit("a.py", INVOKED, "cancelled")
    kept = bench.submit("b.py", PREFETCH, "kept")
    assert cancelled.cancel()
    bench.start()
    call = bench.completer.next_call()
    assert _label(call) == "kept"
    call.release("text")
    assert kept.result(LIMIT) == "text"


def test_drop_abandons_the_jobs_of_one_document(bench: Bench) -> None:
    bench.start()
    running = bench.submit("a.py", INVOKED)
    call = bench.completer.next_call()
    waiting = bench.submit("a.py", AUTOMATIC)
    other = bench.submit("b.py", AUTOMATIC)
    bench.worker.drop("a.py")
    assert (running.result(LIMIT), waiting.result(LIMIT)) == ("nothing", "nothing")
    assert call.stopped.wait(LIMIT)
    bench.completer.next_call().release("text")
    assert other.result(LIMIT) == "text"


@pytest.mark.parametrize(
    "error", [RuntimeError("a defect"), Panic("in Rust"), UserError("bad input")]
)
def test_an_error_in_one_job_is_logged_and_the_next_works(
    bench: Bench, error: BaseException, caplog: pytest.LogCaptureFixture
) -> None:
    bench.start()
    failing = bench.submit("a.py", AUTOMATIC)
    bench.completer.next_call().release(error)
    assert failing.result(LIMIT) == "nothing"
    following = bench.submit("a.py", AUTOMATIC)
    bench.completer.next_call().release("text")
    assert following.result(LIMIT) == "text"
    assert str(error) in caplog.text


def test_the_model_is_built_on_the_workers_thread(bench: Bench) -> None:
    threads: list[str] = []

    def build() -> Completing:
        threads.append(threading.current_thread().name)
        return bench.completer

    assert bench.worker.completer(patience=0) is None
    bench.worker.load(build)
    assert bench.worker.completer(LIMIT) is bench.completer
    assert threads == ["fairlead-model"]
    assert bench.phases(2) == ["loading", "ready"]


@pytest.mark.parametrize("error", [UserError("no such model"), Panic("in Rust")])
def test_without_a_model_jobs_are_answered_and_a_later_load_mends_it(
    bench: Bench, error: BaseException
) -> None:
    def fail() -> Completing:
        raise error

    bench.worker.load(fail)
    assert bench.submit("a.py", INVOKED).result(LIMIT) == "nothing"
    assert bench.worker.completer(LIMIT) is None
    told = [bench.states.get(timeout=LIMIT) for _ in range(2)]
    assert [(state.phase, state.error) for state in told] == [("loading", None), ("failed", error)]
    bench.start()
    answer = bench.submit("a.py", INVOKED)
    bench.completer.next_call().release("text")
    assert answer.result(LIMIT) == "text"
    assert bench.phases(2) == ["loading", "ready"]


def test_a_new_load_closes_the_old_completer_first(bench: Bench) -> None:
    bench.start()
    assert bench.worker.completer(LIMIT) is bench.completer
    second = ScriptedCompleter()
    closed_before: list[bool] = []

    def build() -> Completing:
        closed_before.append(bench.completer.closed.is_set())
        return second

    bench.worker.load(build)
    assert bench.worker.completer(LIMIT) is second
    assert closed_before == [True]


def test_close_while_busy_answers_everybody_and_closes_the_completer(bench: Bench) -> None:
    bench.start()
    running = bench.submit("a.py", INVOKED)
    call = bench.completer.next_call()
    waiting = bench.submit("b.py", AUTOMATIC)
    bench.worker.close()
    assert (running.result(LIMIT), waiting.result(LIMIT)) == ("nothing", "nothing")
    assert call.stopped.wait(LIMIT)
    assert bench.worker.join(LIMIT)
    assert bench.completer.closed.is_set()
    assert bench.submit("a.py", INVOKED).result(LIMIT) == "nothing"


def test_close_while_loading_does_not_wait_and_closes_what_was_loaded(bench: Bench) -> None:
    loading, go_on = threading.Event(), threading.Event()

    def build() -> Completing:
        loading.set()
        assert go_on.wait(LIMIT)
        return bench.completer

    bench.worker.load(build)
    waiting = bench.submit("a.py", INVOKED)
    assert loading.wait(LIMIT)
    bench.worker.close()
    assert waiting.result(LIMIT) == "nothing"
    assert not bench.worker.join(0)
    go_on.set()
    assert bench.worker.join(LIMIT)
    assert bench.completer.closed.is_set()


def test_close_before_the_first_load(bench: Bench) -> None:
    waiting = bench.submit("a.py", INVOKED)
    bench.worker.close()
    assert waiting.result(LIMIT) == "nothing"
    bench.start()
    assert bench.worker.join(LIMIT)
    assert bench.states.empty()
