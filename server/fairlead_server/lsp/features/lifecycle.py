"""initialize, initialized, shutdown, exit: from the first message to the last."""

from __future__ import annotations

import asyncio
import logging

from lsprotocol import types

from fairlead_decoding.errors import DecodingError
from fairlead_server.errors import UserError
from fairlead_server.lsp.features import configuration, documents, progress
from fairlead_server.lsp.log import ClientLog, attach
from fairlead_server.lsp.server import FairleadServer
from fairlead_server.lsp.worker import ModelState
from fairlead_server.lsp.workspace import OpenDocuments

log = logging.getLogger(__name__)

_EXPECTED = (UserError, DecodingError)


def register(server: FairleadServer) -> None:
    """Add the feature to `server`."""
    server.feature(types.INITIALIZE)(initialize)
    server.feature(types.INITIALIZED)(initialized)
    server.feature(types.SHUTDOWN)(shutdown)
    server.feature(types.EXIT)(leave)


def initialize(server: FairleadServer, params: types.InitializeParams) -> None:
    """Take in the options; nothing that takes time starts yet."""
    server.protocol._workspace = OpenDocuments(server.workspace)
    attach(ClientLog(server, asyncio.get_running_loop()))
    server.state.initial = configuration.options_from(params.initialization_options)
    server.refresh()


async def initialized(server: FairleadServer, params: types.InitializedParams) -> None:
    """Start loading the model."""
    indicator = progress.LoadingIndicator(server)

    def on_model(state: ModelState) -> None:
        indicator.show(state)
        _show(server, state)
        if state.phase == "ready":
            documents.warm_all(server)
        elif state.phase == "failed":
            _tell_failure(server, state.error)

    await configuration.begin(server)
    server.start(on_model)
    await configuration.watch(server)


def shutdown(server: FairleadServer, params: None) -> None:
    """Stop all work; whatever still waits for an answer gets it."""
    server.state.shut_down = True
    server.worker.close()


def leave(server: FairleadServer, params: None) -> None:
    """Stop all work, in case the client did not ask for a shutdown before."""
    server.worker.close()


def _show(server: FairleadServer, state: ModelState) -> None:
    completer = server.worker.completer(patience=0) if state.phase == "ready" else None
    name = completer.model_name if completer else server.state.settings().model
    server.status.model(state.phase, name, str(state.error or ""))


def _tell_failure(server: FairleadServer, error: BaseException | None) -> None:
    """Say once why there will be no completions; requests are answered without any."""
    log.error(
        "The model cannot be used: %s",
        error,
        exc_info=None if isinstance(error, _EXPECTED) else error,
    )
    text = f"fairlead: {error}" if str(error) else f"fairlead: {error!r}"
    server.window_show_message(types.ShowMessageParams(types.MessageType.Error, text))
