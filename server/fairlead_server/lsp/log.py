"""Log records as the protocol's ``window/logMessage``."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
from collections.abc import Mapping

from lsprotocol import types
from pygls.lsp.server import LanguageServer

_PACKAGES = ("fairlead_server", "fairlead_decoding", "fairlead_monitors")
_LEVELS = {
    "debug": logging.DEBUG,
    "info": logging.INFO,
    "warning": logging.WARNING,
    "error": logging.ERROR,
}


class ClientLog(logging.Handler):
    """Sends records to the client, from any thread, by way of the event loop."""

    def __init__(self, server: LanguageServer, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__()
        self._server = server
        self._loop = loop

    def emit(self, record: logging.LogRecord) -> None:
        """Send `record`. Once the event loop has ended, nobody listens and it is lost."""
        params = types.LogMessageParams(_message_type(record.levelno), self.format(record))
        with contextlib.suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self._server.window_log_message, params)


def level_of(options: object, environ: Mapping[str, str] = os.environ) -> tuple[int, str | None]:
    """Return the level that the ``log_level`` among `options`, or ``FAIRLEAD_LOG``, asks for.

    The second value is a warning, when what they ask for is no level.
    """
    stated = options.get("log_level") if isinstance(options, Mapping) else None
    name = stated or environ.get("FAIRLEAD_LOG") or "info"
    level = _LEVELS.get(str(name).lower())
    if level is None:
        return logging.INFO, f"log_level must be one of {', '.join(_LEVELS)}; not {name!r}"
    return level, None


def attach(handler: logging.Handler, level: int) -> None:
    """Send the records of fairlead's packages to `handler`. pygls' own stay on stderr."""
    for name in _PACKAGES:
        logger = logging.getLogger(name)
        logger.addHandler(handler)
        logger.setLevel(level)


def _message_type(level: int) -> types.MessageType:
    if level >= logging.ERROR:
        return types.MessageType.Error
    if level >= logging.WARNING:
        return types.MessageType.Warning
    return types.MessageType.Info if level >= logging.INFO else types.MessageType.Log
