"""One connection to a model process, as a client has it: calls side by side, and signs of life."""

from __future__ import annotations

import contextlib
import itertools
import logging
import os
import queue
import signal
import socket
import threading
import time
from collections.abc import Callable
from typing import Any

from fairlead_server.daemon import messages
from fairlead_server.daemon.calls import result_from
from fairlead_server.daemon.failures import heard
from fairlead_server.daemon.messages import Answer, Call, Cancel, Failure, Growing, Message, Ping
from fairlead_server.daemon.peers import peer

log = logging.getLogger(__name__)

POLL = 0.002
"""Seconds between two looks at whether anybody still waits: less than a token takes."""

SILENCE = 30.0
"""Seconds without a sign of life after which a process that is asked for one counts as stuck."""

_CHUNK = 1 << 18


class Gone(Exception):
    """The process has ended, is stuck, or talks nonsense; the call will not be answered."""


class Cancelled(Exception):
    """The caller does not want the answer any more."""


def never() -> bool:
    """Let a call go on."""
    return False


def unheard(text: str) -> None:
    """Do without the text while it grows."""


class Link:
    """Calls a process through a connected socket. Safe to use from several threads."""

    def __init__(self, connection: socket.socket, silence: float = SILENCE) -> None:
        connection.settimeout(silence / 2)
        self._socket = connection
        self._silence = silence
        self._writing = threading.Lock()
        self._ids = itertools.count(1)
        self._lock = threading.Lock()
        self._pending: dict[int, queue.SimpleQueue[Message | None]] = {}
        self._heard = time.monotonic()
        self.ended = ""
        """Why there is no connection any more; empty as long as there is one."""
        self._reader = threading.Thread(target=self._read, name="model-process", daemon=True)
        self._reader.start()

    def call(
        self,
        name: str,
        *,
        cancelled: Callable[[], bool] = never,
        growing: Callable[[str], None] = unheard,
        **arguments: object,
    ) -> Any:
        """Call and wait for the result.

        Raises what the process raises: `UserError`, `DecodingError` or `Defect`; `Gone` when it
        does not answer at all, and `Cancelled`, at once, when `cancelled` says so.
        """
        number, inbox = self._begin(name, arguments)
        try:
            while True:
                if cancelled():
                    self._send(Cancel(number))
                    raise Cancelled
                message = self._next(inbox, cancelled)
                if isinstance(message, Growing):
                    growing(message.text)
                elif isinstance(message, Failure):
                    raise heard(message.kind, message.text)
                elif isinstance(message, Answer):
                    return result_from(name, message.result)
        except messages.Unreadable as error:
            self._end(f"it sent {error}")
            raise Gone(self.ended) from None
        finally:
            with self._lock:
                self._pending.pop(number, None)

    def tell(self, name: str, **arguments: object) -> None:
        """Call without waiting; what becomes of it is not learnt."""
        with contextlib.suppress(Gone):
            number, _ = self._begin(name, arguments)
            with self._lock:
                self._pending.pop(number, None)

    def close(self) -> None:
        """Hang up; the calls under way raise `Gone`."""
        self._end("closed")
        if threading.current_thread() is not self._reader:
            self._reader.join()
        self._socket.close()

    def _begin(
        self, name: str, arguments: dict[str, object]
    ) -> tuple[int, queue.SimpleQueue[Message | None]]:
        number = next(self._ids)
        inbox: queue.SimpleQueue[Message | None] = queue.SimpleQueue()
        with self._lock:
            if self.ended:
                raise Gone(self.ended)
            if not self._pending:
                # The silence of somebody who was not asked anything does not count.
                self._heard = time.monotonic()
            self._pending[number] = inbox
        self._send(Call(number, name, messages.to_json(arguments)))
        return number, inbox

    def _next(
        self, inbox: queue.SimpleQueue[Message | None], cancelled: Callable[[], bool]
    ) -> Message | None:
        """Return the next message, None when it is time to look at `cancelled`."""
        try:
            message = inbox.get(timeout=None if cancelled is never else POLL)
        except queue.Empty:
            return None
        if message is None:
            raise Gone(self.ended)
        return message

    def _send(self, message: Message) -> None:
        data = messages.encode(message)
        try:
            with self._writing:
                self._socket.sendall(data)
        except TimeoutError:
            self._kill()
        except OSError as error:
            self._end(f"it has ended ({error.strerror})")
        if self.ended:
            raise Gone(self.ended)

    def _read(self) -> None:
        buffer = bytearray()
        while not self.ended:
            try:
                chunk = self._socket.recv(_CHUNK)
            except TimeoutError:
                self._notice_silence()
                continue
            except OSError as error:
                return self._end(f"it has ended ({error.strerror})")
            if not chunk:
                return self._end("it has ended")
            self._heard = time.monotonic()
            buffer += chunk
            try:
                self._deliver(buffer)
            except messages.Unreadable as error:
                return self._end(f"it sent {error}")

    def _deliver(self, buffer: bytearray) -> None:
        """Take the whole messages from the front of `buffer` to those who wait for them."""
        while len(buffer) >= messages.HEADER:
            end = messages.HEADER + messages.length(bytes(buffer[: messages.HEADER]))
            if len(buffer) < end:
                return
            message = messages.decode(bytes(buffer[messages.HEADER : end]))
            del buffer[:end]
            if isinstance(message, Answer | Failure | Growing):
                with self._lock:
                    inbox = self._pending.get(message.id)
                if inbox is not None:
                    inbox.put(message)

    def _notice_silence(self) -> None:
        with self._lock:
            waiting = bool(self._pending)
        if waiting and time.monotonic() - self._heard >= self._silence:
            self._kill()
        elif waiting:
            with contextlib.suppress(Gone):
                self._send(Ping())

    def _kill(self) -> None:
        """End a process that gives no sign of life: nobody else will, and it holds the model."""
        found = peer(self._socket)
        self._end(f"it gave no sign of life for {self._silence:g} s")
        if found is not None and found[0] != os.getpid():
            with contextlib.suppress(OSError):
                os.kill(found[0], signal.SIGKILL)

    def _end(self, reason: str) -> None:
        with self._lock:
            if self.ended:
                return
            self.ended = reason
            inboxes = list(self._pending.values())
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        for inbox in inboxes:
            inbox.put(None)
