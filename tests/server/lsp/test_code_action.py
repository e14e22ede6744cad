from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import attrs
import pytest
from lsprotocol import types
from pygls.exceptions import JsonRpcException

from tests.server.lsp.editor import ECHO, ROOT, Editor, span
from tests.server.lsp.scripted import LIMIT

SERVER = (ECHO[0], "-m", "tests.server.lsp.action_server")
OPTIONS = {"patience": LIMIT}
QUICK, REWRITE = types.CodeActionKind.QuickFix, types.CodeActionKind.RefactorRewrite
CONTENT_MODIFIED, REQUEST_FAILED, INVALID_PARAMS, INTERNAL = -32801, -32803, -32602, -32603

RESOLVING = types.CodeActionClientCapabilities(
    code_action_literal_support=types.ClientCodeActionLiteralOptions(
        types.ClientCodeActionKindOptions([QUICK, REWRITE])
    ),
    is_preferred_support=True,
    honors_change_annotations=True,
    data_support=True,
    resolve_support=types.ClientCodeActionResolveOptions(["edit"]),
    tag_support=types.CodeActionTagOptions([types.CodeActionTag.LlmGenerated]),
)
LITERAL = types.CodeActionClientCapabilities(
    code_action_literal_support=RESOLVING.code_action_literal_support
)
PREVIEWING = types.WorkspaceEditClientCapabilities(
    document_changes=True, change_annotation_support=types.ChangeAnnotationsSupportOptions()
)


def capabilities(
    actions: types.CodeActionClientCapabilities | None,
    edits: types.WorkspaceEditClientCapabilities | None,
    *,
    applies: bool = True,
) -> types.ClientCapabilities:
    return types.ClientCapabilities(
        types.WorkspaceClientCapabilities(apply_edit=applies, workspace_edit=edits),
        types.TextDocumentClientCapabilities(code_action=actions),
    )


@pytest.fixture(scope="module")
def able() -> Iterator[Editor]:
    with Editor(SERVER, options=OPTIONS, capabilities=capabilities(RESOLVING, PREVIEWING)) as e:
        yield e


@pytest.fixture(scope="module")
def literal() -> Iterator[Editor]:
    with Editor(SERVER, options=OPTIONS, capabilities=capabilities(LITERAL, None)) as e:
        yield e


def diagnostic(range: types.Range, message: str = "wrong") -> types.Diagnostic:
    return types.Diagnostic(range, message)


def asked(
    uri: str,
    range: types.Range,
    diagnostics: tuple[types.Diagnostic, ...] = (),
    only: list[types.CodeActionKind] | None = None,
) -> types.CodeActionParams:
    context = types.CodeActionContext(list(diagnostics), only)
    return types.CodeActionParams(types.TextDocumentIdentifier(uri), range, context)


def actions(editor: Editor, params: types.CodeActionParams) -> list[Any]:
    return list(editor.request(types.TEXT_DOCUMENT_CODE_ACTION, params) or [])


def run(editor: Editor, command: str, *arguments: Any) -> Any:
    params = types.ExecuteCommandParams(command, list(arguments))
    return editor.request(types.WORKSPACE_EXECUTE_COMMAND, params)


def failure(editor: Editor, method: str, params: object) -> tuple[int, str]:
    """Return the code and message that a request fails with."""
    error = editor.begin(method, params).exception(LIMIT)
    assert isinstance(error, JsonRpcException)
    return error.code, error.message


def test_what_is_advertised(able: Editor) -> None:
    server = able.initialized.capabilities
    assert isinstance(server.code_action_provider, types.CodeActionOptions)
    assert server.code_action_provider.resolve_provider
    assert list(server.code_action_provider.code_action_kinds or ()) == [QUICK, REWRITE]
    assert server.execute_command_provider is not None
    commands = set(server.execute_command_provider.commands)
    assert {"fairlead.applyAction", "fairlead.addImport"} <= commands


