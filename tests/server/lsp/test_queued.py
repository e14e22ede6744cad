"""Questions that wait for their turn: what becomes of those that fail or give way."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor

import pytest

from fairlead_decoding.errors import DecodingError
from fairlead_server.document import DocumentSnapshot
from fairlead_server.errors import UserError
from fairlead_server.lsp.queued import Queued
from fairlead_server.lsp.worker import Priority, Worker
from fairlead_server.suggestion import CompletionRequest, CompletionResult
from tests.server.lsp.idle import Panic
from tests.server.lsp.scripted import LIMIT, ScriptedCompleter

REQUEST = CompletionRequest(DocumentSnapshot("a.py", "", "python"), 0)


class Bench:
    """A worker with a scripted completer, and a thread that asks."""

    def __init__(self) -> None:
        self.completer = ScriptedCompleter()
        self.worker = Worker(lambda state: None)
        self.worker.load(lambda: self.completer)
        self.over = False
        self._threads = ThreadPoolExecutor(1)

    def ask(self) -> Future[CompletionResult]:
        queued = Queued(self.worker, "a.py (edit)")
        return self._threads.submit(queued.complete, REQUEST, cancelled=lambda: self.over)

    def close(self) -> None:
        self.worker.close()
        assert self.worker.join(LIMIT)
        self._threads.shutdown()


@pytest.fixture
def bench() -> Iterator[Bench]:
    bench = Bench()
    yield bench
    bench.close()


@pytest.mark.parametrize(
    ("error", "kind", "message"),
    [
        (UserError("bad input"), UserError, "bad input"),
        (DecodingError("does not fit"), DecodingError, "does not fit"),
        (RuntimeError("a defect"), UserError, "the completion failed (RuntimeError); see the log"),
        (ValueError("a defect"), UserError, "the completion failed (ValueError); see the log"),
        (TimeoutError("a defect"), UserError, "the completion failed (TimeoutError); see the log"),
        (Panic("a defect"), UserError, "the completion failed (Panic); see the log"),
    ],
)
def test_what_fails_is_told_and_not_tried_again(
    bench: Bench,
    error: BaseException,
    kind: type[Exception],
    message: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    asked = bench.ask()
    bench.completer.next_call().release(error)
    told = asked.exception(LIMIT)
    assert (type(told), str(told)) == (kind, message)
    assert bench.completer.calls.empty()
    assert ("a defect" in caplog.text) == ("a defect" in str(error))


def test_what_gives_way_is_asked_again(bench: Bench) -> None:
    asked = bench.ask()
    first = bench.completer.next_call()
    urgent = bench.worker.submit("b.py", Priority.INVOKED, lambda *_: "urgent", "nothing")
    assert urgent.result(LIMIT) == "urgent"
    assert first.stopped.wait(LIMIT)
    bench.completer.next_call().release("text")
    assert [one.text for one in asked.result(LIMIT).suggestions] == ["text"]


def test_who_cancels_gets_nothing(bench: Bench) -> None:
    asked = bench.ask()
    call = bench.completer.next_call()
    bench.over = True
    assert asked.result(LIMIT).suggestions == ()
    assert call.stopped.wait(LIMIT)
