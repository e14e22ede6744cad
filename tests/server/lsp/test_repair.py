"""Repairs in the editor: offered for what analysis sees as well, re-checked, shown before made."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from lsprotocol import types

from tests.server.lsp.editor import FAIRLEAD, Editor, span
from tests.server.lsp.scripted import LIMIT
from tests.server.lsp.test_code_action import (
    CONTENT_MODIFIED,
    INVALID_PARAMS,
    LITERAL,
    OPTIONS,
    PREVIEWING,
    QUICK,
    REQUEST_FAILED,
    RESOLVING,
    actions,
    asked,
    capabilities,
    diagnostic,
    failure,
    run,
)

SERVER = (sys.executable, "-m", "tests.server.lsp.repair_server")
CANCELLED = -32800

SHOP = """\
class Line:
    name = "tea"
    count = 2


def label(line: Line) -> str:
    return line.title
"""
TITLE = span(6, 16, 21)
LABEL = (6, 4)


def shown_by(message: str) -> tuple[types.Diagnostic, ...]:
    return (diagnostic(TITLE, message),)


def able_client() -> types.ClientCapabilities:
    can = capabilities(RESOLVING, PREVIEWING)
    can.window = types.WindowClientCapabilities(work_done_progress=True)
    return can


@pytest.fixture(scope="module")
def editor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Editor]:
    root = tmp_path_factory.mktemp("project")
    with Editor(SERVER, root=root, options=OPTIONS, capabilities=able_client()) as editor:
        yield editor


def opened(editor: Editor, name: str, write: str, text: str = SHOP) -> str:
    """Open a document of which the model writes `write`."""
    uri = (editor._root / f"{name}.py").as_uri()
    editor.open(uri, f"{text}# write: {write}\n")
    return uri


def fixes(editor: Editor, uri: str, message: str = "E1101: no-member") -> list[Any]:
    found = actions(editor, asked(uri, TITLE, shown_by(message)))
    return [action for action in found if action.title.startswith("Fix: ")]


def edited(edit: types.WorkspaceEdit) -> list[tuple[int, int, int, str]]:
    """Return the edits, by line, columns and text."""
    (change,) = edit.document_changes or ()
    assert isinstance(change, types.TextDocumentEdit)
    return [
        (e.range.start.line, e.range.start.character, e.range.end.character, e.new_text)
        for e in change.edits
        if isinstance(e, types.AnnotatedTextEdit)
    ]


def test_a_fix_is_offered_and_made_once_it_is_chosen(editor: Editor) -> None:
    uri = opened(editor, "chosen", "return line.titel | return line.count | return line.name")
    (fix,) = fixes(editor, uri)
    assert fix.title == "Fix: Object of type `Line` has no attribute `title`"
    assert (fix.kind, fix.edit, fix.command) == (QUICK, None, None)
    assert list(fix.tags) == [types.CodeActionTag.LlmGenerated]
    assert list(fix.diagnostics) == list(shown_by("E1101: no-member"))
    edit = editor.request(types.CODE_ACTION_RESOLVE, fix).edit
    # Of those that the model writes, one is as wrong, and one returns a number.
    assert edited(edit) == [(6, 16, 21, "name")]
    assert edit.change_annotations["fairlead"].needs_confirmation
    assert {"begin", "report", "end"} <= set(editor.progress)


def test_an_editor_without_diagnostics_gets_offers_too_if_the_user_asks(editor: Editor) -> None:
    uri = opened(editor, "asked", "return line.name")
    params = asked(uri, span(6, 0, 21))
    assert [a.title[:11] for a in actions(editor, params)] == ["Fix: Object"]
    params.context.trigger_kind = types.CodeActionTriggerKind.Automatic
    assert actions(editor, params) == []


def test_what_analysis_does_not_see_is_not_offered(editor: Editor) -> None:
    uri = opened(editor, "unseen", "return 1", SHOP.replace("title", "count or name"[:5]))
    params = asked(uri, span(0, 0, 10), (diagnostic(span(0, 0, 10), "missing docstring"),))
    assert actions(editor, params) == []


@pytest.mark.parametrize(
    "write",
    [
        "return line.titel",
        "return line.count",
        "return line.title  # type: ignore",
        "return (line.name",
        "return line.title",
    ],
)
def test_what_does_not_pass_the_checks_is_not_done(editor: Editor, write: str) -> None:
    uri = opened(editor, f"wrong{abs(hash(write))}", write)
    (fix,) = fixes(editor, uri)
    code, message = failure(editor, types.CODE_ACTION_RESOLVE, fix)
    assert code == REQUEST_FAILED and message.startswith("no repair was found: ")


def test_a_document_that_changes_meanwhile_ends_the_search(editor: Editor) -> None:
    uri = opened(editor, "changed", "wait")
    (fix,) = fixes(editor, uri)
    answer = editor.begin(types.CODE_ACTION_RESOLVE, fix)
    stopped = editor.logs.count("stopped")
    editor.wait_for(lambda: editor.progress.count("begin") > editor.progress.count("end"))
    editor.change(uri, 2, (span(0, 0, 0), " "))
    assert getattr(answer.exception(LIMIT), "code", None) == CONTENT_MODIFIED
    editor.wait_for(lambda: sum("stopped" in log for log in editor.logs) > stopped)


def test_a_request_that_is_cancelled_ends_the_search(editor: Editor) -> None:
    uri = opened(editor, "cancelled", "wait")
    (fix,) = fixes(editor, uri)
    stopped = sum("stopped" in log for log in editor.logs)
    answer = editor.begin(types.CODE_ACTION_RESOLVE, fix, "the-repair")
    editor.wait_for(lambda: editor.progress.count("begin") > editor.progress.count("end"))
    # Meanwhile, others are answered.
    assert fixes(editor, opened(editor, "meanwhile", "return line.name"))
    editor.cancel("the-repair")
    assert getattr(answer.exception(LIMIT), "code", None) == CANCELLED
    editor.wait_for(lambda: sum("stopped" in log for log in editor.logs) > stopped)


def test_the_indicator_can_cancel_it(editor: Editor) -> None:
    uri = opened(editor, "indicated", "wait")
    (fix,) = fixes(editor, uri)
    tokens = len(editor.tokens)
    answer = editor.begin(types.CODE_ACTION_RESOLVE, fix)
    editor.wait_for(lambda: len(editor.tokens) > tokens)
    cancel = types.WorkDoneProgressCancelParams(editor.tokens[-1])
    editor.notify(types.WINDOW_WORK_DONE_PROGRESS_CANCEL, cancel)
    assert getattr(answer.exception(LIMIT), "code", None) == CANCELLED


RANGE = {"start": {"line": 6, "character": 0}, "end": {"line": 6, "character": 21}}
FAULT = {"range": RANGE, "message": "no such attribute", "source": "another server"}


@pytest.mark.parametrize("about", [RANGE, FAULT])
def test_the_command(editor: Editor, about: dict[str, Any]) -> None:
    uri = opened(editor, f"command{len(about)}{'range' in about}", "return line.name")
    assert run(editor, "fairlead.repair", uri, about) is True
    applied = editor.edits.pop()
    assert edited(applied.edit) == [(6, 16, 21, "name")]
    assert applied.edit.change_annotations is not None
    assert applied.edit.change_annotations["fairlead"].needs_confirmation


EMPTY = {"start": {"line": 0, "character": 0}, "end": {"line": 0, "character": 3}}
OUTSIDE = {"start": {"line": 99, "character": 0}, "end": {"line": 99, "character": 0}}

# (arguments after the URI, code, a part of the message)
WRONG: list[tuple[list[Any], int, str]] = [
    ([], INVALID_PARAMS, "argument 2 is missing: a range or a diagnostic"),
    ([7], INVALID_PARAMS, "argument 2 must be a range or a diagnostic, not 7"),
    ([{}], INVALID_PARAMS, "{} is no Range"),
    ([{"range": 1}], INVALID_PARAMS, "is no Diagnostic"),
    ([OUTSIDE], INVALID_PARAMS, "the range is not in the document"),
    ([EMPTY], REQUEST_FAILED, "finds nothing wrong in these lines"),
    ([{"range": EMPTY, "message": "odd"}], REQUEST_FAILED, "whether “odd” is mended"),
]


@pytest.mark.parametrize(("arguments", "code", "message"), WRONG)
def test_wrong_commands_get_an_error(
    editor: Editor, arguments: list[Any], code: int, message: str
) -> None:
    uri = opened(editor, f"errors{abs(hash(message))}", "return line.name")
    params = types.ExecuteCommandParams("fairlead.repair", [uri, *arguments])
    found = failure(editor, types.WORKSPACE_EXECUTE_COMMAND, params)
    assert found[0] == code and message in found[1]


def test_clients_that_do_not_resolve_get_a_command(tmp_path: Path) -> None:
    can = capabilities(LITERAL, None)
    with Editor(SERVER, root=tmp_path, options=OPTIONS, capabilities=can) as editor:
        uri = opened(editor, "literal", "return line.name")
        (fix,) = fixes(editor, uri)
        assert (fix.data, fix.tags) == (None, None)
        assert run(editor, fix.command.command, *fix.command.arguments) is True
        changes = editor.edits.pop().edit.changes or {}
        assert [edit.new_text for edit in changes[uri]] == ["name"]


def test_a_language_without_analysis_gets_none(editor: Editor) -> None:
    uri = (editor._root / "notes.txt").as_uri()
    editor.open(uri, "helo\n", "plaintext")
    wrong = diagnostic(span(0, 0, 4), "spelling")
    assert actions(editor, asked(uri, span(0, 0, 4), (wrong,))) == []
    params = types.ExecuteCommandParams("fairlead.repair", [uri, EMPTY])
    code, message = failure(editor, types.WORKSPACE_EXECUTE_COMMAND, params)
    assert code == REQUEST_FAILED and "cannot be analysed" in message


@pytest.mark.needs("llama")
def test_the_embedded_model_repairs_what_ty_finds(tmp_path: Path) -> None:
    can = able_client()
    options = {"patience": LIMIT}
    with Editor(FAIRLEAD, root=tmp_path, options=options, capabilities=can) as editor:
        uri = (tmp_path / "shop.py").as_uri()
        editor.open(uri, SHOP)
        (fix,) = fixes(editor, uri)
        edit = editor.request(types.CODE_ACTION_RESOLVE, fix).edit
        lines = SHOP.splitlines(keepends=True)
        for line, start, end, text in reversed(edited(edit)):
            lines[line] = lines[line][:start] + text + lines[line][end:]
        editor.change(
            uri,
            2,
            (span(0, 0, 0), ""),
            (types.Range(types.Position(0, 0), types.Position(99, 0)), "".join(lines)),
        )
        assert "title" not in lines[6]
        assert actions(editor, asked(uri, span(6, 0, 8))) == []
