"""textDocument/completion: the members that may follow a dereference, as analysis lists them."""

from __future__ import annotations

import asyncio
import logging

from lsprotocol import types

from fairlead_monitors.engine import Names
from fairlead_server.document import DocumentSnapshot
from fairlead_server.lsp import convert
from fairlead_server.lsp.server import FairleadServer
from fairlead_server.lsp.snapshot import snapshot_of
from fairlead_server.lsp.worker import Worker

log = logging.getLogger(__name__)


def register(server: FairleadServer) -> None:
    """Add the feature to `server`."""
    options = types.CompletionOptions(trigger_characters=["."])
    server.feature(types.TEXT_DOCUMENT_COMPLETION, options)(completion)


async def completion(
    server: FairleadServer, params: types.CompletionParams
) -> types.CompletionList | None:
    """Answer with the members at the cursor, None where nothing is dereferenced."""
    document = snapshot_of(server.workspace, params.text_document.uri)
    if document is None:
        return None
    codec = server.workspace.position_codec
    offset = convert.offset_at(document.text, params.position, codec)
    if offset is None:
        return None
    patience = server.state.settings().patience
    members = await asyncio.get_running_loop().run_in_executor(
        None, _members, server.worker, document, offset, patience
    )
    if members is None:
        return None
    return convert.member_completions(members, document, offset, codec)


def _members(
    worker: Worker, document: DocumentSnapshot, offset: int, patience: float
) -> Names | None:
    completer = worker.completer(patience)
    if completer is None:
        return Names.unknown("fairlead", "the model is not loaded")
    try:
        return completer.members(document, offset, patience)
    except Exception:
        log.exception("The members at a place cannot be listed.")
        return Names.unknown("fairlead", "analysis failed")
