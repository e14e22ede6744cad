"""textDocument/didOpen, didChange, didClose: what follows from them; pygls keeps the texts."""

from __future__ import annotations

import asyncio
import logging

from lsprotocol import types

from fairlead_server.document import DocumentSnapshot
from fairlead_server.lsp.features import inline_completion
from fairlead_server.lsp.server import FairleadServer
from fairlead_server.lsp.snapshot import representatives, snapshot_of

log = logging.getLogger(__name__)


def register(server: FairleadServer) -> None:
    """Add the feature to `server`."""
    server.feature(types.TEXT_DOCUMENT_DID_OPEN)(did_open)
    server.feature(types.TEXT_DOCUMENT_DID_CHANGE)(did_change)
    server.feature(types.TEXT_DOCUMENT_DID_CLOSE)(did_close)


def did_open(server: FairleadServer, params: types.DidOpenTextDocumentParams) -> None:
    """Start the analysis ahead of the first question."""
    opened(server, params.text_document.uri)
    warm(server, params.text_document.uri)


def opened(server: FairleadServer, uri: str) -> None:
    """Take in that there is another document."""
    server.recent.opened(uri)
    server.attempts.outdate_others(uri)


def did_change(server: FairleadServer, params: types.DidChangeTextDocumentParams) -> None:
    """Stop work on the text as it was, unless the user is typing what is being written."""
    uri = params.text_document.uri
    server.recent.changed(uri, params.content_changes)
    document = snapshot_of(server.workspace, uri)
    if document is None:
        return
    accepted = server.attempts.changed(uri, document.text)
    server.waiting.changed(uri)
    server.worker.drop(uri, spare=server.attempts.pending(uri))
    if accepted is not None:
        inline_completion.prefetch(server, uri, document, len(accepted.before))


def did_close(server: FairleadServer, params: types.DidCloseTextDocumentParams) -> None:
    """Stop work on the document, and forget it."""
    uri = params.text_document.uri
    server.recent.closed(uri)
    server.attempts.forget(uri)
    server.attempts.outdate_others(uri)
    server.waiting.changed(uri)
    server.worker.drop(uri)


def warm_all(server: FairleadServer) -> None:
    """Start the analysis of every open document, as there is a new completer."""
    for uri in representatives(server.workspace):
        warm(server, uri)


def warm(server: FairleadServer, uri: str) -> None:
    """Start the analysis of a document."""
    document = snapshot_of(server.workspace, uri)
    if document is not None:
        asyncio.get_running_loop().run_in_executor(None, _warm_now, server, document)


def _warm_now(server: FairleadServer, document: DocumentSnapshot) -> None:
    completer = server.worker.completer(patience=0)
    try:
        if completer is not None:
            completer.warm(document)
    except Exception:
        log.exception("The analysis of a document cannot be started.")
