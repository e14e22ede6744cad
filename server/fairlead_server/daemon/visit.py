"""One connection, as the process has it: reads calls, has them done, and sends the answers."""

from __future__ import annotations

import asyncio
import logging
import os
import time
from collections.abc import Callable
from functools import partial
from typing import Any, Protocol, TypeVar

from fairlead_server import __version__
from fairlead_server.completing import Analysing, Completing
from fairlead_server.daemon import messages
from fairlead_server.daemon.calls import (
    ANALYSIS_CALLS,
    ENDED_CALLS,
    Greeting,
    Opened,
    Status,
    arguments_from,
    unheard,
)
from fairlead_server.daemon.failures import told
from fairlead_server.daemon.host import Host, Parts, require_room
from fairlead_server.daemon.messages import (
    Answer,
    Call,
    Cancel,
    Failure,
    Growing,
    Kept,
    Message,
    Ping,
    Pong,
    Unreadable,
)
from fairlead_server.daemon.shelf import Keeping
from fairlead_server.daemon.turns import Job, Turns
from fairlead_server.settings import Settings
from fairlead_server.suggestion import CompletionRequest, CompletionResult, NameRanking, Urgency

log = logging.getLogger(__name__)

T = TypeVar("T")


_TIME_FOR_HELLO = 10.0
_BETWEEN_TELLING = 0.01
"""Seconds between two growing texts, as a small model writes faster than anybody types."""

_ENOUGH_UNREAD = 1 << 20
"""Bytes that a client has not read yet, beyond which it is not told of growing texts."""

_TOO_MUCH_UNREAD = 2 * messages.LARGEST
"""Bytes beyond which a client that does not read is left."""


class House(Protocol):
    """What all connections have in common."""

    parts: Parts[Any, Any]
    host: Host
    turns: Turns

    def in_thread(self, work: Callable[[], T]) -> asyncio.Future[T]:
        """Do `work` in a thread for what needs no model."""

    def used(self) -> None:
        """Take note that the model is in use."""

    def changed(self) -> None:
        """Take note that a client has come or gone."""

    def status(self) -> Status:
        """Return what the process is doing."""

    def stop(self) -> None:
        """End the process."""

    def retire(self) -> bool:
        """End the process if it has no client; return whether it does."""


