"""The other end of a language server's pipes: messages in and out, as plain JSON values.

pygls does the framing and runs the process. Its typed messages are not used: a server that sends
what the protocol does not allow must not cost more than the answer concerned.
"""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Callable, Mapping, Sequence
from typing import Any, cast

from pygls.client import JsonRPCClient
from pygls.io_ import run_async
from pygls.protocol import JsonRPCProtocol

from fairlead_server.analysis.language_server.errors import Gone, Refused

Json = Any
OnNotification = Callable[[str, Json], None]
OnRequest = Callable[[str, Json], Json]

_SILENT = logging.getLogger(f"{__name__}.silent")
_SILENT.disabled = True
_NO_SUCH_METHOD = -32601


class _Messages(JsonRPCProtocol):
    """Passes messages on without making objects of them."""

    peer: Peer

    def structure_message(self, data: Any) -> Any:
        """Leave JSON as it is."""
        return data

    def handle_message(self, message: Any) -> None:
        """Pass the message on."""
        self.peer.receive(message)

    def send(self, message: Mapping[str, Json]) -> None:
        """Write one message."""
        self._send_data({"jsonrpc": self.VERSION, **message})


class Peer(JsonRPCClient):
    """One language server process. All methods belong to the event loop's thread."""

    def __init__(self, notified: OnNotification, asked: OnRequest) -> None:
        """`notified` gets the server's notifications; `asked` answers its requests."""
        super().__init__(protocol_cls=_Messages)
        self._messages = cast(_Messages, self.protocol)
        self._messages.peer = self
        self._notified = notified
        self._asked = asked
        self._pending: dict[int, asyncio.Future[Json]] = {}
        self._last_id = 0
        self._last_words = b""
        self.ended: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    @property
    def pid(self) -> int | None:
        """The process id, None before the start and after the end."""
        process = self._server
        return process.pid if process is not None and process.returncode is None else None

    async def start(self, command: Sequence[str], folder: str | None) -> None:
        """Start the process. Raises `Gone`."""
        try:
            process = await asyncio.create_subprocess_exec(
                *command,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE,
                cwd=folder,
                env=_without_proxies(os.environ),
                # Its own group: what it starts in turn ends with it.
                start_new_session=os.name == "posix",
            )
        except OSError as error:
            raise Gone(f"it cannot be started: {error}") from None
        assert process.stdin and process.stdout and process.stderr
        self._server = process
        self.protocol.set_writer(process.stdin)
        self._async_tasks = [
            asyncio.create_task(self._read(process.stdout)),
            asyncio.create_task(self._drain(process.stderr)),
            asyncio.create_task(self._watch(process)),
        ]

    def request(self, method: str, params: Json) -> tuple[int, asyncio.Future[Json]]:
        """Send a request; its future gets the result, `Refused` or `Gone`."""
        self._last_id += 1
        answer: asyncio.Future[Json] = asyncio.get_running_loop().create_future()
        if self.ended.done():
            answer.set_exception(Gone(self.ended.result()))
        else:
            self._pending[self._last_id] = answer
            self._send({"id": self._last_id, "method": method, "params": params})
        return self._last_id, answer

    def notify(self, method: str, params: Json) -> None:
        """Send a notification; nothing happens once the server has ended."""
        if not self.ended.done():
            self._send({"method": method, "params": params})

    def is_pending(self, number: int) -> bool:
        """Tell whether the server still owes the answer to a request, even a cancelled one."""
        return number in self._pending

    async def flushed(self) -> None:
        """Wait until the server has taken what was written to it."""
        if self._server is not None and self._server.stdin is not None:
            await self._server.stdin.drain()

    def receive(self, message: Json) -> None:
        """Dispatch a message from the server; what is no message is dropped."""
        if not isinstance(message, dict):
            return
        method, number = message.get("method"), message.get("id")
        if isinstance(method, str) and number is not None:
            self._answer(number, method, message.get("params"))
        elif isinstance(method, str):
            self._notified(method, message.get("params"))
        elif isinstance(number, int) and number in self._pending:
            _settle(self._pending.pop(number), message)

    async def join(self) -> None:
        """Wait until the process has ended and all of its output is read."""
        await asyncio.gather(*self._async_tasks, return_exceptions=True)

    def report_server_error(self, error: Exception, source: object) -> None:
        """Do nothing: the request that was not answered will say so."""

    def _send(self, message: Mapping[str, Json]) -> None:
        try:
            self._messages.send(message)
        except OSError as error:
            self._end(f"it does not read: {error}")

    def _answer(self, number: Json, method: str, params: Json) -> None:
        try:
            self._send({"id": number, "result": self._asked(method, params)})
        except NotImplementedError:
            error = {"code": _NO_SUCH_METHOD, "message": f"{method} is not supported"}
            self._send({"id": number, "error": error})

    async def _read(self, stream: asyncio.StreamReader) -> None:
        reason = "its output ended"
        try:
            await run_async(
                self._stop_event, stream, self.protocol, _SILENT, self._report_server_error
            )
        except (asyncio.IncompleteReadError, ValueError, OSError) as error:
            reason = f"its output broke off: {error}"
        # The exit code says more, if there is one.
        await asyncio.wait([self._async_tasks[-1]], timeout=0.5)
        self._end(reason)

    async def _drain(self, stream: asyncio.StreamReader) -> None:
        while chunk := await stream.read(65536):
            self._last_words = (self._last_words + chunk)[-400:]

    async def _watch(self, process: asyncio.subprocess.Process) -> None:
        code = await process.wait()
        await asyncio.wait([self._async_tasks[1]], timeout=0.2)
        words = self._last_words.decode(errors="replace").strip().splitlines()
        self._end(f"it ended with code {code}" + (f": {words[-1]}" if words else ""))

    def _end(self, reason: str) -> None:
        if not self.ended.done():
            self.ended.set_result(reason)
        self._stop_event.set()
        for answer in self._pending.values():
            if not answer.done():
                answer.set_exception(Gone(reason))
        self._pending.clear()


def _settle(answer: asyncio.Future[Json], message: Mapping[str, Json]) -> None:
    if answer.done():
        return
    if "error" in message:
        error = message["error"]
        text = error.get("message") if isinstance(error, Mapping) else error
        answer.set_exception(Refused(str(text)))
    else:
        answer.set_result(message.get("result"))


def _without_proxies(environ: Mapping[str, str]) -> dict[str, str]:
    """Return the environment without ways to the network, which no server is to use."""
    return {name: value for name, value in environ.items() if not name.lower().endswith("_proxy")}
