"""Commands of ``workspace/executeCommand``: how they are added, and how their arguments are read.

Wrong arguments are answered with InvalidParams, and what cannot be done with RequestFailed.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, TypeVar

from lsprotocol import types
from pygls.exceptions import (
    JsonRpcContentModified,
    JsonRpcException,
    JsonRpcInvalidParams,
)

from fairlead_server.document import DocumentSnapshot
from fairlead_server.errors import UserError
from fairlead_server.lsp.edits import MovedOn
from fairlead_server.lsp.server import FairleadServer
from fairlead_server.lsp.snapshot import snapshot_of

T = TypeVar("T")

Handler = Callable[[FairleadServer, Sequence[Any]], Awaitable[Any]]
"""What runs a command: called with its arguments, which are JSON; the result is JSON as well."""

PREFIX = "fairlead."


class RequestFailed(JsonRpcException):
    """The request was understood and cannot be fulfilled."""

    CODE = types.LSPErrorCodes.RequestFailed.value


def add_command(server: FairleadServer, name: str, handler: Handler) -> None:
    """Add the command `name`, which begins with ``fairlead.``; editors are told of it."""
    if not name.startswith(PREFIX):
        raise ValueError(f"{name}: the names of commands begin with {PREFIX}")

    async def run(*arguments: Any) -> Any:
        return await explained(handler(server, arguments))

    server.command(name)(run)


async def explained(work: Awaitable[T]) -> T:
    """Await `work`; turn what it raises into the protocol's errors, with the reason in words."""
    try:
        return await work
    except UserError as error:
        raise RequestFailed(str(error)) from error
    except MovedOn as error:
        raise JsonRpcContentModified(str(error)) from error
    except ValueError as error:
        raise JsonRpcInvalidParams(str(error)) from error


def argument(arguments: Sequence[Any], place: int, kind: type[T], meaning: str) -> T:
    """Return the argument at `place`; `meaning` says what it is. Raises `ValueError`."""
    if place >= len(arguments):
        raise ValueError(f"argument {place + 1} is missing: {meaning}")
    found = arguments[place]
    if not isinstance(found, kind):
        raise ValueError(f"argument {place + 1} must be {meaning}, not {found!r}")
    return found


def opened(server: FairleadServer, uri: str) -> DocumentSnapshot:
    """Return the document that the editor calls `uri`. Raises `UserError` when it is not open."""
    document = snapshot_of(server.workspace, uri)
    if document is None:
        raise UserError(f"{uri} is not open in the editor")
    return document
