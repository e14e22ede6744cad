"""Keeps one language server running: starts it when it is needed, again when it fails."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import TYPE_CHECKING

from fairlead_server.analysis.backoff import Backoff
from fairlead_server.analysis.language_server.errors import Fault, Gone, Hung, Refused
from fairlead_server.analysis.language_server.launch import Launch
from fairlead_server.analysis.language_server.recipe import Recipe
from fairlead_server.errors import UserError

if TYPE_CHECKING:
    from fairlead_server.analysis.language_server.server import Server

log = logging.getLogger(__name__)


class Supervisor:
    """All methods belong to the event loop's thread.

    While a server starts, questions wait for it; once somebody has given up waiting, the others are
    told at once that it is starting.
    """

    def __init__(self, recipe: Recipe, prepare: Callable[[], Launch]) -> None:
        """`prepare` looks for the program anew at each start; it raises `UserError`."""
        self._recipe = recipe
        self._prepare = prepare
        self._server: Server | None = None
        self._starting: asyncio.Task[Server] | None = None
        self._impatient = False
        self._preparing: asyncio.Future[Launch] | None = None
        self._backoff = Backoff()
        self._reason = ""
        self._killing: set[asyncio.Task[None]] = set()
        self._closed = False

    @property
    def pid(self) -> int | None:
        """The id of the server's process while it runs."""
        return self._server.pid if self._server is not None else None

    async def server(self) -> Server:
        """Return the server when it is ready. Raises `Fault` if it cannot be had."""
        if self._server is not None and self._starting is None:
            return self._server
        if self._closed:
            raise Fault("the engine is closed")
        if self._starting is None:
            if not self._backoff.over:
                raise Fault(self._reason)
            self._starting = asyncio.ensure_future(self._start())
            self._starting.add_done_callback(_retrieve)
        elif self._impatient:
            raise Fault("it is still starting")
        try:
            return await asyncio.shield(self._starting)
        except asyncio.CancelledError:
            self._impatient = True
            raise

    def answered(self) -> None:
        """Take note that the server works: its next failure is the first again."""
        self._backoff.worked()

    def failed(self, server: Server, reason: str) -> None:
        """Take `server`, which did something wrong, out of service, and log that once."""
        if server is not self._server:
            return
        self._server = None
        self._defer(reason)
        killing = asyncio.ensure_future(server.kill())
        self._killing.add(killing)
        killing.add_done_callback(self._killing.discard)

    async def close(self) -> None:
        """Stop the server, and wait until nothing of it is left."""
        self._closed = True
        if self._starting is not None:
            self._starting.cancel()
        server, self._server = self._server, None
        if server is not None:
            await server.stop()
        await asyncio.gather(self._clear(), *self._killing, return_exceptions=True)

    async def _start(self) -> Server:
        # Late: the protocol's library takes most of a second to import.
        from fairlead_server.analysis.language_server.server import Server

        server: Server | None = None
        try:
            loop = asyncio.get_running_loop()
            self._preparing = loop.run_in_executor(None, self._prepare)
            launch = await asyncio.shield(self._preparing)
            server = self._server = Server(self._recipe, launch, self.failed)
            self._preparing = None
            await server.start()
        except UserError as error:
            # Nobody need hear again and again that a program is not installed.
            self._defer(str(error), quiet=self._reason == str(error))
        except (Gone, Hung, Refused) as error:
            self._broke(server, str(error))
        except Exception as error:
            log.debug("%s: the start failed", self._recipe.name, exc_info=True)
            self._broke(server, f"{type(error).__name__}: {error}")
        else:
            ready = server
            ready.ended.add_done_callback(lambda ended: self.failed(ready, ended.result()))
            return server
        finally:
            self._starting = None
            self._impatient = False
        raise Fault(self._reason)

    def _defer(self, reason: str, *, quiet: bool = False) -> None:
        delay = self._backoff.failed()
        if not quiet:
            log.warning("%s: %s; next start in %.1f s", self._recipe.name, reason, delay)
        self._reason = reason

    def _broke(self, server: Server | None, reason: str) -> None:
        """Take note that a start failed, before or after there was a server."""
        if server is None:
            self._defer(reason)
        else:
            self.failed(server, reason)

    async def _clear(self) -> None:
        """Remove what was prepared for a server that is not started any more."""
        if self._preparing is not None:
            (await self._preparing).clear()


def _retrieve(started: asyncio.Task[Server]) -> None:
    """Look at the outcome, for the case that all who waited for it have gone."""
    if not started.cancelled():
        started.exception()
