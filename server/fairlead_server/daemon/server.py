"""The model process itself: who is attached, and when the model or the process has to go."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import signal
import socket
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from fairlead_server import __version__
from fairlead_server.daemon.calls import Status
from fairlead_server.daemon.host import Host, Parts
from fairlead_server.daemon.memory import resident_mb
from fairlead_server.daemon.peers import peer
from fairlead_server.daemon.turns import Job, Turns
from fairlead_server.daemon.visit import Visit
from fairlead_server.settings import Settings

log = logging.getLogger(__name__)

T = TypeVar("T")

GRACE = 60.0
"""Seconds that a process without clients waits for one: long enough to restart an editor."""

_ANALYSES = 16
"""Analyses that are waited for at once, by all clients together."""

_BUFFER = 1 << 20
_TIME_TO_LEAVE = 5.0
_TIME_TO_STOP = 2.0


class Daemon:
    """One model, and those who are attached to it. For the event loop, unless stated."""

    def __init__(self, parts: Parts[Any, Any], settings: Settings, grace: float = GRACE) -> None:
        self.parts = parts
        self.host = Host(parts, settings)
        self._loop: asyncio.AbstractEventLoop | None = None
        self.turns = Turns(self._after_job, self._rested)
        self._settings = settings
        self._grace = grace
        self._begun = time.monotonic()
        self._last_use = self._alone_since = self._begun
        self._memory_limit = settings.memory_limit_mb
        self._idle_minutes = settings.idle_minutes
        self._visits: set[Visit] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._threads = ThreadPoolExecutor(_ANALYSES, "analysis")
        self._news = asyncio.Event()
        self._stopping = asyncio.Event()

    async def run(self, listening: socket.socket, leave: Callable[[], None]) -> bool:
        """Serve those who connect to `listening` until the process is to end.

        `leave` is called first then, to make room for another process. Returns whether the model
        could be freed: one in the middle of a step cannot.
        """
        self._loop = loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self.stop)
        server = await asyncio.start_unix_server(self._welcome, sock=listening, limit=_BUFFER)
        watch = asyncio.create_task(self._watch())
        await self._stopping.wait()
        leave()
        watch.cancel()
        server.close()
        for visit in self._visits:
            visit.hang_up()
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=_TIME_TO_LEAVE)
        self._threads.shutdown(wait=False)
        freed = self.turns.close(_TIME_TO_STOP)
        if freed:
            self.host.unload("the process ends")
        return freed

    # What connections ask of all; see `visit.House`.

    def in_thread(self, work: Callable[[], T]) -> asyncio.Future[T]:
        """Do `work` in a thread for what needs no model."""
        return asyncio.get_running_loop().run_in_executor(self._threads, work)

    def used(self) -> None:
        """Take note that the model is in use."""
        self._last_use = time.monotonic()
        self._news.set()

    def changed(self) -> None:
        """Take note that a client has come or gone."""
        clients = self._clients()
        if clients:
            self._idle_minutes = max(settings.idle_minutes for settings in clients)
            limits = (settings.memory_limit_mb for settings in clients)
            self._memory_limit = min((n for n in limits if n is not None), default=None)
        self._alone_since = time.monotonic()
        self._news.set()

    def status(self) -> Status:
        """Return what the process is doing."""
        return Status(
            os.getpid(),
            __version__,
            self._settings.model,
            self.host.loaded,
            not self.turns.idle(),
            tuple(visit.project for visit in self._visits if visit.settings is not None),
            resident_mb(),
            time.monotonic() - self._begun,
        )

    def stop(self) -> None:
        """End the process."""
        self._stopping.set()

    def retire(self) -> bool:
        """End the process if it has no client; return whether it does."""
        if not self._clients():
            self.stop()
        return self._stopping.is_set()

    def _clients(self) -> list[Settings]:
        return [visit.settings for visit in self._visits if visit.settings is not None]

    async def _welcome(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        found = peer(writer.get_extra_info("socket"))
        if found is not None and found[1] != os.geteuid():
            log.warning("hanging up on process %d of another user", found[0])
            writer.close()
            return
        visit, task = Visit(self, reader, writer), asyncio.current_task()
        assert task is not None
        self._visits.add(visit)
        self._tasks.add(task)
        try:
            await visit.serve()
        finally:
            self._visits.discard(visit)
            self._tasks.discard(task)

    async def _watch(self) -> None:
        """Unload a model that is idle, and end when nobody has been attached for a while."""
        while True:
            self._news.clear()
            now, due = time.monotonic(), []
            if not self._clients():
                due.append(self._alone_since + self._grace)
                if now >= due[0]:
                    log.info("nobody is attached")
                    return self.stop()
            if self.host.loaded and self.turns.idle():
                due.append(self._last_use + 60 * self._idle_minutes)
                if now >= due[-1]:
                    await self._unload()
                    continue
            timeout = min(due) - now if due else None
            try:
                await asyncio.wait_for(self._news.wait(), timeout)
            except asyncio.TimeoutError:
                continue

    async def _unload(self) -> None:
        reason = f"it was not used for {self._idle_minutes:g} minutes"
        job = Job(None, "prefetch", lambda over: self.host.unload(reason), None)
        try:
            await asyncio.wrap_future(self.turns.submit(job))
        except asyncio.CancelledError:
            raise
        except BaseException:  # A panic of Rust as well.
            log.exception("The model cannot be unloaded.")
            self.used()

    def _rested(self) -> None:
        """Take note, from the thread of the model, that it has been in use until now."""
        if self._loop is not None:
            # The loop is closed before a thread that cannot be stopped has come to its end.
            with contextlib.suppress(RuntimeError):
                self._loop.call_soon_threadsafe(self.used)

    def _after_job(self) -> None:
        """See to the memory, on the thread of the model."""
        self.host.keep_within(self._memory_limit)
