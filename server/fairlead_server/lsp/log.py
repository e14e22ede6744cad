"""Log records as the protocol's ``window/logMessage``."""

from __future__ import annotations

import asyncio
import contextlib
import logging

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


def attach(handler: logging.Handler) -> None:
    """Send the records of fairlead's packages to `handler`. pygls' own stay on stderr."""
    for name in _PACKAGES:
        logging.getLogger(name).addHandler(handler)


def set_level(name: str) -> None:
    """Leave out the records of fairlead's packages that are below the level `name`."""
    for package in _PACKAGES:
        logging.getLogger(package).setLevel(_LEVELS[name])


def _message_type(level: int) -> types.MessageType:
    if level >= logging.ERROR:
        return types.MessageType.Error
    if level >= logging.WARNING:
        return types.MessageType.Warning
    return types.MessageType.Info if level >= logging.INFO else types.MessageType.Log
