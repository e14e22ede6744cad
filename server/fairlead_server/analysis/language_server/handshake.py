"""What a server is told at the start: what the client can do, and its settings."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from fairlead_server import __version__
from fairlead_server.analysis.language_server.launch import Launch
from fairlead_server.analysis.language_server.recipe import Recipe
from fairlead_server.analysis.language_server.sync import ENCODINGS

_ALL_KINDS = list(range(1, 26))
_ACTION_KINDS = ["refactor", "refactor.extract", "refactor.inline", "source.organizeImports"]


def initialize_params(recipe: Recipe, launch: Launch) -> dict[str, Any]:
    """Return the parameters of ``initialize``."""
    options = dict(launch.initialization)
    if recipe.settings_key:
        options[recipe.settings_key] = launch.settings
    folders = launch.workspace_folders()
    return {
        "processId": os.getpid(),
        "clientInfo": {"name": "fairlead", "version": __version__},
        "rootUri": folders[0]["uri"] if folders else None,
        "workspaceFolders": folders or None,
        "initializationOptions": options or None,
        "capabilities": _CAPABILITIES,
        "trace": "off",
    }


def setting(settings: Mapping[str, Any], item: object) -> Any:
    """Return the settings in the section that an item of ``workspace/configuration`` names."""
    section = item.get("section") if isinstance(item, Mapping) else None
    found: Any = settings
    for key in section.split(".") if isinstance(section, str) and section else ():
        found = found.get(key) if isinstance(found, Mapping) else None
    return found


_CAPABILITIES: Mapping[str, Any] = {
    "general": {"positionEncodings": list(ENCODINGS)},
    "window": {"workDoneProgress": True},
    "workspace": {
        "applyEdit": True,
        # What fairlead does not do with files is better known than left out.
        "workspaceEdit": {
            "documentChanges": True,
            "resourceOperations": ["create", "rename", "delete"],
            "failureHandling": "abort",
            "changeAnnotationSupport": {"groupsOnLabel": True},
        },
        "executeCommand": {},
        "configuration": True,
        "workspaceFolders": True,
        "didChangeConfiguration": {},
        "didChangeWatchedFiles": {"dynamicRegistration": False},
    },
    "textDocument": {
        "synchronization": {},
        "completion": {
            "contextSupport": True,
            "completionItem": {
                "snippetSupport": False,
                "deprecatedSupport": False,
                "insertReplaceSupport": False,
                "documentationFormat": ["plaintext"],
            },
            "completionItemKind": {"valueSet": _ALL_KINDS},
        },
        "signatureHelp": {
            "signatureInformation": {
                "documentationFormat": ["plaintext"],
                "parameterInformation": {"labelOffsetSupport": True},
            }
        },
        "documentHighlight": {},
        "rename": {"prepareSupport": True},
        "codeAction": {
            "codeActionLiteralSupport": {"codeActionKind": {"valueSet": _ACTION_KINDS}},
            "dataSupport": True,
            "disabledSupport": True,
            "resolveSupport": {"properties": ["edit", "command"]},
        },
        "hover": {"contentFormat": ["plaintext"]},
        "typeDefinition": {"linkSupport": False},
        "publishDiagnostics": {"versionSupport": True},
        "diagnostic": {},
    },
    "experimental": {"serverStatusNotification": True},
}
