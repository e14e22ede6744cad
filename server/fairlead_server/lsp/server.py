"""The server object: pygls' own, plus the worker and the little state that features share."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial

from pygls.exceptions import FeatureRequestError, JsonRpcException, JsonRpcInternalError, PyglsError
from pygls.lsp.server import LanguageServer

from fairlead_server import __version__
from fairlead_server.completing import Completing
from fairlead_server.lsp.account import Account
from fairlead_server.lsp.attempts import Attempts
from fairlead_server.lsp.recent import Recent
from fairlead_server.lsp.snapshot import project_of
from fairlead_server.lsp.status import StatusLine
from fairlead_server.lsp.waiting import Waiting
from fairlead_server.lsp.worker import ModelState, Worker
from fairlead_server.settings import Options, Settings, resolve

log = logging.getLogger(__name__)

Build = Callable[[Settings, str | None], Completing]
"""Makes the completer for settings and the project's folder; may take seconds."""


@dataclass
class State:
    """What was stated, in rising rank: on the command line, at the start, and since."""

    command_line: Options
    initial: Options = field(default_factory=Options)
    configured: Options = field(default_factory=Options)
    remarks: set[str] = field(default_factory=set)
    shut_down: bool = False

    def settings(self) -> Settings:
        """Return the settings that hold now."""
        return resolve(self.command_line, self.initial, self.configured)


class FairleadServer(LanguageServer):
    """A language server with one model worker."""

    def __init__(self, build: Build, options: Options) -> None:
        super().__init__("fairlead", __version__)
        self.state = State(options)
        self.worker = Worker(self._forward)
        self.recent = Recent()
        self.attempts = Attempts()
        self.waiting = Waiting()
        self.status = StatusLine()
        self.account: Account | None = None
        self._build = build
        self._loaded: Settings | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._on_model: Callable[[ModelState], None] = lambda state: None

    def start(self, on_model: Callable[[ModelState], None]) -> None:
        """Start the worker and its first load. `on_model` is called on the event loop."""
        self._loop = asyncio.get_running_loop()
        self._on_model = on_model
        self.refresh()

    def refresh(self) -> None:
        """Let the settings take effect; those that make another completer load it."""
        settings = self.state.settings()
        # What was suggested under other settings is not suggested again.
        self.attempts = Attempts()
        if self._loop is not None and _of_completer(settings) != self._loaded:
            self._loaded = _of_completer(settings)
            self.worker.load(partial(self._build, settings, project_of(self.workspace)))

    def remark(self, text: str) -> None:
        """Tell the user something worth knowing, once."""
        if text not in self.state.remarks:
            self.state.remarks.add(text)
            log.info("%s", text)

    def report_server_error(
        self, error: Exception, source: type[PyglsError] | type[JsonRpcException]
    ) -> None:
        """Log what went wrong outside of requests, which carry their errors themselves.

        A message that cannot be sent is left to pygls, which writes to stderr: the client's log
        would have to be sent as well.
        """
        if source not in (FeatureRequestError, JsonRpcInternalError):
            log.error("%s", error)

    def _forward(self, state: ModelState) -> None:
        """Carry `state` from the worker's thread to the event loop."""
        if self._loop is not None:
            # The loop may have ended while the model was being loaded.
            with contextlib.suppress(RuntimeError):
                self._loop.call_soon_threadsafe(self._on_model, state)


def _of_completer(settings: Settings) -> Settings:
    """Return `settings` without what each request states anew."""
    return replace(settings, guided=True, max_new_tokens=1, patience=0.0, context=None)