def test_an_able_editor_resolves_what_was_chosen(able: Editor) -> None:
    able.open("file:///p/able.py", "say hello")
    wrong = diagnostic(span(0, 4, 9))
    shout, whisper = actions(able, asked("file:///p/able.py", span(0, 4, 9), (wrong,)))
    assert (shout.title, shout.kind, shout.is_preferred) == ("Shout", QUICK, True)
    assert list(shout.diagnostics) == [wrong]
    assert list(shout.tags) == [types.CodeActionTag.LlmGenerated]
    assert (shout.edit, shout.command) == (None, None)
    assert (whisper.kind, whisper.tags, whisper.diagnostics) == (REWRITE, None, None)
    edit = able.request(types.CODE_ACTION_RESOLVE, shout).edit
    assert edit.change_annotations["fairlead"].needs_confirmation
    (change,) = edit.document_changes
    assert change.text_document.version == 1
    assert [(e.range, e.new_text) for e in change.edits] == [(span(0, 4, 9), "HELLO")]


def test_other_editors_get_a_command(literal: Editor) -> None:
    uri = "file:///p/literal.py"
    literal.open(uri, "say hello")
    shout, _ = actions(literal, asked(uri, span(0, 4, 9)))
    assert (shout.edit, shout.data, shout.tags, shout.is_preferred) == (None, None, None, None)
    assert literal.request(types.CODE_ACTION_RESOLVE, shout) == shout
    assert run(literal, shout.command.command, *shout.command.arguments) is True
    applied = literal.edits.pop()
    assert applied.label == "Shout"
    assert applied.edit.changes == {uri: (types.TextEdit(span(0, 4, 9), "HELLO"),)}


def test_editors_that_would_not_ask_get_a_command_for_what_is_to_be_confirmed() -> None:
    hasty = attrs.evolve(RESOLVING, honors_change_annotations=None)
    with Editor(SERVER, capabilities=capabilities(hasty, PREVIEWING)) as editor:
        editor.open("file:///p/hasty.py", "say hello")
        shout, whisper = actions(editor, asked("file:///p/hasty.py", span(0, 4, 9)))
        assert shout.command is not None and shout.data is None
        assert whisper.command is None and whisper.data is not None


def test_old_editors_get_nothing_but_commands() -> None:
    with Editor(SERVER, capabilities=capabilities(None, None, applies=False)) as editor:
        editor.open("file:///p/old.py", "say hello")
        shout, _ = actions(editor, asked("file:///p/old.py", span(0, 4, 9)))
        assert isinstance(shout, types.Command)
        assert run(editor, shout.command, *(shout.arguments or ())) is False
        assert editor.shown == ["Shout: the editor takes no edits from a language server"]


# (kinds that are asked for, titles)
KINDS = [
    (None, ["Shout", "Whisper"]),
    ([QUICK], ["Shout"]),
    ([types.CodeActionKind.Refactor], ["Whisper"]),
    ([REWRITE], ["Whisper"]),
    ([types.CodeActionKind.Source], []),
    ([types.CodeActionKind.RefactorExtract], []),
]


@pytest.mark.parametrize(("only", "titles"), KINDS)
def test_kinds(able: Editor, only: list[types.CodeActionKind] | None, titles: list[str]) -> None:
    uri = f"file:///p/kinds-{len(titles)}-{only and only[0].value}.py"
    able.open(uri, "say hello")
    found = actions(able, asked(uri, span(0, 4, 9), only=only))
    assert [action.title for action in found] == titles


def test_a_source_that_fails_harms_no_other(able: Editor) -> None:
    uri = (ROOT / "fail.py").as_uri()
    able.open(uri, "fail(Path)\n")
    found = actions(able, asked(uri, span(0, 5, 9)))
    assert "Add `from pathlib import Path`" in [action.title for action in found]
    able.wait_for(lambda: any("failed as told" in text for text in able.logs))


def test_places_that_are_in_no_document(able: Editor) -> None:
    able.open("file:///p/small.py", "x")
    assert actions(able, asked("file:///p/small.py", span(7, 0, 0))) == []
    assert actions(able, asked("file:///p/not-open.py", span(0, 0, 0))) == []


# (text, what is changed after the offer, the error when the action is resolved)
FAILURES = [
    ("never hello", False, (REQUEST_FAILED, "nothing can be shouted here")),
    ("say hello", True, (CONTENT_MODIFIED, "the document has changed meanwhile; ask again")),
]


