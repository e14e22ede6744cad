"""The server object: pygls' own, plus the worker and the little state that features share."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable
from functools import partial

from pygls.exceptions import FeatureRequestError, JsonRpcException, JsonRpcInternalError, PyglsError
from pygls.lsp.server import LanguageServer

from fairlead_server import __version__
from fairlead_server.actions import ActionSource
from fairlead_server.completing import Completing
from fairlead_server.lsp.account import Account
from fairlead_server.lsp.attempts import Attempts
from fairlead_server.lsp.log import set_level
from fairlead_server.lsp.projects import Build, ProjectCompleters
from fairlead_server.lsp.protocol import ForgettingProtocol
from fairlead_server.lsp.recent import Recent
from fairlead_server.lsp.snapshot import NOTEBOOKS, folders_of, project_in
from fairlead_server.lsp.state import State
from fairlead_server.lsp.status import StatusLine
from fairlead_server.lsp.waiting import Waiting
from fairlead_server.lsp.worker import ModelState, Priority, Worker
from fairlead_server.settings import Options, Settings, for_completer

log = logging.getLogger(__name__)


class FairleadServer(LanguageServer):
    """A language server with one model worker."""

    def __init__(self, build: Build, options: Options) -> None:
        super().__init__(
            "fairlead",
            __version__,
            protocol_cls=ForgettingProtocol,
            notebook_document_sync=NOTEBOOKS,
        )
        self.state = State(options)
        self.worker = Worker(self._forward)
        self.recent = Recent()
        self.attempts = Attempts()
        self.waiting = Waiting()
        self.status = StatusLine()
        self.account: Account | None = None
        self.actions: dict[str, ActionSource] = {}
        self._build = build
        self._settings: dict[str | None, Settings] = {}
        self._projects: ProjectCompleters | None = None
        self._loaded: tuple[Settings, str | None] | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._on_model: Callable[[ModelState], None] = lambda state: None

    def start(self, on_model: Callable[[ModelState], None]) -> None:
        """Start the worker and its first load. `on_model` is called on the event loop."""
        self._loop = asyncio.get_running_loop()
        self._on_model = on_model
        self.refresh()

    def refresh(self) -> None:
        """Let the settings take effect; those that make another completer load it."""
        self.state.folders = folders_of(self.workspace)
        for complaint in self.state.complaints():
            log.warning("%s", complaint)
        settings = {p: self.state.stack_of(p).settings() for p in self.state.folders or (None,)}
        if settings != self._settings:
            self._settings = settings
            # What was suggested under other settings is not suggested again.
            self.attempts = Attempts()
        first = next(iter(settings))
        set_level(settings[first].log_level)
        wanted = (for_completer(settings[first]), first)
        if self._loop is not None and wanted != self._loaded:
            self._loaded = wanted
            self.worker.load(partial(self._build_all, first))
        elif self._loop is not None and self._projects is not None:
            projects, folders = self._projects, self.state.folders
            self.worker.submit(
                "(folders)", Priority.PREFETCH, lambda _, over: projects.keep(folders), None
            )

    def _build_all(self, first: str | None) -> Completing:
        """Make the completer of the first project, on the worker's thread; others come later."""
        self._projects = ProjectCompleters(
            self._build,
            lambda project: self.state.stack_of(project).settings(),
            lambda path: project_in(self.state.folders, path),
            first,
        )
        return self._projects

    def remark(self, text: str) -> None:
        """Tell the user something worth knowing, once."""
        if self.state.is_news(text):
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
