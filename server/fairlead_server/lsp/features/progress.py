"""window/workDoneProgress: shows that the model is being loaded."""

from __future__ import annotations

import asyncio
import uuid

from lsprotocol import types
from pygls.exceptions import JsonRpcException

from fairlead_server.lsp.server import FairleadServer
from fairlead_server.lsp.worker import ModelState


class LoadingIndicator:
    """One indicator in the editor for each time that a model is loaded."""

    def __init__(self, server: FairleadServer) -> None:
        self._server = server
        self._over = asyncio.Event()
        # The event loop itself holds tasks only weakly.
        self._tasks: set[asyncio.Task[None]] = set()

    def show(self, state: ModelState) -> None:
        """Begin or end the indicator; does nothing where the client cannot show one."""
        self._over.set()
        window = self._server.client_capabilities.window
        if state.phase == "loading" and window is not None and window.work_done_progress:
            self._over = asyncio.Event()
            task = asyncio.create_task(_indicate(self._server, self._over))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)


async def _indicate(server: FairleadServer, over: asyncio.Event) -> None:
    token = str(uuid.uuid4())
    try:
        await server.work_done_progress.create_async(token)
    except JsonRpcException:
        return
    begin = types.WorkDoneProgressBegin(title="fairlead", message="loading the model")
    server.work_done_progress.begin(token, begin)
    await over.wait()
    server.work_done_progress.end(token, types.WorkDoneProgressEnd())
