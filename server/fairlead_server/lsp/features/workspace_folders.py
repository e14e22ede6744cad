"""workspace/didChangeWorkspaceFolders: each folder that is open is a project of its own."""

from __future__ import annotations

from lsprotocol import types

from fairlead_server.lsp.features import configuration
from fairlead_server.lsp.server import FairleadServer


def register(server: FairleadServer) -> None:
    """Add the feature to `server`."""
    server.feature(types.WORKSPACE_DID_CHANGE_WORKSPACE_FOLDERS)(did_change_workspace_folders)


async def did_change_workspace_folders(
    server: FairleadServer, params: types.DidChangeWorkspaceFoldersParams
) -> None:
    """Take the folders, and the settings of each."""
    for folder in params.event.added:
        # pygls removes last, so that one that only got another name is gone.
        server.workspace.add_folder(folder)
    await configuration.pull(server)
