"""An editor's side of one server, without an editor: requests with their times."""

from __future__ import annotations

import asyncio
import dataclasses
import os
import re
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Mapping
from concurrent.futures import Future
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from lsprotocol import types
from pygls.lsp.client import LanguageClient

from fairlead_server import __version__
from fairlead_server.errors import UserError
from fairlead_server.settings import Settings

# Invoked requests alone: what is prefetched may be stopped at any time.
_LATE = re.compile(r"invoked decoding stopped; tokens after it was not wanted any more: (\d+)")
_FAIRLEAD = (sys.executable, "-m", "fairlead_server")
_TO_START = 120.0
"""Seconds for the model to be loaded."""


class Client(LanguageClient):
    """Counts what the server tells of its own accord."""

    def __init__(self, run: str) -> None:
        """`run` is the folder for sockets, which marks the processes of this server."""
        super().__init__("fairlead-eval", __version__)
        self.run = run
        self.late_tokens: list[int] = []
        self.state: Mapping[str, Any] = {}
        # pygls marks what it registers, which methods of objects do not allow.
        self.feature(types.WINDOW_LOG_MESSAGE)(lambda params: self._logged(params))
        self.feature("fairlead/status")(lambda params: self._stated(params))

    @property
    def model(self) -> str:
        """The name of the model that is served."""
        return str(self.state.get("model", ""))

    def begin(self, method: str, params: object, request: str) -> Future[Any]:
        """Send a request with an id to cancel it by."""
        answer: Future[Any] = self.protocol.send_request(method, params, msg_id=request)
        return answer

    async def timed(self, method: str, params: object) -> tuple[Any, float]:
        """Send a request; return its answer and the seconds that it took."""
        begun = time.monotonic()
        answer = await self.protocol.send_request_async(method, params)
        return answer, time.monotonic() - begun

    async def until_ready(self) -> None:
        """Wait for the model. Raises `UserError` when there is none."""
        end = time.monotonic() + _TO_START
        while self.state.get("state") not in ("ready", "failed") and time.monotonic() < end:
            await asyncio.sleep(0.05)
        if self.state.get("state") != "ready":
            why = self.state.get("message") or f"not loaded within {_TO_START:.0f} s"
            raise UserError(f"the server has no model: {why}")

    def _logged(self, params: types.LogMessageParams) -> None:
        if found := _LATE.search(params.message):
            self.late_tokens.append(int(found[1]))

    def _stated(self, params: Any) -> None:
        self.state = params._asdict()


@asynccontextmanager
async def serve(settings: Settings, project: Path) -> AsyncIterator[Client]:
    """Start a server with these settings, and a model process of its own; end both at last."""
    with tempfile.TemporaryDirectory(prefix="fairlead-") as run:
        client = Client(run)
        environment = {**os.environ, "XDG_RUNTIME_DIR": run}
        await client.start_io(*_FAIRLEAD, "serve", env=environment)
        try:
            await client.initialize_async(_greeting(settings, project))
            client.initialized(types.InitializedParams())
            await client.until_ready()
            yield client
            await client.shutdown_async(None)
        finally:
            client.exit(None)
            await client.stop()  # type: ignore[no-untyped-call]
            end = await asyncio.create_subprocess_exec(
                *_FAIRLEAD, "daemon", "--stop", env=environment, stdout=asyncio.subprocess.DEVNULL
            )
            await end.wait()


def _greeting(settings: Settings, project: Path) -> types.InitializeParams:
    stated = {
        name: value for name, value in dataclasses.asdict(settings).items() if value is not None
    }
    return types.InitializeParams(
        process_id=os.getpid(),
        root_uri=project.as_uri(),
        capabilities=types.ClientCapabilities(experimental={"fairlead": {"status": True}}),
        initialization_options={**stated, "log_level": "debug"},
    )
