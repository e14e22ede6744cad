"""workspace/didChangeConfiguration: settings that change take effect without a restart."""

from __future__ import annotations

import logging
from collections.abc import Mapping

from lsprotocol import types
from pygls.exceptions import JsonRpcException

from fairlead_server.lsp.server import FairleadServer
from fairlead_server.settings import Options, from_json

log = logging.getLogger(__name__)

SECTION = "fairlead"
_NOT_SETTINGS = ("log_level",)


def register(server: FairleadServer) -> None:
    """Add the feature to `server`."""
    server.feature(types.WORKSPACE_DID_CHANGE_CONFIGURATION)(did_change_configuration)


async def did_change_configuration(
    server: FairleadServer, params: types.DidChangeConfigurationParams
) -> None:
    """Take the new settings; ask for them when the client only says that they changed."""
    settings = params.settings
    section = settings.get(SECTION) if isinstance(settings, Mapping) else None
    if section is None:
        section = await _pull(server)
    if section is not None:
        server.state.configured = options_from(section)
        server.refresh()


def options_from(value: object) -> Options:
    """Read options that the client sent; what is wrong with them goes to its log."""
    if isinstance(value, Mapping):
        value = {key: item for key, item in value.items() if key not in _NOT_SETTINGS}
    options, warnings = from_json(value)
    for warning in warnings:
        log.warning("%s", warning)
    return options


async def _pull(server: FairleadServer) -> object:
    workspace = server.client_capabilities.workspace
    if workspace is None or not workspace.configuration:
        return None
    wanted = types.ConfigurationParams([types.ConfigurationItem(section=SECTION)])
    try:
        sections = await server.workspace_configuration_async(wanted)
    except JsonRpcException as error:
        log.warning("The client does not tell its settings: %s", error)
        return None
    return sections[0] if sections else None
