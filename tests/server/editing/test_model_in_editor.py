"""Edits that a model writes, in an editor."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any

import pytest
from lsprotocol import types

from tests.server.editing.test_in_editor import CODE, COMMAND, client, done, opened
from tests.server.lsp.editor import Editor, span
from tests.server.lsp.scripted import LIMIT
from tests.server.lsp.test_code_action import CONTENT_MODIFIED, OPTIONS, REQUEST_FAILED, failure

SERVER = (sys.executable, "-m", "tests.server.editing.edit_server")
LINE = {"start": {"line": 1, "character": 0}, "end": {"line": 1, "character": 20}}


@pytest.fixture(scope="module")
def editor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Editor]:
    root = tmp_path_factory.mktemp("project")
    with Editor(SERVER, root=root, options=OPTIONS, capabilities=client()) as found:
        yield found


def test_the_best_is_shown_and_the_next_is_one_call_away(editor: Editor) -> None:
    code = CODE.replace("😀", "twice")
    uri = opened(editor, "best.py", code)
    wanted = {
        "uri": uri,
        "range": {**LINE, "end": {"line": 1, "character": 22}},
        "instruction": "write: b = nope|b = a + a|b = 2 * a",
    }
    first = editor.command(COMMAND, wanted)
    assert (first["kind"], first["by"], first["applied"]) == ("model", "told", True)
    assert (first["candidate"], first["candidates"]) == (1, 2)
    applied = editor.edits.pop()
    (annotation,) = (applied.edit.change_annotations or {}).values()
    assert annotation.needs_confirmation
    assert annotation.description == "told: written by a model, checked by fairlead"
    (change,) = applied.edit.document_changes or ()
    assert isinstance(change, types.TextDocumentEdit)
    assert done(code, change.edits) == code.replace("b = a * 2  # twice", "b = a + a")
    second = editor.command(COMMAND, {**wanted, "candidate": 2, "apply": False})
    assert second["edit"]["documentChanges"][0]["edits"][0]["range"]["start"]["line"] == 1
    assert (second["candidate"], second["title"]) == (2, wanted["instruction"])


def test_what_is_not_checked_is_not_called_so(editor: Editor) -> None:
    uri = (editor._root / "notes.txt").as_uri()
    editor.open(uri, "one\ntwo\n", language="plaintext")
    where = {"start": {"line": 0, "character": 0}, "end": {"line": 0, "character": 3}}
    result = editor.command(COMMAND, uri, where, "write: three")
    assert result["checked"] is False
    assert result["remarks"][0].startswith("nothing was checked")
    applied = editor.edits.pop()
    (annotation,) = (applied.edit.change_annotations or {}).values()
    assert annotation.description == "told: written by a model, not checked by analysis"


def test_what_cannot_be_offered_is_told(editor: Editor) -> None:
    uri = opened(editor, "wrong.py")
    params = types.ExecuteCommandParams(COMMAND, [uri, LINE, "write: b = nope"])
    code, message = failure(editor, types.WORKSPACE_EXECUTE_COMMAND, params)
    assert code == REQUEST_FAILED
    assert "would be wrong on line 2" in message and "nope" in message
    assert editor.edits == []


def test_typing_on_stops_the_model(editor: Editor) -> None:
    uri = opened(editor, "waits.py")
    params = types.ExecuteCommandParams(COMMAND, [uri, LINE, "write: wait"])
    running = editor.begin(types.WORKSPACE_EXECUTE_COMMAND, params)
    editor.change(uri, 2, (span(1, 4, 5), "c"))
    error: Any = running.exception(LIMIT)
    assert (error.code, error.message) == (
        CONTENT_MODIFIED,
        "the document has changed meanwhile; ask again",
    )
    editor.wait_for(lambda: any("stopped" in line for line in editor.logs))
    assert editor.edits == []


def test_a_cell_of_a_notebook(editor: Editor) -> None:
    book, cells = (editor._root / "b.ipynb").as_uri(), ["one", "two"]
    items = [
        types.TextDocumentItem(f"{book}#{name}", "python", 1, text)
        for name, text in zip(cells, ("def f(a):\n    return a\n", "x = f(1)\n"), strict=True)
    ]
    listed = [types.NotebookCell(types.NotebookCellKind.Code, item.uri) for item in items]
    notebook = types.NotebookDocument(book, "jupyter-notebook", 1, listed)
    editor.notify(
        types.NOTEBOOK_DOCUMENT_DID_OPEN, types.DidOpenNotebookDocumentParams(notebook, items)
    )
    where = {"start": {"line": 0, "character": 0}, "end": {"line": 0, "character": 8}}
    instruction = "write: x = g(1)|x = f(2)"
    result = editor.command(COMMAND, items[1].uri, where, instruction, 1, False)
    assert result["candidates"] == 1
    (edit,) = result["edit"]["documentChanges"]
    assert edit["textDocument"]["uri"] == items[1].uri
    assert [(e["range"]["start"]["character"], e["newText"]) for e in edit["edits"]] == [(6, "2")]
