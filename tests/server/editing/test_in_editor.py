"""`fairlead.edit` in an editor: shown first, undone at once, and gone when one types on."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import attrs
import pytest
from lsprotocol import types

from fairlead_server.lsp.edit_arguments import converter
from tests.server.lsp.editor import Editor, span
from tests.server.lsp.scripted import LIMIT
from tests.server.lsp.test_code_action import (
    CONTENT_MODIFIED,
    INVALID_PARAMS,
    OPTIONS,
    PREVIEWING,
    REQUEST_FAILED,
    RESOLVING,
    SERVER,
    actions,
    asked,
    capabilities,
    failure,
)

COMMAND, ASK = "fairlead.edit", "fairlead.editWithInstruction"
CODE = "def f(a):\r\n    b = a * 2  # 😀\r\n    return b\r\n"
RANGE = {"start": {"line": 0, "character": 0}, "end": {"line": 2, "character": 12}}
PRODUCT = {"start": {"line": 1, "character": 8}, "end": {"line": 1, "character": 13}}


def client(
    edits: types.WorkspaceEditClientCapabilities | None = PREVIEWING, *, asks: bool = True
) -> types.ClientCapabilities:
    can = capabilities(RESOLVING, edits)
    can.experimental = {"commands": {"commands": [ASK, "other.command"]}} if asks else None
    return can


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("project")


@pytest.fixture(scope="module")
def editor(project: Path) -> Iterator[Editor]:
    with Editor(SERVER, root=project, options=OPTIONS, capabilities=client()) as found:
        yield found


def opened(editor: Editor, name: str, text: str = CODE) -> str:
    path = editor._root / name
    path.write_bytes(text.encode())
    editor.open(path.as_uri(), text)
    return path.as_uri()


def done(text: str, edits: Sequence[Any]) -> str:
    """Return `text`, whose characters are all one unit, with the edits made."""
    lines = text.splitlines(keepends=True)
    starts = [sum(map(len, lines[:n])) for n in range(len(lines) + 1)]
    for edit in reversed(list(edits)):
        start, end = (
            starts[place.line] + place.character for place in (edit.range.start, edit.range.end)
        )
        text = text[:start] + edit.new_text + text[end:]
    return text


def test_an_edit_is_one_that_the_user_confirms(editor: Editor) -> None:
    uri = opened(editor, "one.py")
    result = editor.command(COMMAND, {"uri": uri, "range": RANGE, "instruction": "rename b to c"})
    assert result == {
        "kind": "refactoring",
        "by": "jedi+rope",
        "title": "Rename `b` to `c`",
        "candidate": 1,
        "candidates": 1,
        "files": 1,
        "checked": True,
        "remarks": [],
        "applied": True,
    }
    applied = editor.edits.pop()
    assert applied.label == "Rename `b` to `c` (jedi+rope)"
    (annotation,) = (applied.edit.change_annotations or {}).values()
    assert annotation.needs_confirmation
    assert annotation.description == "jedi+rope: a refactoring, checked by fairlead"
    (change,) = applied.edit.document_changes or ()
    assert isinstance(change, types.TextDocumentEdit)
    assert (change.text_document.uri, change.text_document.version) == (uri, 1)
    assert [(e.range, getattr(e, "new_text", "")) for e in change.edits] == [
        (span(1, 4, 5), "c"),
        (span(2, 11, 12), "c"),
    ]
    assert editor.edits == []


def test_values_in_order_will_do(editor: Editor) -> None:
    uri = opened(editor, "order.py")
    result = editor.command(COMMAND, uri, RANGE, "rename b to c", 1, False, 1)
    assert result["applied"] is False and editor.edits == []
    assert result["edit"]["documentChanges"][0]["textDocument"] == {"uri": uri, "version": 1}


def test_the_next_candidate(editor: Editor) -> None:
    uri = opened(editor, "several.py")
    where = {"start": {"line": 1, "character": 0}, "end": {"line": 2, "character": 12}}
    wanted = {"uri": uri, "range": where, "instruction": "extract function g"}
    first = editor.command(COMMAND, wanted)
    assert (first["by"], first["candidate"], first["candidates"]) == ("rope", 1, 2)
    second = editor.command(COMMAND, {**wanted, "candidate": 2})
    assert (second["by"], second["candidate"], second["candidates"]) == ("jedi", 2, 2)
    made = [one.edit.document_changes for one in editor.edits]
    editor.edits.clear()
    assert made[0] != made[1]
    params = types.ExecuteCommandParams(COMMAND, [{**wanted, "candidate": 3}])
    message = "there is no candidate 3: the 2 candidates are all"
    assert failure(editor, types.WORKSPACE_EXECUTE_COMMAND, params) == (REQUEST_FAILED, message)


def test_undone_and_asked_again(editor: Editor) -> None:
    uri = opened(editor, "again.py")
    wanted = {
        "uri": uri,
        "range": PRODUCT,
        "instruction": "extract variable p",
        "apply": False,
        "version": 1,
    }
    first = editor.command(COMMAND, wanted)
    editor.change(uri, 2, (span(0, 0, 0), "x"))
    editor.change(uri, 3, (span(0, 0, 1), ""))
    again = editor.command(COMMAND, wanted)
    first["edit"]["documentChanges"][0]["textDocument"]["version"] = 3
    assert again == first
    params = types.ExecuteCommandParams(COMMAND, [{**wanted, "instruction": "inline b"}])
    assert failure(editor, types.WORKSPACE_EXECUTE_COMMAND, params)[0] == CONTENT_MODIFIED


# (what the client can do, in which of the forms the edit comes)
FORMS: list[tuple[types.WorkspaceEditClientCapabilities | None, str]] = [
    (None, "changes"),
    (types.WorkspaceEditClientCapabilities(document_changes=True), "documentChanges"),
]


@pytest.mark.parametrize(("can", "form"), FORMS)
def test_plain_edits_for_other_clients(
    project: Path, can: types.WorkspaceEditClientCapabilities | None, form: str
) -> None:
    other = project / "user.py"
    other.write_text("from plain import f\nf(1)\n")
    try:
        with Editor(SERVER, root=project, options=OPTIONS, capabilities=client(can)) as editor:
            uri = opened(editor, "plain.py")
            result = editor.command(COMMAND, uri, RANGE, "rename f to g")
            assert (result["files"], result["applied"]) == (2, True)
            edit = editor.edits.pop().edit
    finally:
        other.unlink()
    assert edit.change_annotations is None
    if form == "changes":
        assert edit.document_changes is None and edit.changes is not None
        found: dict[str, Any] = {place: edit.changes[place] for place in edit.changes}
    else:
        changes = [one for one in edit.document_changes or ()]
        assert [one.text_document.version for one in changes] == [1, None]  # type: ignore[union-attr]
        found = {one.text_document.uri: one.edits for one in changes}  # type: ignore[union-attr]
    assert list(found) == [uri, other.as_uri()]
    assert done("from plain import f\nf(1)\n", list(found[other.as_uri()])) == (
        "from plain import g\ng(1)\n"
    )


def test_another_open_document_is_edited_in_its_version(editor: Editor) -> None:
    uri = opened(editor, "defines.py", "def go():\n    pass\n")
    user = opened(editor, "uses.py", "from defines import go\n")
    result = editor.command(COMMAND, uri, RANGE, "rename go to run")
    assert (result["files"], result["applied"]) == (2, True)
    changes = editor.edits.pop().edit.document_changes or ()
    assert [one.text_document.version for one in changes] == [1, 1]  # type: ignore[union-attr]
    editor.change(user, 2, (span(0, 0, 0), "import os\n"))
    params = types.ExecuteCommandParams(COMMAND, [uri, RANGE, "rename go to walk"])
    code, message = failure(editor, types.WORKSPACE_EXECUTE_COMMAND, params)
    assert code == REQUEST_FAILED
    assert "uses.py has changes that are not saved; save it first" in message


def test_another_file_that_changes_on_disk(editor: Editor) -> None:
    uri = opened(editor, "told.py", "def tell():\n    pass\n")
    other = editor._root / "teller.py"
    other.write_text("from told import tell\n")
    wanted = {"uri": uri, "range": RANGE, "instruction": "rename tell to say", "apply": False}
    assert editor.command(COMMAND, wanted)["files"] == 2
    other.write_text("import os\nfrom told import tell\n")
    params = types.ExecuteCommandParams(COMMAND, [wanted])
    assert failure(editor, types.WORKSPACE_EXECUTE_COMMAND, params)[0] == CONTENT_MODIFIED
    again = editor.command(COMMAND, wanted)["edit"]["documentChanges"][1]["edits"]
    other.unlink()
    assert [edit["range"]["start"]["line"] for edit in again] == [1]


def test_typing_on_cancels(editor: Editor) -> None:
    uri = opened(editor, "typing.py")
    params = types.ExecuteCommandParams(COMMAND, [uri, RANGE, "rename b to c"])
    running = editor.begin(types.WORKSPACE_EXECUTE_COMMAND, params)
    editor.change(uri, 2, (span(0, 0, 0), "x = 1\r\n"))
    error: Any = running.exception(LIMIT)
    assert error.code == CONTENT_MODIFIED
    assert error.message == "the document has changed meanwhile; ask again"
    assert editor.edits == []


def test_the_newest_wins(editor: Editor) -> None:
    uri = opened(editor, "newest.py")
    first, second = (
        editor.begin(
            types.WORKSPACE_EXECUTE_COMMAND,
            types.ExecuteCommandParams(COMMAND, [uri, RANGE, f"rename b to {new}"]),
        )
        for new in ("c", "d")
    )
    error: Any = first.exception(LIMIT)
    assert (error.code, error.message) == (-32800, "the edit was cancelled")
    assert second.result(LIMIT)["title"] == "Rename `b` to `d`"
    editor.edits.clear()


def test_a_refusal_is_shown(editor: Editor) -> None:
    uri = opened(editor, "refused.py")
    editor.refusal = "it is read-only"
    result = editor.command(COMMAND, uri, RANGE, "rename b to c")
    editor.refusal = None
    assert result["applied"] is False
    editor.wait_for(lambda: "Rename `b` to `c` (jedi+rope): it is read-only" in editor.shown)


def test_who_says_no_is_not_warned(editor: Editor) -> None:
    uri, shown = opened(editor, "declined.py"), len(editor.shown)
    editor.refusal = ""
    result = editor.command(COMMAND, uri, RANGE, "rename b to c")
    editor.refusal = None
    assert result["applied"] is False
    assert len(editor.shown) == shown


URI = "$"
# (arguments, code, a part of the message); the URI of an open document is in the place of $
WRONG: list[tuple[list[Any], int, str]] = [
    ([], INVALID_PARAMS, "argument 1 is missing"),
    ([7], INVALID_PARAMS, "uri must be the URI of a document"),
    ([{}], INVALID_PARAMS, "uri must be the URI of a document, not None"),
    ([URI], INVALID_PARAMS, "instruction must be what is to be done, in words"),
    ([URI, RANGE], INVALID_PARAMS, "instruction must be"),
    ([URI, RANGE, "  "], INVALID_PARAMS, "instruction must not be blank"),
    ([URI, RANGE, 7], INVALID_PARAMS, "instruction must be"),
    ([URI, RANGE, "a" * 4_001], REQUEST_FAILED, "the instruction has 4,001 characters"),
    ([URI, RANGE, "inline\u0007"], REQUEST_FAILED, "a control character (U+0007)"),
    ([URI, 7, "inline"], INVALID_PARAMS, "range must be a range, not 7"),
    ([URI, {}, "inline"], INVALID_PARAMS, "range must be a range"),
    ([URI, RANGE, "inline", "1"], INVALID_PARAMS, "candidate must be a number"),
    ([URI, RANGE, "inline", True], INVALID_PARAMS, "candidate must be a number"),
    ([URI, RANGE, "inline", 0], INVALID_PARAMS, "candidate is a number from 1"),
    ([URI, RANGE, "inline", 1, "yes"], INVALID_PARAMS, "apply must be true or false"),
    ([URI, RANGE, "inline", 1, True, None, True], INVALID_PARAMS, "takes `apply: false`"),
    ([URI, RANGE, "inline", 1, True, 7], CONTENT_MODIFIED, "has changed"),
    ([{"uri": URI, "file": 1}], INVALID_PARAMS, "'file' is no argument of fairlead.edit"),
    (["file:///p/x", RANGE, "inline"], REQUEST_FAILED, "is not open"),
    ([URI, RANGE, "rename q to c"], REQUEST_FAILED, "there is no `q` in the file"),
    ([URI, RANGE, "rename b to a"], REQUEST_FAILED, "`a` already means something else"),
]


@pytest.mark.parametrize(("arguments", "code", "message"), WRONG)
def test_what_cannot_be_done(editor: Editor, arguments: list[Any], code: int, message: str) -> None:
    uri = (editor._root / "wrong.py").as_uri()
    editor.open(uri, CODE)
    given = json.loads(json.dumps(arguments).replace('"$"', json.dumps(uri)))
    params = types.ExecuteCommandParams(COMMAND, given)
    found = failure(editor, types.WORKSPACE_EXECUTE_COMMAND, params)
    editor.close(uri)
    assert found[0] == code
    assert message in found[1]
    assert editor.edits == []


def test_a_range_outside_of_the_document(editor: Editor) -> None:
    uri = opened(editor, "outside.py")
    where = {"start": {"line": 7, "character": 0}, "end": {"line": 8, "character": 0}}
    params = types.ExecuteCommandParams(COMMAND, [uri, where, "inline"])
    found = failure(editor, types.WORKSPACE_EXECUTE_COMMAND, params)
    assert found == (INVALID_PARAMS, "the range is not in the document")


def test_the_action_is_a_command_of_the_editor(editor: Editor) -> None:
    uri = opened(editor, "action.py")
    found = actions(editor, asked(uri, span(1, 8, 13)))
    (action,) = [one for one in found if one.title == "Edit with fairlead…"]
    assert (action.kind, action.edit, action.data) == ("refactor.rewrite", None, None)
    assert action.command.command == ASK
    assert list(action.command.arguments) == [{"uri": uri, "range": PRODUCT, "version": 1}]
    command = types.CodeActionParams(
        types.TextDocumentIdentifier(uri),
        span(1, 8, 8),
        types.CodeActionContext([], trigger_kind=types.CodeActionTriggerKind.Automatic),
    )
    assert [one for one in actions(editor, command) if one.title == "Edit with fairlead…"] == []


def test_editors_that_cannot_ask_get_no_action(project: Path) -> None:
    with Editor(SERVER, root=project, capabilities=client(asks=False)) as editor:
        uri = opened(editor, "none.py")
        found = actions(editor, asked(uri, span(1, 8, 13)))
        assert [one for one in found if one.title == "Edit with fairlead…"] == []


def test_old_editors_get_the_bare_command(project: Path) -> None:
    can = attrs.evolve(client(), text_document=types.TextDocumentClientCapabilities())
    with Editor(SERVER, root=project, capabilities=can) as editor:
        uri = opened(editor, "old.py")
        found = actions(editor, asked(uri, span(1, 8, 13)))
        (command,) = [one for one in found if one.title == "Edit with fairlead…"]
        assert isinstance(command, types.Command) and command.command == ASK


def test_an_explanation_is_shown(editor: Editor) -> None:
    uri = opened(editor, "explained.py", "def f(a):\n    return b\n")
    where = {"start": {"line": 1, "character": 0}, "end": {"line": 1, "character": 0}}
    result = editor.command(COMMAND, uri, where, "what is wrong here?")
    assert (result["kind"], result["applied"], result["candidates"]) == ("explanation", False, 0)
    assert result["title"].startswith("line 2: Name `b`")
    editor.wait_for(lambda: result["title"] in editor.shown)
    assert editor.edits == []


def test_a_sequence_of_edits(editor: Editor) -> None:
    text = "def f(a=1):\n    print(a)\n\n\ndef g(b=''):\n    print(b)\n"
    uri = opened(editor, "sequence.py", text)
    where = {"start": {"line": 0, "character": 0}, "end": {"line": 5, "character": 0}}
    wanted = {"uri": uri, "range": where, "instruction": "add type hints"}
    result = editor.command(COMMAND, {**wanted, "apply": False, "sequence": True})
    assert result["applied"] is False and editor.edits == []
    changes = [step["documentChanges"][0] for step in result["steps"]]
    assert [change["textDocument"]["version"] for change in changes] == [1, None]
    for change in changes:
        found = [converter().structure(edit, types.TextEdit) for edit in change["edits"]]
        text = done(text, found)
    assert text == (
        "def f(a: int = 1) -> None:\n    print(a)\n\n\ndef g(b: str = '') -> None:\n    print(b)\n"
    )
