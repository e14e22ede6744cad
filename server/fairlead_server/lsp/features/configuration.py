"""Settings that change take effect without a restart, whoever changes them.

The editor says that its own have changed, or is asked for them where it lets itself be asked. The
files are looked at again when it says that they changed, and whenever a document is saved.
"""

from __future__ import annotations

import asyncio
import logging
import os
import uuid
from collections.abc import Mapping, Sequence
from pathlib import Path

from lsprotocol import types
from pygls.exceptions import JsonRpcException
from pygls.uris import to_fs_path

from fairlead_server.lsp.server import FairleadServer
from fairlead_server.settings import Options, from_json
from fairlead_server.settings.files import PROJECT_FILE, user_file

log = logging.getLogger(__name__)

SECTION = "fairlead"
_PATIENCE = 3.0
"""Seconds that the first model waits for the client's settings, which may name another."""

# The event loop itself holds tasks only weakly.
_TASKS: set[asyncio.Task[None]] = set()


def register(server: FairleadServer) -> None:
    """Add the feature to `server`."""
    server.feature(types.WORKSPACE_DID_CHANGE_CONFIGURATION)(did_change_configuration)
    server.feature(types.WORKSPACE_DID_CHANGE_WATCHED_FILES)(did_change_watched_files)
    server.feature(types.TEXT_DOCUMENT_DID_SAVE)(did_save)


async def did_change_configuration(
    server: FairleadServer, params: types.DidChangeConfigurationParams
) -> None:
    """Take the new settings; ask for them when the client only says that they changed."""
    settings = params.settings
    section = settings.get(SECTION) if isinstance(settings, Mapping) else None
    if section is not None:
        server.state.configured = options_from(section)
        server.refresh()
    else:
        await pull(server)


def did_change_watched_files(
    server: FairleadServer, params: types.DidChangeWatchedFilesParams
) -> None:
    """Look at the files with settings again."""
    server.refresh()


def did_save(server: FairleadServer, params: types.DidSaveTextDocumentParams) -> None:
    """Look at the files with settings again: not every client watches files."""
    server.refresh()


async def begin(server: FairleadServer) -> None:
    """Ask the client for its settings; goes on without them when the answer takes long."""
    asked = asyncio.create_task(pull(server))
    await asyncio.wait({asked}, timeout=_PATIENCE)
    _TASKS.add(asked)
    asked.add_done_callback(_TASKS.discard)


async def watch(server: FairleadServer) -> None:
    """Ask to be told when settings change, of the editor or in files."""
    workspace = server.client_capabilities.workspace
    files = workspace and workspace.did_change_watched_files
    if files and files.dynamic_registration:
        relative = files.relative_pattern_support is True
        await _ask(server, types.WORKSPACE_DID_CHANGE_WATCHED_FILES, _watchers(relative))
    settings = workspace and workspace.did_change_configuration
    if settings and settings.dynamic_registration:
        options = types.DidChangeConfigurationRegistrationOptions(section=SECTION)
        await _ask(server, types.WORKSPACE_DID_CHANGE_CONFIGURATION, options)


async def pull(server: FairleadServer) -> None:
    """Ask the client for its settings, of all folders and of each, and let them take effect."""
    workspace = server.client_capabilities.workspace
    if workspace is not None and workspace.configuration:
        uris = [None, *(folder.uri for folder in server.workspace.folders.values())]
        sections = await _sections(server, uris)
        if sections is not None:
            _take(server, uris, sections)
    server.refresh()


async def _sections(server: FairleadServer, uris: Sequence[str | None]) -> Sequence[object] | None:
    items = [types.ConfigurationItem(uri, SECTION) for uri in uris]
    try:
        sections = await server.workspace_configuration_async(types.ConfigurationParams(items))
    except JsonRpcException as error:
        log.warning("The client does not tell its settings: %s", error)
        return None
    return sections if len(sections) == len(uris) else [*sections[:1], *[None] * (len(uris) - 1)]


def _take(server: FairleadServer, uris: Sequence[str | None], sections: Sequence[object]) -> None:
    everywhere, *of_folders = sections
    server.state.configured = options_from(everywhere)
    told = zip(uris[1:], of_folders, strict=True)
    server.state.of_folders = {
        to_fs_path(uri) or uri: options_from(section)
        for uri, section in told
        if uri is not None and section is not None and section != everywhere
    }


def options_from(value: object) -> Options:
    """Read options that the client sent; what is wrong with them goes to its log."""
    options, warnings = from_json(value)
    for warning in warnings:
        log.warning("%s", warning)
    return options


def _watchers(relative: bool) -> types.DidChangeWatchedFilesRegistrationOptions:
    watchers = [types.FileSystemWatcher(f"**/{PROJECT_FILE}")]
    if relative:
        own = Path(os.path.abspath(user_file()))
        # The user's file lies in no workspace.
        pattern = types.RelativePattern(own.parent.as_uri(), own.name)
        watchers.append(types.FileSystemWatcher(pattern))
    return types.DidChangeWatchedFilesRegistrationOptions(watchers)


async def _ask(server: FairleadServer, method: str, options: object) -> None:
    registration = types.Registration(str(uuid.uuid4()), method, options)
    try:
        await server.client_register_capability_async(types.RegistrationParams([registration]))
    except JsonRpcException as error:
        log.warning("The client does not take the registration of %s: %s", method, error)
