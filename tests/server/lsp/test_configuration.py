from __future__ import annotations

import json
from typing import Any

from lsprotocol import types

from tests.server.lsp.editor import ECHO, Editor

URI = "file:///p/settings.py"


def _echo(editor: Editor) -> dict[str, Any]:
    echo: dict[str, Any] = json.loads(str(editor.inline(URI, 0, 1)[0].insert_text))
    return echo


def _stated(editor: Editor) -> tuple[str, int]:
    echo = _echo(editor)
    return echo["model"], echo["max_new_tokens"]


def _closed(editor: Editor) -> list[str]:
    return [text for text in editor.logs if text.startswith("closed")]


def test_settings_take_effect_without_a_restart() -> None:
    with Editor(ECHO, options={"model": "first", "max_new_tokens": 7}) as editor:
        editor.open(URI, "x")
        assert _stated(editor) == ("first", 7)

        # What a request states needs no other completer.
        editor.configure({"fairlead": {"max_new_tokens": 8}})
        assert _stated(editor) == ("first", 8)
        assert _closed(editor) == []

        editor.configure({"fairlead": {"model": "second"}})
        assert _stated(editor) == ("second", 7)
        assert _closed(editor) == ["closed first"]

        # Settings of somebody else.
        editor.configure({"other": {"model": "third"}})
        assert _stated(editor) == ("second", 7)

        editor.configure({"fairlead": {}})
        assert _stated(editor) == ("first", 7)


def test_the_client_is_asked_when_it_only_says_that_settings_changed() -> None:
    workspace = types.WorkspaceClientCapabilities(configuration=True)
    capabilities = types.ClientCapabilities(workspace=workspace)
    with Editor(ECHO, capabilities=capabilities) as editor:
        editor.open(URI, "x")
        editor.settings = {"model": "asked-for"}
        editor.configure(None)
        editor.wait_for(lambda: _closed(editor) == ["closed embedded"])
        assert _stated(editor) == ("asked-for", 64)


def test_settings_that_are_not_usable_are_named_and_ignored() -> None:
    options = {"model": 5, "modle": "x", "max_new_tokens": 9, "log_level": "loud"}
    with Editor(ECHO, options=options) as editor:
        editor.open(URI, "x")
        assert _stated(editor) == ("embedded", 9)
        logs = "\n".join(editor.logs)
        assert "'modle'" in logs
        assert "model must be of type str" in logs
        assert "not 'loud'" in logs


def test_the_log_level_is_the_clients_choice() -> None:
    with Editor(ECHO, options={"log_level": "error"}) as editor:
        editor.open(URI, "fail")
        assert editor.inline(URI, 0, 1) == []
        editor.wait_for(lambda: editor.logs != [])
        assert len(editor.logs) == 1
        assert "failed as told" in editor.logs[0]
