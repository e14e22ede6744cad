"""The command ``fairlead.explain``: why the last request produced what it did, or nothing."""

from __future__ import annotations

from collections.abc import Sequence

from fairlead_server.lsp.commands import add_command
from fairlead_server.lsp.server import FairleadServer

COMMAND = "fairlead.explain"


def register(server: FairleadServer) -> None:
    """Add the command to `server`."""
    add_command(server, COMMAND, explain)


async def explain(server: FairleadServer, arguments: Sequence[object]) -> str:
    """Return the account of the last request for an inline completion, as text."""
    status = server.status.status
    if server.account is not None:
        return server.account.text(status.model)
    if status.state == "failed":
        return f"there is no model: {status.message}"
    if status.state == "loading":
        return "nothing was asked for yet, and the model is being loaded"
    return f"nothing was asked for yet; {status.model} is ready"
