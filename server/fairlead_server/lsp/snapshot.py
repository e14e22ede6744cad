"""From the editor's open documents to the immutable snapshots that the rest works on."""

from __future__ import annotations

import os
from urllib.parse import unquote

from pygls.uris import to_fs_path
from pygls.workspace import TextDocument, Workspace

from fairlead_server.document import DocumentSnapshot, language_of


def snapshot_of(workspace: Workspace, uri: str) -> DocumentSnapshot | None:
    """Return the document as it is now, None when it is not open. Nothing is read from disk."""
    document = workspace.text_documents.get(unquote(uri))
    if document is None:
        return None
    path = path_of(document, project_of(workspace))
    language = document.language_id or language_of(path)
    return DocumentSnapshot(path, document.source, language, document.version or 0)


def project_of(workspace: Workspace) -> str | None:
    """Return the path of the first folder that is open in the editor."""
    uris = [*(folder.uri for folder in workspace.folders.values()), workspace.root_uri]
    return next((path for uri in uris if uri and (path := to_fs_path(uri))), None)


def path_of(document: TextDocument, project: str | None) -> str:
    """Return the path of `document`; an unsaved one counts as lying in `project`."""
    return to_fs_path(document.uri) or os.path.join(
        project or os.getcwd(), os.path.basename(document.path) or "untitled"
    )
