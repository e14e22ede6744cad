"""notebookDocument/*: cells are documents; what happens to one happens to that document."""

from __future__ import annotations

from collections.abc import Iterable

from lsprotocol import types

from fairlead_server.lsp.features import documents
from fairlead_server.lsp.server import FairleadServer
from fairlead_server.lsp.snapshot import last_cell


def register(server: FairleadServer) -> None:
    """Add the feature to `server`."""
    server.feature(types.NOTEBOOK_DOCUMENT_DID_OPEN)(did_open)
    server.feature(types.NOTEBOOK_DOCUMENT_DID_CHANGE)(did_change)
    server.feature(types.NOTEBOOK_DOCUMENT_DID_CLOSE)(did_close)


def did_open(server: FairleadServer, params: types.DidOpenNotebookDocumentParams) -> None:
    """Open the cells."""
    _open(server, params.notebook_document.uri, params.cell_text_documents)


def did_change(server: FairleadServer, params: types.DidChangeNotebookDocumentParams) -> None:
    """Change, open and close cells."""
    cells = params.change.cells
    if cells is None:
        return
    for content in cells.text_content or ():
        changed = types.DidChangeTextDocumentParams(content.document, content.changes)
        documents.did_change(server, changed)
    if cells.structure is not None:
        _open(server, params.notebook_document.uri, cells.structure.did_open or ())
        _close(server, cells.structure.did_close or ())
    _forget_suggestions(server, params)


def did_close(server: FairleadServer, params: types.DidCloseNotebookDocumentParams) -> None:
    """Close the cells."""
    _close(server, params.cell_text_documents)


def _forget_suggestions(
    server: FairleadServer, params: types.DidChangeNotebookDocumentParams
) -> None:
    """Let nothing be suggested again that was made behind other cells than stand there now."""
    notebook = server.workspace.get_notebook_document(notebook_uri=params.notebook_document.uri)
    changed = (params.change.cells and params.change.cells.text_content) or ()
    edited = {content.document.uri for content in changed}
    cells = [cell.document for cell in notebook.cells] if notebook else []
    server.attempts.forget(*(uri for uri in cells if uri not in edited))


def _open(
    server: FairleadServer, notebook_uri: str, cells: Iterable[types.TextDocumentItem]
) -> None:
    """Take in new cells, and start the analysis once for all of them."""
    uris = [cell.uri for cell in cells]
    for uri in uris:
        documents.opened(server, uri)
    notebook = server.workspace.get_notebook_document(notebook_uri=notebook_uri)
    last = last_cell(server.workspace, notebook) if uris and notebook else None
    if last is not None:
        documents.warm(server, last)


def _close(server: FairleadServer, cells: Iterable[types.TextDocumentIdentifier]) -> None:
    for cell in cells:
        documents.did_close(server, types.DidCloseTextDocumentParams(cell))
