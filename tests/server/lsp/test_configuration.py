from __future__ import annotations

import json
from functools import partial
from pathlib import Path
from typing import Any

from lsprotocol import types

from tests.server.lsp.editor import ECHO, Editor

URI = "file:///p/settings.py"


def _echo(editor: Editor, uri: str = URI) -> dict[str, Any]:
    echo: dict[str, Any] = json.loads(str(editor.inline(uri, 0, 1)[0].insert_text))
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


WORKSPACE = types.WorkspaceClientCapabilities(configuration=True)


def test_the_client_is_asked_when_it_only_says_that_settings_changed() -> None:
    capabilities = types.ClientCapabilities(workspace=WORKSPACE)
    with Editor(ECHO, capabilities=capabilities) as editor:
        editor.open(URI, "x")
        assert _stated(editor) == ("embedded", 64)
        editor.settings = {"model": "asked-for"}
        editor.configure(None)
        editor.wait_for(lambda: _closed(editor) == ["closed embedded"])
        assert _stated(editor) == ("asked-for", 64)


def test_the_client_is_asked_before_the_first_model_is_loaded() -> None:
    capabilities = types.ClientCapabilities(workspace=WORKSPACE)
    with Editor(ECHO, capabilities=capabilities, settings={"model": "asked-for"}) as editor:
        editor.open(URI, "x")
        assert _stated(editor) == ("asked-for", 64)
        assert _closed(editor) == []


def test_each_folder_may_have_settings_of_its_own(tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    capabilities = types.ClientCapabilities(workspace=WORKSPACE)
    with Editor(ECHO, capabilities=capabilities, folders=[first, second]) as editor:
        editor.settings = {"max_new_tokens": 5}
        editor.of_folders = {second.as_uri(): {"max_new_tokens": 6, "interpreter": "python9"}}
        editor.configure(None)
        for folder, expected in ((first, (5, None)), (second, (6, "python9"))):
            uri = (folder / "a.py").as_uri()
            editor.open(uri, "x")
            editor.wait_for(partial(_states, editor, uri, expected))


def _states(editor: Editor, uri: str, expected: tuple[int, str | None]) -> bool:
    echo = _echo(editor, uri)
    return (echo["max_new_tokens"], echo["interpreter"]) == expected


def test_the_projects_file_counts_where_the_project_is_trusted(tmp_path: Path) -> None:
    file = tmp_path / ".fairlead.toml"
    file.write_text("max_new_tokens = 5\nmodel = 'theirs'\n")
    uri = (tmp_path / "a.py").as_uri()
    with Editor(ECHO, root=tmp_path) as editor:
        editor.open(uri, "x")
        assert _echo(editor, uri)["max_new_tokens"] == 64
        ignored = f"{file} is ignored: the workspace is not trusted"
        editor.configure({"fairlead": {"patience": 1}})
        assert _echo(editor, uri)["patience"] == 1
        assert [text for text in editor.logs if ".fairlead.toml" in text] == [ignored]

        editor.configure({"fairlead": {"trusted": True}})
        echo = _echo(editor, uri)
        assert (echo["max_new_tokens"], echo["model"]) == (5, "theirs")


def test_files_that_change_are_read_again(tmp_path: Path) -> None:
    project, own = tmp_path / ".fairlead.toml", tmp_path / "config.toml"
    own.write_text(f"trusted_folders = ['{tmp_path}']\nmax_new_tokens = 5\n")
    uri = (tmp_path / "a.py").as_uri()
    files = types.DidChangeWatchedFilesClientCapabilities(
        dynamic_registration=True, relative_pattern_support=True
    )
    workspace = types.WorkspaceClientCapabilities(did_change_watched_files=files)
    capabilities = types.ClientCapabilities(workspace=workspace)
    environ = {"FAIRLEAD_CONFIG": str(own)}
    with Editor(ECHO, root=tmp_path, capabilities=capabilities, environ=environ) as editor:
        editor.open(uri, "x")
        assert _echo(editor, uri)["max_new_tokens"] == 5
        editor.wait_for(lambda: len(editor.registered) == 1)
        [registered] = editor.registered
        assert registered.method == types.WORKSPACE_DID_CHANGE_WATCHED_FILES
        assert ".fairlead.toml" in str(registered.register_options)
        assert "config.toml" in str(registered.register_options)

        project.write_text("max_new_tokens = 6\nmodel = 'theirs'\n")
        change = types.FileEvent(project.as_uri(), types.FileChangeType.Created)
        params = types.DidChangeWatchedFilesParams([change])
        editor.notify(types.WORKSPACE_DID_CHANGE_WATCHED_FILES, params)
        echo = _echo(editor, uri)
        assert (echo["max_new_tokens"], echo["model"]) == (6, "theirs")

        project.write_text("model =\n")
        editor.save(uri)
        echo = _echo(editor, uri)
        assert (echo["max_new_tokens"], echo["model"]) == (5, "embedded")
        [complaint] = [text for text in editor.logs if ".fairlead.toml" in text]
        assert "line 1" in complaint


def test_the_command_line_outranks_the_editor_and_the_editor_the_files(tmp_path: Path) -> None:
    own = tmp_path / "config.toml"
    own.write_text("model = 'user'\nbackend = 'user'\nlayout = 'psm'\n")
    command = (*ECHO, "--model", "command-line")
    environ = {"FAIRLEAD_CONFIG": str(own)}
    options = {"model": "editor", "backend": "editor"}
    with Editor(command, options=options, environ=environ) as editor:
        editor.open(URI, "x")
        echo = _echo(editor)
        assert [echo[name] for name in ("model", "backend", "layout")] == [
            "command-line",
            "editor",
            "psm",
        ]


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
