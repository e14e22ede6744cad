"""From the editor's open documents to the immutable snapshots that the rest works on."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import unquote

from lsprotocol import types
from pygls.uris import to_fs_path
from pygls.workspace import TextDocument, Workspace

from fairlead_server.document import DocumentSnapshot, language_of
from fairlead_server.lsp.cells import cell_language, code_before

NOTEBOOKS = types.NotebookDocumentSyncOptions(
    [types.NotebookDocumentFilterWithCells([types.NotebookCellLanguage("python")], "*")]
)
"""Which cells of which notebooks the editor is asked to tell of."""


def snapshot_of(workspace: Workspace, uri: str) -> DocumentSnapshot | None:
    """Return the document as it is now, None when it is not open. Nothing is read from disk."""
    document = workspace.text_documents.get(unquote(uri))
    if document is None:
        return None
    notebook = workspace.get_notebook_document(cell_uri=uri)
    if notebook is not None:
        return _cell(workspace, document, notebook)
    path = path_of(document.uri, project_of(workspace))
    language = document.language_id or language_of(path)
    return DocumentSnapshot(path, document.source, language, document.version or 0)


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
    workspace: Workspace, document: TextDocument, notebook: types.NotebookDocument
) -> DocumentSnapshot:
    """Return a cell. It has the path of its notebook."""
    before: list[str] = []
    for cell in notebook.cells:
        if unquote(cell.document) == unquote(document.uri):
            break
        other = workspace.text_documents.get(unquote(cell.document))
        if other is not None and other.language_id == document.language_id == "python":
            before.append(other.source)
    path = path_of(notebook.uri, project_of(workspace))
    language = cell_language(document.source, document.language_id or "python")
    version = document.version or 0
    return DocumentSnapshot(path, document.source, language, version, code_before(before))
