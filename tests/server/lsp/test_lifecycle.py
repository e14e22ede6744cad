from __future__ import annotations

import os
import signal

from lsprotocol import types

from tests.server.lsp.editor import ECHO, Editor, inline_params, items_of
from tests.server.lsp.scripted import LIMIT

URI = "file:///p/lifecycle.py"


def test_shutdown_while_busy_answers_everybody_and_closes_the_completer() -> None:
    with Editor(ECHO) as editor:
        editor.open(URI, "wait")
        params = inline_params(URI, 0, 4)
        answers = [editor.begin(types.TEXT_DOCUMENT_INLINE_COMPLETION, params) for _ in range(2)]
        editor.wait_for(lambda: "waiting" in editor.logs)
        editor.shut_down()
        assert all(answer.exception(LIMIT) or not items_of(answer.result()) for answer in answers)
        editor.wait_for(lambda: "closed embedded" in editor.logs)
        editor.leave()
    assert editor.stderr == ""


def test_exit_without_shutdown_is_an_error() -> None:
    editor = Editor(ECHO)
    editor.initialize()
    editor.leave()
    assert editor.finish() == 1
    assert editor.stderr == ""


def test_the_server_ends_when_the_client_goes_away() -> None:
    editor = Editor(ECHO)
    editor.initialize()
    editor.open(URI, "wait")
    editor.begin(types.TEXT_DOCUMENT_INLINE_COMPLETION, inline_params(URI, 0, 4))
    editor.wait_for(lambda: "waiting" in editor.logs)
    editor.hang_up()
    assert editor.finish() == 1
    assert editor.stderr == ""


def test_the_server_ends_when_interrupted() -> None:
    editor = Editor(ECHO)
    editor.initialize()
    os.kill(editor.pid, signal.SIGINT)
    assert editor.finish() == -signal.SIGINT


def test_shutdown_does_not_wait_for_a_model_that_is_being_loaded() -> None:
    with Editor(ECHO, options={"model": "slow"}) as editor:
        editor.open(URI, "x.")
        answer = editor.begin(types.TEXT_DOCUMENT_INLINE_COMPLETION, inline_params(URI, 0, 1))
        members = editor.members(URI, 0, 2)
        assert members is not None
        assert members.is_incomplete
        editor.shut_down()
        assert answer.exception(LIMIT) or not items_of(answer.result())
        editor.leave()


def test_a_model_that_cannot_be_used_is_told_once() -> None:
    with Editor(ECHO, options={"model": "missing"}) as editor:
        editor.open(URI, "x.")
        for _ in range(2):
            assert editor.inline(URI, 0, 1) == []
        members = editor.members(URI, 0, 2)
        assert members is not None
        assert (members.is_incomplete, list(members.items)) == (True, [])
        assert editor.shown == ["fairlead: no such model"]
        assert [text for text in editor.logs if "no such model" in text] == [
            "The model cannot be used: no such model"
        ]
        editor.configure({"fairlead": {"model": "present"}})
        assert len(editor.inline(URI, 0, 1)) == 2


def test_loading_is_shown_where_the_client_can() -> None:
    window = types.WindowClientCapabilities(work_done_progress=True)
    with Editor(ECHO, capabilities=types.ClientCapabilities(window=window)) as editor:
        editor.wait_for(lambda: editor.progress == ["begin", "end"])
        editor.configure({"fairlead": {"model": "second"}})
        editor.wait_for(lambda: editor.progress == ["begin", "end"] * 2)


def test_a_document_is_analysed_ahead_when_it_is_opened_and_when_the_completer_changes() -> None:
    window = types.WindowClientCapabilities(work_done_progress=True)
    with Editor(ECHO, capabilities=types.ClientCapabilities(window=window)) as editor:
        # What was opened before the completer is there is analysed when it comes, too.
        editor.wait_for(lambda: editor.progress == ["begin", "end"])
        editor.open(URI, "x")
        editor.wait_for(lambda: editor.logs.count("warmed lifecycle.py") == 1)
        editor.configure({"fairlead": {"model": "second"}})
        editor.wait_for(lambda: editor.logs.count("warmed lifecycle.py") == 2)


def test_what_is_printed_goes_to_standard_error() -> None:
    with Editor(ECHO) as editor:
        editor.open(URI, "print")
        assert len(editor.inline(URI, 0, 5, invoked=False)) == 1
    assert sorted(editor.stderr.splitlines()) == ["from C", "from Python"]