class Visit:
    """A client, from hello to the end of the connection. For the event loop."""

    def __init__(
        self, house: House, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self._house = house
        self._reader = reader
        self._writer = writer
        self._keeping = Keeping()
        self._jobs: dict[int, Job[Any]] = {}
        self._calls: set[int] = set()
        self._withdrawn: set[int] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._loop = asyncio.get_running_loop()
        self._tools: Analysing | None = None
        self.settings: Settings | None = None
        """Those of the client, once it has opened."""
        self.project: str | None = None

    async def serve(self) -> None:
        """Serve until the other end hangs up, or says what nobody understands."""
        try:
            await asyncio.wait_for(self._hello(), _TIME_FOR_HELLO)
            while True:
                self._take(await self._receive())
        except (EOFError, OSError, asyncio.TimeoutError):
            log.debug("a connection has ended")
        except Unreadable as error:
            log.warning("hanging up on a client that sent %s", error)
        finally:
            await self._leave()

    def hang_up(self) -> None:
        """End the connection."""
        self._writer.close()

    async def _hello(self) -> None:
        """Exchange versions. What follows is not read from a client of another one."""
        call = await self._receive()
        if not isinstance(call, Call) or call.name != "hello":
            raise Unreadable("something before hello")
        greeting: Greeting = arguments_from("hello", call.arguments)["greeting"]
        own = Greeting(__version__, os.getpid())
        self._send(Answer(call.id, messages.to_json(own)))
        if greeting.version != own.version:
            await self._writer.drain()
            raise Unreadable(f"the version {greeting.version}, which is not {own.version}")

    async def _receive(self) -> Message:
        header = await self._reader.readexactly(messages.HEADER)
        return messages.decode(await self._reader.readexactly(messages.length(header)))

    def _take(self, message: Message) -> None:
        if isinstance(message, Ping):
            self._send(Pong())
        elif isinstance(message, Cancel):
            if job := self._jobs.get(message.id):
                job.abandon()
            elif message.id in self._calls:
                # Its task has not come to make the job yet.
                self._withdrawn.add(message.id)
        elif isinstance(message, Kept):
            self._keeping.keep(message)
        elif isinstance(message, Call):
            self._keeping.restore(message.arguments)
            self._calls.add(message.id)
            task = self._loop.create_task(self._answer(message))
            # The event loop itself holds tasks only weakly.
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        else:
            raise Unreadable(f"a message that is not a client's: {type(message).__name__}")

    async def _answer(self, call: Call) -> None:
        try:
            arguments = arguments_from(call.name, call.arguments)
            result = await self._perform(call, arguments)
            self._send(Answer(call.id, messages.to_json(result)))
        except asyncio.CancelledError:
            raise
        except BaseException as error:  # What a job raised may be a panic of Rust.
            kind, text = told(error)
            if kind == "defect":
                log.exception("%s failed", call.name)
            self._send(Failure(call.id, kind, text))
        finally:
            self._calls.discard(call.id)
            self._withdrawn.discard(call.id)

    async def _perform(self, call: Call, arguments: dict[str, Any]) -> Any:
        if call.name == "open":
            return await self._open(**arguments)
        if call.name in ("status", "stop", "retire"):
            return getattr(self._house, call.name)()
        if self._tools is None:
            raise Unreadable(f"{call.name} before open")
        if call.name in ENDED_CALLS:
            arguments["cancelled"] = partial(self._is_pointless, call.id)
        if call.name in ANALYSIS_CALLS:
            return await self._house.in_thread(
                partial(getattr(self._tools, call.name), **arguments)
            )
        return await self._model_call(call, self._tools, arguments)

    def _is_pointless(self, number: int) -> bool:
        """Tell, on any thread, whether nobody waits for the answer to a call any more."""
        return number in self._withdrawn or number not in self._calls

    async def _open(self, settings: Settings, project: str | None) -> Opened:
        if self.settings is not None:
            raise Unreadable("open twice")
        self.settings, self.project = settings, project
        self._house.changed()
        remarks: list[str] = []
        try:
            require_room(settings)
            self._tools = await self._house.in_thread(
                partial(self._house.parts.equip, settings, project, remarks.append)
            )
            name = await self._job(0, "invoked", lambda over: self._house.host.model().name, "")
            return Opened(name, tuple(remarks))
        except BaseException:
            self.settings = None
            self._house.changed()
            raise

    async def _model_call(self, call: Call, tools: Analysing, arguments: dict[str, Any]) -> Any:
        request: CompletionRequest = arguments["request"]
        host = self._house.host

        def prepared() -> tuple[Completing, CompletionRequest]:
            begun, loaded = time.monotonic(), host.loaded
            completer = host.completer(tools)
            # A model that has to be loaded first does not use up the time for decoding.
            return completer, request if loaded else request.later(time.monotonic() - begun)

        def complete(over: Callable[[], bool]) -> CompletionResult:
            completer, request = prepared()
            told = self._telling(call.id) if call.growing else unheard
            return completer.complete(request, cancelled=over, growing=told)

        def rank(over: Callable[[], bool]) -> NameRanking:
            completer, request = prepared()
            return completer.rank(request, arguments["names"], arguments["k"], cancelled=over)

        if call.name == "complete":
            return await self._job(call.id, request.urgency, complete, CompletionResult(()))
        return await self._job(call.id, request.urgency, rank, NameRanking())

    async def _job(
        self, number: int, urgency: Urgency, work: Callable[[Callable[[], bool]], T], otherwise: T
    ) -> T:
        job = Job(self, urgency, work, otherwise)
        self._jobs[number] = job
        if number in self._withdrawn:
            job.abandon()
        self._house.used()
        try:
            return await asyncio.wrap_future(self._house.turns.submit(job))
        finally:
            self._jobs.pop(number, None)
            self._house.used()

    def _telling(self, number: int) -> Callable[[str], None]:
        """Return what tells a text from the thread that decodes, without keeping that busy."""
        last = 0.0

        def tell(text: str) -> None:
            nonlocal last
            now = time.monotonic()
            if now - last >= _BETWEEN_TELLING:
                last = now
                self._loop.call_soon_threadsafe(self._tell_growing, Growing(number, text))

        return tell

    def _tell_growing(self, message: Growing) -> None:
        waiting = self._writer.transport.get_write_buffer_size()
        if message.id in self._jobs and waiting < _ENOUGH_UNREAD:
            self._send(message)

    def _send(self, message: Message) -> None:
        if self._writer.is_closing():
            return
        self._writer.write(messages.encode(message))
        if self._writer.transport.get_write_buffer_size() > _TOO_MUCH_UNREAD:
            log.warning("hanging up on a client that does not read its answers")
            self._writer.transport.abort()

    async def _leave(self) -> None:
        """Abandon what is under way, and stop the client's analysis processes."""
        self._writer.close()
        was_open, self.settings = self.settings is not None, None
        for task in self._tasks:
            task.cancel()
        self._house.turns.drop(self)
        tools, self._tools = self._tools, None
        if tools is not None:
            self._house.turns.submit(Job(None, "prefetch", partial(self._part, tools), None))
        try:
            if tools is not None:
                await self._house.in_thread(tools.close)
        finally:
            # Whoever has only asked how the process is does not keep it from ending.
            if was_open:
                self._house.changed()

    def _part(self, tools: Analysing, over: Callable[[], bool]) -> None:
        self._house.host.part(tools)
