"""Clients and processes for tests: each bench has a model, hence processes, of its own."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

from fairlead_server.daemon.calls import Status
from fairlead_server.daemon.client import RemoteCompleter, connect
from fairlead_server.daemon.identity import place_of
from fairlead_server.daemon.launch import Launch, find
from fairlead_server.daemon.link import Link
from fairlead_server.daemon.places import Place
from fairlead_server.document import DocumentSnapshot
from fairlead_server.settings import Settings
from fairlead_server.suggestion import CompletionRequest, Urgency
from tests.server.lsp.processes import alive

ROOT = Path(__file__).parents[3]
LIMIT = 60.0
"""Seconds after which a wait counts as a failure; nothing here is about speed."""


class Bench:
    """Starts echo processes, and attaches clients to them."""

    def __init__(self, folder: Path, grace: float = LIMIT) -> None:
        self.model = folder / "echo.gguf"
        self.model.write_text("a model")
        boot = (
            f"import runpy, sys; sys.path.insert(0, {str(ROOT)!r}); sys.argv = ['', '{grace}']\n"
            "runpy.run_module('tests.server.daemon.echo_process', run_name='__main__')"
        )
        self.command: tuple[str, ...] = (sys.executable, "-c", boot)
        self.silence = LIMIT
        self.clients: list[RemoteCompleter] = []

    def settings(self, **stated: object) -> Settings:
        return Settings(**{"model": str(self.model), **stated})  # type: ignore[arg-type]

    def place(self) -> Place:
        return place_of(self.settings())

    def connect(self, project: str = "/p", **stated: object) -> RemoteCompleter:
        launch = Launch(self.command, self.silence)
        client = connect(self.settings(**stated), project, launch)
        self.clients.append(client)
        return client

    def link(self) -> Link:
        link = find(self.place())
        assert link is not None
        return link

    def status(self) -> Status:
        link = self.link()
        try:
            status: Status = link.call("status")
            return status
        finally:
            link.close()

    def notes(self) -> list[str]:
        with contextlib.suppress(FileNotFoundError):
            return Path(f"{self.model}.notes").read_text().splitlines()
        return []

    def loads(self) -> int:
        return sum(note.startswith("loaded") for note in self.notes())

    def kill(self) -> None:
        os.kill(self.status().pid, signal.SIGKILL)

    def finish(self) -> None:
        """End everything."""
        for client in self.clients:
            client.close()
        if link := find(self.place()):
            try:
                process = link.call("status").pid
                link.tell("stop")
                wait_for(lambda: not alive(process))
            finally:
                link.close()

    def is_gone(self) -> bool:
        """Tell whether nobody answers at the socket."""
        link = find(self.place())
        if link is not None:
            link.close()
        return link is None


def request(text: str, urgency: Urgency = "automatic") -> CompletionRequest:
    return CompletionRequest(
        DocumentSnapshot("/p/a.py", text, "python"), len(text), urgency=urgency
    )


def texts(client: RemoteCompleter, text: str) -> list[str]:
    return [s.text for s in client.complete(request(text)).suggestions]


def wait_for(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + LIMIT
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.005)
