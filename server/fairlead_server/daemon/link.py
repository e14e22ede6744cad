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
from collections.abc import Callable
from typing import Any

from fairlead_server.daemon import messages
from fairlead_server.daemon.calls import never, result_from, unheard
from fairlead_server.daemon.failures import heard
from fairlead_server.daemon.messages import Answer, Call, Cancel, Failure, Growing, Message, Ping
from fairlead_server.daemon.peers import peer
from fairlead_server.daemon.shelf import Shelf

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


class Link:
    """Calls a process through a connected socket. Safe to use from several threads."""

    def __init__(self, connection: socket.socket, silence: float = SILENCE) -> None:
        connection.settimeout(silence / 2)
        self._socket = connection
        self._silence = silence
        self._writing = threading.Lock()
        self._shelf = Shelf()
        self._ids = itertools.count(1)
        self._lock = threading.Lock()
        self._pending: dict[int, queue.SimpleQueue[Message | None]] = {}
        self._asked_for_life = False
        self.ended = ""
        """Why there is no connection any more; empty as long as there is one."""
        self.pid: int | None = None
        """The process at the other end, once it has said hello."""
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
        number, inbox = self._begin(name, arguments, growing is not unheard)
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
        self, name: str, arguments: dict[str, object], growing: bool = False
    ) -> tuple[int, queue.SimpleQueue[Message | None]]:
        number = next(self._ids)
        inbox: queue.SimpleQueue[Message | None] = queue.SimpleQueue()
        with self._lock:
            if self.ended:
                raise Gone(self.ended)
            self._pending[number] = inbox
        try:
            self._send_call(Call(number, name, messages.to_json(arguments), growing))
        except BaseException:
            with self._lock:
                self._pending.pop(number, None)
            raise
        log.debug("the model process is asked: %s", name)
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

    def _send_call(self, call: Call) -> None:
        with self._writing:
            # First: they are taken to be there, whether the call can be sent or not.
            if kept := [messages.encode(text) for text in self._shelf.replace(call.arguments)]:
                self._write(b"".join(kept))
            self._write(messages.encode(call))

    def _send(self, message: Message) -> None:
        with self._writing:
            self._write(messages.encode(message))

    def _write(self, data: bytes) -> None:
        try:
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
            self._asked_for_life = False
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
        """Nothing came for half of the time: ask for a sign of life, and then do without.

        No clock is asked, as it may have run on while this process itself was stopped.
        """
        with self._lock:
            waiting = bool(self._pending)
        if waiting and self._asked_for_life:
            self._kill()
        elif waiting:
            self._asked_for_life = True
            with contextlib.suppress(Gone):
                self._send(Ping())

    def _kill(self) -> None:
        """End a process that gives no sign of life: nobody else will, and it holds the model."""
        found = peer(self._socket)
        pid = found[0] if found is not None else self.pid
        self._end(f"it gave no sign of life for {self._silence:g} s")
        if pid is not None and pid != os.getpid():
            with contextlib.suppress(OSError):
                os.kill(pid, signal.SIGKILL)

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
