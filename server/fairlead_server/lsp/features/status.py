"""fairlead/status: tells clients that ask for it, in their capabilities, what the server does.

A client asks by ``{"experimental": {"fairlead": {"status": true}}}``; others are not bothered with
a notification that they do not know. The command ``fairlead.status`` answers with the same object.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from fairlead_server.lsp.commands import add_command
from fairlead_server.lsp.server import FairleadServer
from fairlead_server.lsp.status import Status

NOTIFICATION = "fairlead/status"
COMMAND = "fairlead.status"


def register(server: FairleadServer) -> None:
    """Add the feature to `server`."""

    def show(status: Status) -> None:
        if _is_wanted(server.client_capabilities.experimental):
            server.protocol.notify(NOTIFICATION, status.to_json())

    server.status.show = show
    add_command(server, COMMAND, answer)


async def answer(server: FairleadServer, arguments: Sequence[object]) -> dict[str, object]:
    """Return the state, to clients that would rather ask for it."""
    return server.status.status.to_json()


def _is_wanted(experimental: object) -> bool:
    """Look up ``fairlead.status`` in what pygls makes of an object that it does not know."""
    for key in ("fairlead", "status"):
        if isinstance(experimental, Mapping):
            experimental = experimental.get(key)
        else:
            experimental = getattr(experimental, key, None)
    return experimental is True
