"""A child process that answers requests, and is replaced when it dies or hangs.

Requests and answers are JSON values, one a line. One request is under way at a time; the others
wait in order. A request that cannot be answered is answered with None: never with an exception,
and never not at all.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import queue
import signal
import subprocess
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from typing import Any, TypeVar

from fairlead_server.analysis.backoff import Backoff

log = logging.getLogger(__name__)

Answer = Mapping[str, Any]
_Request = tuple[Mapping[str, Any], "Future[Answer | None]"]
_Lines = queue.SimpleQueue[bytes]

T = TypeVar("T")


class Child:
    """Runs `command` when the first request comes. Safe to use from several threads.

    A child that takes more than `limit` seconds for one answer is killed. While it may not be
    restarted yet, requests are answered with None at once.
    """

    def __init__(self, command: Sequence[str], limit: float = 30.0) -> None:
        self._command = command
        self._limit = limit
        self._requests: queue.SimpleQueue[_Request | None] = queue.SimpleQueue()
        self._process: subprocess.Popen[bytes] | None = None
        self._lines: _Lines = queue.SimpleQueue()
        self._backoff = Backoff()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._closed = False

    def ask(self, request: Mapping[str, Any]) -> Future[Answer | None]:
        """Send `request`; cancel the future if nobody waits for it any more."""
        answer: Future[Answer | None] = Future()
        with self._lock:
            if self._closed:
                answer.set_result(None)
                return answer
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="engine", daemon=True)
                self._thread.start()
            self._requests.put((request, answer))
        return answer

    @property
    def pid(self) -> int | None:
        """The process id, None while no child runs."""
        process = self._process
        return process.pid if process is not None and process.poll() is None else None

    def close(self) -> None:
        """End the child; what still waits is answered with None."""
        with self._lock:
            self._closed = True
            thread = self._thread
            self._requests.put(None)
        process = self._process
        if process is not None:
            kill_group(process)
        if thread is not None:
            thread.join()

    def _run(self) -> None:
        while (item := self._requests.get()) is not None:
            request, answer = item
            if answer.set_running_or_notify_cancel():
                answer.set_result(None if self._closed else self._exchange(request))
        self._stop("closed")

    def _exchange(self, request: Mapping[str, Any]) -> Answer | None:
        process = self._process if self.pid is not None else self._start()
        if process is None or process.stdin is None:
            return None
        # Over the write as well: one to a child that does not read blocks.
        watchdog = threading.Timer(self._limit, kill_group, [process])
        watchdog.daemon = True
        watchdog.start()
        try:
            process.stdin.write(json.dumps(request).encode() + b"\n")
            process.stdin.flush()
            answer: Answer = json.loads(self._lines.get())
        except (OSError, ValueError):
            late = watchdog.finished.is_set()
            self._stop(f"no answer within {self._limit:g} s" if late else "it died")
        else:
            self._backoff.worked()
            return answer
        finally:
            watchdog.cancel()
            watchdog.join()
        return None

    def _start(self) -> subprocess.Popen[bytes] | None:
        self._stop("it ended")
        if self._closed or not self._backoff.over:
            return None
        try:
            process = subprocess.Popen(
                self._command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                # Its own group: what it starts in turn (jedi does) ends with it.
                start_new_session=os.name == "posix",
            )
        except OSError as error:
            self._defer(f"it cannot be started: {error}")
            return None
        self._lines = queue.SimpleQueue()
        threading.Thread(
            target=_read, args=(process, self._lines), name="engine-reader", daemon=True
        ).start()
        self._process = process
        if self._closed:  # `close` may have come before there was a process to kill.
            kill_group(process)
        return process

    def _stop(self, reason: str) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        kill_group(process)
        with contextlib.suppress(OSError):
            if process.stdin is not None:
                process.stdin.close()
        process.wait()
        if not self._closed:
            self._defer(reason)

    def _defer(self, reason: str) -> None:
        log.warning("analysis process: %s; next start in %.1f s", reason, self._backoff.failed())


def answered(asked: Future[Answer | None], read: Callable[[Answer | None], T]) -> Future[T]:
    """Return the future of what `read` makes of the child's answer."""
    answer: Future[T] = Future()
    asked.add_done_callback(lambda done: _settle(answer, done, read))
    # A question that is withdrawn before its turn is not put to the child at all.
    answer.add_done_callback(lambda done: done.cancelled() and asked.cancel())
    return answer


def _settle(
    answer: Future[T], asked: Future[Answer | None], read: Callable[[Answer | None], T]
) -> None:
    found = None if asked.cancelled() else asked.result()
    if answer.set_running_or_notify_cancel():
        answer.set_result(read(found))


def kill_group(process: subprocess.Popen[bytes]) -> None:
    """Kill a process that leads a group of its own, and what it has started."""
    if os.name == "posix":
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    else:
        process.kill()


def _read(process: subprocess.Popen[bytes], lines: _Lines) -> None:
    """Pass on the child's lines; an empty one says that it has ended."""
    assert process.stdout is not None
    with process.stdout:
        for line in process.stdout:
            lines.put(line)
    lines.put(b"")
