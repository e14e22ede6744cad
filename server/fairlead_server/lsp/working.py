"""window/workDoneProgress for work that the user waits for, and may cancel there."""

from __future__ import annotations

import asyncio
import contextlib
import uuid
from collections.abc import AsyncIterator
from concurrent.futures import Future
from dataclasses import dataclass, field

from lsprotocol import types
from pygls.exceptions import JsonRpcException

from fairlead_server.lsp.server import FairleadServer


@dataclass(frozen=True)
class Working:
    """An indicator in the editor, or none where `token` is None. May be used by any thread."""

    server: FairleadServer
    loop: asyncio.AbstractEventLoop
    token: str | None = None
    asked: Future[object] = field(default_factory=Future)
    """Cancelled once the user cancels the work."""

    def report(self, share: float, message: str) -> None:
        """Show how far the work is, from 0 to 1."""
        if self.token is not None:
            shown = types.WorkDoneProgressReport(
                cancellable=True, message=message, percentage=round(100 * share)
            )
            # The loop may have ended meanwhile.
            with contextlib.suppress(RuntimeError):
                self.loop.call_soon_threadsafe(
                    self.server.work_done_progress.report, self.token, shown
                )

    def is_cancelled(self) -> bool:
        """Tell whether the user has cancelled the work."""
        return self.asked.cancelled()


@contextlib.asynccontextmanager
async def working(server: FairleadServer, title: str) -> AsyncIterator[Working]:
    """Show an indicator for as long as the context lasts, where the client can."""
    loop, progress = asyncio.get_running_loop(), server.work_done_progress
    token = await _created(server)
    if token is None:
        yield Working(server, loop)
        return
    begin = types.WorkDoneProgressBegin(title=title, cancellable=True, percentage=0)
    progress.begin(token, begin)
    try:
        yield Working(server, loop, token, progress.tokens[token])
    finally:
        progress.end(token, types.WorkDoneProgressEnd())
        progress.tokens.pop(token, None)


async def _created(server: FairleadServer) -> str | None:
    window = server.client_capabilities.window
    if window is None or not window.work_done_progress:
        return None
    token = str(uuid.uuid4())
    try:
        await server.work_done_progress.create_async(token)
    except JsonRpcException:
        return None
    return token
