"""The extension's manifest states the server's settings, as the server has them."""

from __future__ import annotations

import json
import re
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

import fairlead_server
from fairlead_server.context.source import NAMES
from fairlead_server.settings.values import CHOICES, LEAST, NOT_FROM_PROJECTS, Options, Settings

CLIENT = Path(__file__).parents[3] / "vscode-client"
MANIFEST = json.loads((CLIENT / "package.json").read_text(encoding="utf-8"))
STATED: dict[str, dict[str, Any]] = {
    name.removeprefix("fairlead."): schema
    for part in MANIFEST["contributes"]["configuration"]
    for name, schema in part["properties"].items()
}
OWN = {"enabled", "path", "package", "additionalLanguages", "trace.server"}
"""Settings of the extension that are nothing to the server."""

BY_TRUST = {"trusted", "trusted_folders"}
"""What VS Code's workspace trust says instead of a setting."""

TYPES = {
    "str": "string",
    "int": "integer",
    "float": "number",
    "bool": "boolean",
    "tuple[str, ...]": "array",
    "Mapping[str, Any]": "object",
}
DEFAULTS = Settings()
FIELDS = [field for field in fields(Options) if field.name not in BY_TRUST]


def client_name(name: str) -> str:
    return re.sub(r"_(\w)", lambda found: found[1].upper(), name)


def test_the_manifest_has_all_settings_and_no_others() -> None:
    assert set(STATED) - OWN == {client_name(field.name) for field in FIELDS}
    assert set(STATED) >= OWN


@pytest.mark.parametrize("field", FIELDS, ids=lambda field: field.name)
def test_a_setting_is_what_the_server_takes(field: Any) -> None:
    schema = STATED[client_name(field.name)]
    kinds = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    assert kinds[0] == TYPES[str(field.type).removesuffix(" | None")]
    assert tuple(schema.get("enum", ())) == CHOICES.get(field.name, ())
    assert schema.get("minimum") == LEAST.get(field.name)
    assert len(schema["markdownDescription"]) > 20
    _check_default(field.name, schema["default"], kinds)


def _check_default(name: str, default: Any, kinds: list[str]) -> None:
    unstated = getattr(DEFAULTS, name)
    if name == "context":
        # Where nothing is stated, all sources are used; the settings editor can show a list only.
        assert default == list(NAMES)
    elif unstated is None:
        assert default == ("" if kinds == ["string"] else None)
    else:
        assert default == (list(unstated) if isinstance(unstated, tuple) else unstated)


@pytest.mark.parametrize("field", FIELDS, ids=lambda field: field.name)
def test_projects_decide_what_they_may(field: Any) -> None:
    scope = STATED[client_name(field.name)]["scope"]
    assert (scope in ("machine", "application")) == (field.name in NOT_FROM_PROJECTS)


def test_what_names_programs_does_not_count_in_a_workspace_that_is_not_trusted() -> None:
    restricted = MANIFEST["capabilities"]["untrustedWorkspaces"]["restrictedConfigurations"]
    assert {name.removeprefix("fairlead.") for name in restricted} == {
        "path",
        "model",
        "backend",
        "interpreter",
        "engines",
        "monitors",
    }


def test_the_versions_are_the_same() -> None:
    assert MANIFEST["version"] == fairlead_server.__version__
    lock = json.loads((CLIENT / "package-lock.json").read_text(encoding="utf-8"))
    assert lock["packages"][""]["version"] == MANIFEST["version"]
    pinned = {**MANIFEST["dependencies"], **MANIFEST["devDependencies"]}
    assert not [name for name, version in pinned.items() if not version[0].isdigit()]


def test_every_command_that_is_named_is_there() -> None:
    known = {command["command"] for command in MANIFEST["contributes"]["commands"]}
    manifest = json.dumps(MANIFEST["contributes"])
    for page in (CLIENT / "walkthrough").glob("*.md"):
        manifest += page.read_text(encoding="utf-8")
    named = set(re.findall(r"command:(fairlead\.\w+)", manifest))
    bound = {key["command"] for key in MANIFEST["contributes"]["keybindings"]}
    assert named | bound <= known
    assert all(key["when"] for key in MANIFEST["contributes"]["keybindings"])
