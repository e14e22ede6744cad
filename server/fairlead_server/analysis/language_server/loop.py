"""An event loop in a thread of its own, for callers in other threads."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from typing import Any, TypeVar

log = logging.getLogger(__name__)

T = TypeVar("T")


class LoopThread:
    """Runs coroutines; the thread starts with the first one."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._closed = False

    def run(self, make: Callable[[], Coroutine[Any, Any, T]], closed: T) -> Future[T]:
        """Run the coroutine that `make` returns; the answer is `closed` once the loop has ended.

        Cancelling the future cancels the coroutine.
        """
        answer: Future[T] = Future()
        with self._lock:
            if self._closed:
                answer.set_result(closed)
                return answer
            if self._loop is None:
                self._start()
            assert self._loop is not None
            self._loop.call_soon_threadsafe(_spawn, make, answer, closed)
        return answer

    def close(self, last: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Cancel all that runs, run one last coroutine, and end the thread."""
        with self._lock:
            self._closed = True
            loop, thread = self._loop, self._thread
        if loop is None or thread is None or not thread.is_alive():
            return
        asyncio.run_coroutine_threadsafe(_finish(last), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()

    def _start(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._loop.set_exception_handler(_note)
        self._thread = threading.Thread(target=self._run, name=self._name, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        assert self._loop is not None
        asyncio.set_event_loop(self._loop)
        self._loop.run_forever()


def _note(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """Say what went wrong outside of any coroutine.

    When a program ends, several may have waited for its pipe, and nobody asks after some of them.
    """
    if isinstance(context.get("exception"), OSError):
        log.debug("%s", context.get("message"), exc_info=context["exception"])
    else:
        loop.default_exception_handler(context)


def _spawn(make: Callable[[], Coroutine[Any, Any, T]], answer: Future[T], closed: T) -> None:
    if answer.cancelled():
        return
    loop = asyncio.get_running_loop()
    task = loop.create_task(make())

    def withdraw(_: Future[T]) -> None:
        if answer.cancelled() and not loop.is_closed():
            loop.call_soon_threadsafe(task.cancel)

    def deliver(_: asyncio.Task[T]) -> None:
        if answer.set_running_or_notify_cancel():
            answer.set_result(closed if task.cancelled() else task.result())

    answer.add_done_callback(withdraw)
    task.add_done_callback(deliver)


async def _finish(last: Callable[[], Coroutine[Any, Any, None]]) -> None:
    own = asyncio.current_task()
    await last()
    rest = [task for task in asyncio.all_tasks() if task is not own]
    for task in rest:
        task.cancel()
    await asyncio.gather(*rest, return_exceptions=True)
