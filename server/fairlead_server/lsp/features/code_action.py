"""textDocument/codeAction and codeAction/resolve: what the sources of actions offer at a place.

Editors that resolve an action get its edit once the user has chosen it; others get a command that
has the edit applied.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from typing import Any

from lsprotocol import types

from fairlead_server.actions import QUICK_FIX, REWRITE, ActionSource, Offer, Selection
from fairlead_server.lsp import edits
from fairlead_server.lsp.action_codec import APPLY, Abilities, Ticket, action, selection_of
from fairlead_server.lsp.commands import add_command, argument, explained, opened
from fairlead_server.lsp.server import FairleadServer
from fairlead_server.lsp.snapshot import snapshot_of

log = logging.getLogger(__name__)

Actions = list[types.CodeAction | types.Command]


def register(server: FairleadServer) -> None:
    """Add the feature to `server`."""
    options = types.CodeActionOptions([QUICK_FIX, REWRITE], resolve_provider=True)
    server.feature(types.TEXT_DOCUMENT_CODE_ACTION, options)(code_action)
    server.feature(types.CODE_ACTION_RESOLVE)(resolve)
    add_command(server, APPLY, apply)


async def code_action(server: FairleadServer, params: types.CodeActionParams) -> Actions | None:
    """Answer with what all sources offer, None where nothing can be."""
    document = snapshot_of(server.workspace, params.text_document.uri)
    if document is None:
        return None
    if document.language in server.state.settings(document.path).disabled_languages:
        return None
    selection = selection_of(params, document, server.workspace.position_codec)
    if selection is None:
        return None
    sources = [s for s in server.actions.values() if any(map(selection.wants, s.kinds))]
    found = await asyncio.gather(*(_offers(source, selection) for source in sources))
    can, shown = Abilities.of(server.client_capabilities), params.context.diagnostics
    return [
        action(offer, _ticket(source, selection, offer), [shown[i] for i in offer.mends], can)
        for source, offers in zip(sources, found, strict=True)
        for offer in offers
        if selection.wants(offer.kind)
    ]


async def resolve(server: FairleadServer, chosen: types.CodeAction) -> types.CodeAction:
    """Add the edit of an action that the user has chosen.

    One with a command needs none; Neovim before 0.11 asks all the same.
    """
    if chosen.edit is None and chosen.command is None:
        chosen.edit = await explained(_edit(server, chosen.data))
    return chosen


async def apply(server: FairleadServer, arguments: Sequence[Any]) -> bool:
    """Have the editor apply an action; tell whether it did."""
    ticket = argument(arguments, 0, object, "an action that fairlead has offered")
    return await edits.apply(server, await _change(server, ticket))


async def _offers(source: ActionSource, selection: Selection) -> Sequence[Offer]:
    try:
        return await source.offers(selection)
    except Exception:
        log.exception("%s: actions cannot be offered. Others are not affected.", source.name)
        return ()


def _ticket(source: ActionSource, selection: Selection, offer: Offer) -> Ticket:
    return Ticket(
        source.name,
        selection.uri,
        selection.document.version,
        offer.title,
        offer.confirm,
        offer.data,
    )


async def _edit(server: FairleadServer, value: object) -> types.WorkspaceEdit:
    return edits.edit_of(server, await _change(server, value))


async def _change(server: FairleadServer, value: object) -> edits.Change:
    """Return the change that a ticket stands for.

    Raises `ValueError` for what is no ticket, `MovedOn` when the document is another one, and
    `UserError` when the action cannot be done.
    """
    ticket = Ticket.from_json(value)
    source = server.actions.get(ticket.source)
    if source is None:
        raise ValueError(f"fairlead has no actions called {ticket.source!r}")
    document = opened(server, ticket.uri)
    if document.version != ticket.version:
        raise edits.MovedOn
    text = await source.text(ticket.uri, document, ticket.data)
    return edits.Change(ticket.uri, document, text, ticket.title, ticket.confirm)
