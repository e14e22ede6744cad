"""From the editor's open documents to the immutable snapshots that the rest works on."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from urllib.parse import unquote
from weakref import WeakKeyDictionary

from lsprotocol import types
from pygls.uris import to_fs_path
from pygls.workspace import TextDocument, Workspace

from fairlead_server.document import DocumentSnapshot, language_of
from fairlead_server.lsp.cells import cell_language, code_ahead

NOTEBOOKS = types.NotebookDocumentSyncOptions(
    [types.NotebookDocumentFilterWithCells([types.NotebookCellLanguage("python")], "*")]
)
"""Which cells of which notebooks the editor is asked to tell of."""

_ahead: WeakKeyDictionary[TextDocument, tuple[str, str]] = WeakKeyDictionary()
"""The text of each open cell, and its code for later ones: with every key they all want it."""


def snapshot_of(workspace: Workspace, uri: str, *, alone: bool = False) -> DocumentSnapshot | None:
    """Return the document as it is now, None when it is not open. Nothing is read from disk.

    A cell that is wanted `alone` comes without the code before it.
    """
    document = workspace.text_documents.get(unquote(uri))
    if document is None:
        return None
    notebook = workspace.get_notebook_document(cell_uri=uri)
    if notebook is not None:
        return _cell(workspace, document, notebook, alone=alone)
    path = path_of(document.uri, project_of(workspace))
    language = document.language_id or language_of(path)
    return DocumentSnapshot(path, document.source, language, document.version or 0)


def representatives(workspace: Workspace) -> Iterator[str]:
    """Yield the open documents, of each notebook the one cell that comes with all its code."""
    notebooks = workspace.notebook_documents.values()
    yield from filter(None, (last_cell(workspace, notebook) for notebook in notebooks))
    for document in workspace.text_documents.values():
        if workspace.get_notebook_document(cell_uri=document.uri) is None:
            yield document.uri


def last_cell(workspace: Workspace, notebook: types.NotebookDocument) -> str | None:
    """Return the last cell of Python that is open, which has all others before it."""
    cells = (workspace.text_documents.get(unquote(c.document)) for c in reversed(notebook.cells))
    return next((cell.uri for cell in cells if cell and _is_python(cell)), None)


def folders_of(workspace: Workspace) -> tuple[str, ...]:
    """Return the paths of the folders that are open in the editor, or else of its root."""
    found = [to_fs_path(folder.uri) for folder in workspace.folders.values()]
    root = to_fs_path(workspace.root_uri) if workspace.root_uri else None
    return tuple(filter(None, found)) or ((root,) if root else ())


def project_in(folders: Sequence[str], path: str | None = None) -> str | None:
    """Return the innermost of `folders` that holds `path`, or else the first one."""
    if path is not None:
        holding = [folder for folder in folders if Path(path).is_relative_to(folder)]
        if holding:
            return max(holding, key=len)
    return folders[0] if folders else None


def project_of(workspace: Workspace, path: str | None = None) -> str | None:
    """Return the folder that is open in the editor and that `path` belongs to."""
    return project_in(folders_of(workspace), path)


def path_of(uri: str, project: str | None) -> str:
    """Return the path of a document; an unsaved one counts as lying in `project`."""
    name = unquote(uri).rpartition(":")[2].rpartition("/")[2]
    return to_fs_path(uri) or os.path.join(project or os.getcwd(), name or "untitled")


def _cell(
    workspace: Workspace,
    document: TextDocument,
    notebook: types.NotebookDocument,
    *,
    alone: bool,
) -> DocumentSnapshot:
    """Return a cell. It has the path of its notebook."""
    before = "" if alone else "".join(_before(workspace, document, notebook))
    path = path_of(notebook.uri, project_of(workspace))
    language = cell_language(document.source, document.language_id or "python")
    version = document.version or 0
    return DocumentSnapshot(path, document.source, language, version, before)


def _is_python(cell: TextDocument) -> bool:
    return cell.language_id == "python" == cell_language(cell.source, "python")


def _before(
    workspace: Workspace, document: TextDocument, notebook: types.NotebookDocument
) -> Iterator[str]:
    """Yield the code of each cell before `document`."""
    for cell in notebook.cells:
        if unquote(cell.document) == unquote(document.uri):
            return
        other = workspace.text_documents.get(unquote(cell.document))
        if other is not None and other.language_id == document.language_id == "python":
            yield _code_ahead(other)


def _code_ahead(cell: TextDocument) -> str:
    text, code = _ahead.get(cell, (None, ""))
    if text != cell.source:
        code = code_ahead(cell.source)
        _ahead[cell] = (cell.source, code)
    return code
