"""Clients that say of themselves what editors do: they get what they can take, and no more."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.clients import fits
from tests.clients.capabilities import NAMES, recorded
from tests.clients.client import Client
from tests.components import where
from tests.server.lsp.editor import ROOT
from tests.setup import npm

SERVER = (sys.executable, "-m", "tests.clients.offering_server")
OPTIONS = {"completion": "items", "patience": 60}
URI = (ROOT / "clients.py").as_uri()
LINE = "'😀' + zebra.zed"
COLUMNS = {"utf-8": 4, "utf-16": 2, "utf-32": 1}
"""How many columns the emoji takes."""

# What is made use of wherever the client takes it.
USED = ["itemDefaults.*", "items[].labelDetails", "items[].preselect"]
USED_OF_ACTIONS = ["[].isPreferred", "[].tags[]"]
USED_OF_EDITS = ["documentChanges"]


@pytest.fixture(scope="module", params=[*NAMES, "says-nothing"])
def client(request: pytest.FixtureRequest) -> Iterator[tuple[Client, dict[str, Any]]]:
    said = recorded(request.param) if request.param in NAMES else {}
    with Client(SERVER, said, OPTIONS) as client:
        client.open(URI, f"{LINE}\n")
        yield client, said
    assert fits.unknown_messages(client.received, said) == []
    commands = client.server["capabilities"]["executeCommandProvider"]["commands"]
    assert fits.unknown_commands(client.results, commands) == []


def _column(client: Client, text: str) -> int:
    """Return the column at the end of the first `text` in the line, as the server counts."""
    encoding = client.server["capabilities"].get("positionEncoding", "utf-16")
    before = LINE[: LINE.index(text) + len(text)]
    return len(before) + before.count("😀") * (COLUMNS[encoding] - 1)


def _at(client: Client, text: str, **others: object) -> dict[str, Any]:
    position = {"line": 0, "character": _column(client, text)}
    return {"textDocument": {"uri": URI}, "position": position, **others}


def _span(client: Client, start: str, end: str) -> dict[str, Any]:
    first, last = _column(client, start), _column(client, end)
    return {"start": {"line": 0, "character": first}, "end": {"line": 0, "character": last}}


def test_position_encoding(client: tuple[Client, dict[str, Any]]) -> None:
    server, said = client
    encodings = fits.said(said, "general.positionEncodings") or ["utf-16"]
    assert server.server["capabilities"].get("positionEncoding", "utf-16") == encodings[0]


def test_completion(client: tuple[Client, dict[str, Any]]) -> None:
    server, said = client
    members = server.request("textDocument/completion", _at(server, "zebra.ze"))
    assert "zeta" in [item["label"] for item in members["items"]]
    assert fits.misfits(members, fits.COMPLETION, said) == []
    assert fits.unused(members, USED, fits.COMPLETION, said) == []
    defaults = members.get("itemDefaults") or {}
    for item in members["items"]:
        replaced = item.get("textEdit", {"range": defaults.get("editRange")})
        range = replaced.get("range") or replaced["insert"]
        assert range.get("insert", range) == _span(server, "zebra.", "zebra.ze")
        resolved = server.request("completionItem/resolve", {"data": defaults.get("data"), **item})
        assert "zeta" in str(resolved["documentation"])
        assert fits.misfits(resolved, fits.RESOLVED, said) == []


def test_inline_completion(client: tuple[Client, dict[str, Any]]) -> None:
    server, said = client
    asked = _at(server, "zebra.", context={"triggerKind": 1})
    found = server.request("textDocument/inlineCompletion", asked)
    assert [item["insertText"] for item in found["items"]]
    for item in found["items"]:
        assert item["insertText"].startswith("suggested(")
        assert item["range"] == _span(server, "zebra.", "zebra.")
        edit = _run(server, item["command"])
        if fits.said(said, "workspace.applyEdit"):
            assert fits.misfits(edit, fits.WORKSPACE_EDIT, said) == []
            assert _edits(edit)[0]["newText"].startswith("import json\n")


def test_code_actions(client: tuple[Client, dict[str, Any]]) -> None:
    server, said = client
    place = {"range": _span(server, "+ ", "zebra")}
    asked = {"textDocument": {"uri": URI}, "context": {"diagnostics": []}, **place}
    found = server.request("textDocument/codeAction", asked)
    assert [action["title"] for action in found] == ["Shout", "Whisper"]
    assert fits.misfits(found, fits.CODE_ACTIONS, said) == []
    assert fits.unused(found, USED_OF_ACTIONS, fits.CODE_ACTIONS, said) == []
    for action in found:
        edit = _chosen(server, said, action)
        if not fits.said(said, "workspace.applyEdit"):
            assert edit is None
            continue
        assert fits.misfits(edit, fits.WORKSPACE_EDIT, said) == []
        assert fits.unused(edit, USED_OF_EDITS, fits.WORKSPACE_EDIT, said) == []
        asks = [one["needsConfirmation"] for one in fits.at(edit, "changeAnnotations.fairlead")]
        assert asks == ([action["title"] == "Shout"] if _previews(said) else [])
        [made] = _edits(edit)
        assert (made["range"], made["newText"]) == (place["range"], "ZEBRA")


def _previews(said: dict[str, Any]) -> bool:
    """Tell whether the client can ask the user before it makes an edit."""
    takes = ("documentChanges", "changeAnnotationSupport")
    return all(fits.said(said, f"{fits.EDIT}.{one}") for one in takes)


def _chosen(server: Client, said: dict[str, Any], action: dict[str, Any]) -> Any:
    """Return the edit that the client makes when the user chooses `action`, None without one."""
    if "edit" in action:
        return action["edit"]
    if not isinstance(action.get("command"), (str, dict)):
        assert "edit" in fits.said(said, f"{fits.ACTION}.resolveSupport.properties")
        return server.request("codeAction/resolve", action)["edit"]
    return _run(server, action if isinstance(action["command"], str) else action["command"])


def _run(server: Client, command: dict[str, Any]) -> Any:
    """Return the edit to which `command` leads, None when it leads to none."""
    before = len(server.received)
    server.request("workspace/executeCommand", {k: command[k] for k in ("command", "arguments")})
    asked = [m for m in server.received[before:] if m["method"] == "workspace/applyEdit"]
    return asked[0]["params"]["edit"] if asked else None


def _edits(edit: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the edits of the only document in a workspace edit."""
    return [*fits.at(edit, "documentChanges[].edits[]")] or list(edit["changes"][URI])


def test_progress(client: tuple[Client, dict[str, Any]]) -> None:
    server, said = client
    if fits.said(said, "window.workDoneProgress"):
        created = server.wait_for("window/workDoneProgress/create")
        begun = server.wait_for("$/progress")
        assert begun["params"]["token"] == created["params"]["token"]


@pytest.mark.needs("vscode-languageclient")
def test_what_is_on_record_of_vscode() -> None:
    node, script = npm.node(), Path(__file__).parent / "drivers" / "vscode.cjs"
    assert node is not None
    said = subprocess.check_output([node, script, where("vscode-languageclient").parent])
    assert json.loads(said) == recorded("vscode")