@pytest.mark.parametrize(("text", "changes", "expected"), FAILURES)
def test_actions_that_cannot_be_done(
    able: Editor, text: str, changes: bool, expected: tuple[int, str]
) -> None:
    uri = f"file:///p/{text.split()[0]}.py"
    able.open(uri, text)
    shout = actions(able, asked(uri, span(0, 6, 11)))[0]
    if changes:
        able.change(uri, 2, (span(0, 0, 0), " "))
    assert failure(able, types.CODE_ACTION_RESOLVE, shout) == expected
    command = types.ExecuteCommandParams("fairlead.applyAction", [shout.data])
    assert failure(able, types.WORKSPACE_EXECUTE_COMMAND, command) == expected


def test_a_defect_is_an_error_of_one_request(able: Editor) -> None:
    able.open("file:///p/broken.py", "broken")
    shout = actions(able, asked("file:///p/broken.py", span(0, 0, 6)))[0]
    assert failure(able, types.CODE_ACTION_RESOLVE, shout)[0] == INTERNAL


def test_a_refusal_is_shown(literal: Editor) -> None:
    uri = "file:///p/refused.py"
    literal.open(uri, "say hello")
    shout = actions(literal, asked(uri, span(0, 4, 9)))[0]
    literal.refusal = "it is read-only"
    assert run(literal, shout.command.command, *shout.command.arguments) is False
    literal.refusal = None
    literal.wait_for(lambda: "Shout: it is read-only" in literal.shown)


URI, C = "file:///p/commands.py", "file:///p/commands.c"
TICKET = {"source": "shout", "uri": URI, "version": 1, "title": "t", "confirm": False, "data": {}}

# (command, arguments, code, a part of the message)
WRONG: list[tuple[str, list[Any], int, str]] = [
    ("fairlead.noSuch", [], INVALID_PARAMS, "fairlead.noSuch"),
    ("fairlead.applyAction", [], INVALID_PARAMS, "argument 1 is missing"),
    ("fairlead.applyAction", [7], INVALID_PARAMS, "7 is no action"),
    ("fairlead.applyAction", [{}], INVALID_PARAMS, "source is missing"),
    ("fairlead.applyAction", [{**TICKET, "version": "1"}], INVALID_PARAMS, "version is missing"),
    ("fairlead.applyAction", [{**TICKET, "source": "x"}], INVALID_PARAMS, "no actions called 'x'"),
    ("fairlead.applyAction", [{**TICKET, "uri": "file:///p/x"}], REQUEST_FAILED, "is not open"),
    ("fairlead.applyAction", [{**TICKET, "version": 7}], CONTENT_MODIFIED, "has changed"),
    ("fairlead.applyAction", [TICKET], INVALID_PARAMS, "no word to shout"),
    ("fairlead.addImport", [], INVALID_PARAMS, "argument 1 is missing: the URI of a document"),
    ("fairlead.addImport", [URI], INVALID_PARAMS, "argument 2 is missing"),
    ("fairlead.addImport", [7, []], INVALID_PARAMS, "must be the URI of a document, not 7"),
    ("fairlead.addImport", [URI, "import os"], INVALID_PARAMS, "must be a list"),
    ("fairlead.addImport", [URI, [7]], INVALID_PARAMS, "7 is no import statement of python"),
    ("fairlead.addImport", [URI, ["x = 1"]], INVALID_PARAMS, "'x = 1' is no import statement"),
    ("fairlead.addImport", ["file:///p/x", []], REQUEST_FAILED, "file:///p/x is not open"),
    ("fairlead.addImport", [C, []], REQUEST_FAILED, "imports are not added to c"),
]


@pytest.fixture(scope="module")
def document(able: Editor) -> str:
    able.open(URI, "say hello")
    able.open(C, "int x;", "c")
    return URI


@pytest.mark.parametrize(("command", "arguments", "code", "message"), WRONG)
def test_wrong_commands_get_an_error(
    able: Editor, document: str, command: str, arguments: list[Any], code: int, message: str
) -> None:
    params = types.ExecuteCommandParams(command, arguments)
    found = failure(able, types.WORKSPACE_EXECUTE_COMMAND, params)
    assert found[0] == code
    assert message in found[1]
