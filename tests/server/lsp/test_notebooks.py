"""Cells of notebooks are documents, which the cells before them are part of."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from lsprotocol import types

from tests.server.lsp.editor import ECHO, Editor, span

CODE, MARKUP = types.NotebookCellKind.Code, types.NotebookCellKind.Markup
NOTEBOOK = "file:///p/notes.ipynb"
CAPABILITIES = types.ClientCapabilities(
    notebook_document=types.NotebookDocumentClientCapabilities(
        types.NotebookDocumentSyncClientCapabilities()
    )
)


def _uri(name: str) -> str:
    return f"vscode-notebook-cell:/p/notes.ipynb#{name}"


def _item(name: str, text: str) -> types.TextDocumentItem:
    return types.TextDocumentItem(_uri(name), "python", 1, text)


@pytest.fixture(scope="module")
def editor() -> Iterator[Editor]:
    """An editor that tests share: opened anew, a notebook is another one."""
    with Editor(ECHO, capabilities=CAPABILITIES) as editor:
        yield editor


def _open(editor: Editor, cells: dict[str, str]) -> None:
    """Open a notebook; a cell whose name begins with m is no code, and the editor keeps it."""
    told = [
        types.NotebookCell(MARKUP if name.startswith("m") else CODE, _uri(name)) for name in cells
    ]
    items = [_item(name, text) for name, text in cells.items() if not name.startswith("m")]
    notebook = types.NotebookDocument(NOTEBOOK, "jupyter-notebook", 1, told)
    params = types.DidOpenNotebookDocumentParams(notebook, items)
    editor.notify(types.NOTEBOOK_DOCUMENT_DID_OPEN, params)


def _change(editor: Editor, **cells: Any) -> None:
    params = types.DidChangeNotebookDocumentParams(
        types.VersionedNotebookDocumentIdentifier(2, NOTEBOOK),
        types.NotebookDocumentChangeEvent(cells=types.NotebookDocumentCellChanges(**cells)),
    )
    editor.notify(types.NOTEBOOK_DOCUMENT_DID_CHANGE, params)


def _prefix(editor: Editor, name: str, line: int, column: int) -> str:
    [item, *_] = editor.inline(_uri(name), line, column)
    assert item.range == span(line, column, column)
    prefix: str = json.loads(str(item.insert_text))["prefix"]
    return prefix


def test_earlier_cells_are_part_of_a_document() -> None:
    cells = {"a": "import os\n%pwd", "m": "# Title", "b": "s = '😀'; os.", "c": "later = 1"}
    options = {"completion": "items"}
    with Editor(ECHO, capabilities=CAPABILITIES, options=options) as editor:
        assert editor.initialized.capabilities.notebook_document_sync is not None
        _open(editor, cells)
        before = "import os\n\n\n"
        column = len("s = '") + 2 + len("'; os.")
        [item, _] = editor.inline(_uri("b"), 0, column)
        echo = json.loads(str(item.insert_text))
        assert echo["prefix"].split() == [*before.split(), *cells["b"].split()]
        assert (echo["suffix"], echo["path"]) == ("", "/p/notes.ipynb.py")
        assert item.range == span(0, column, column)
        members = editor.members(_uri("b"), 0, column)
        assert members is not None
        edits = [item.text_edit for item in members.items]
        assert edits
        for edit in edits:
            assert isinstance(edit, types.TextEdit)
            assert edit.range == span(0, column, column)


def test_the_analysis_of_a_notebook_starts_once_with_all_of_its_cells() -> None:
    with Editor(ECHO, capabilities=CAPABILITIES) as editor:
        editor.open("file:///p/first.py", "x")
        editor.inline("file:///p/first.py", 0, 1)
        _open(editor, {"a": "a = 1", "m": "# Title", "b": "b = 2", "c": "c = 3"})
        editor.wait_for(lambda: repr_of("a = 1\n\nb = 2\n\nc = 3") in editor.logs)
        editor.open("file:///p/last.py", "y")
        editor.wait_for(lambda: "warmed last.py" in editor.logs)
        assert editor.logs.count("warmed notes.ipynb.py") == 1

        added = types.NotebookCell(CODE, _uri("d"))
        array = types.NotebookCellArrayChange(0, 0, [added])
        structure = types.NotebookDocumentCellChangeStructure(array, [_item("d", "d = 4")])
        _change(editor, structure=structure)
        editor.wait_for(lambda: repr_of("d = 4\n\na = 1\n\nb = 2\n\nc = 3") in editor.logs)


@pytest.mark.parametrize("last", ["%%bash\nls", "%%unheard_of\nx"])
def test_a_notebook_that_ends_in_another_language_is_analysed(last: str) -> None:
    with Editor(ECHO, capabilities=CAPABILITIES) as editor:
        editor.open("file:///p/first.py", "x")
        editor.inline("file:///p/first.py", 0, 1)
        _open(editor, {"a": "a = 1", "b": "%%time\nb = 2", "c": last})
        editor.wait_for(lambda: repr_of("a = 1\n\n      \nb = 2") in editor.logs)


def repr_of(text: str) -> str:
    """Return what the server logs when it starts to analyse `text`."""
    return f"read {text!r}"


def test_a_new_model_is_given_a_notebook_once() -> None:
    with Editor(ECHO, capabilities=CAPABILITIES) as editor:
        _open(editor, {"a": "a = 1", "b": "b = 2"})
        editor.open("file:///p/other.py", "x")
        editor.inline("file:///p/other.py", 0, 1)
        editor.logs.clear()
        editor.configure({"fairlead": {"model": "another"}})
        editor.wait_for(lambda: {repr_of("x"), repr_of("a = 1\n\nb = 2")} <= {*editor.logs})
        assert editor.logs.count("warmed notes.ipynb.py") == 1


def test_what_was_suggested_in_a_cell_can_be_typed_along(editor: Editor) -> None:
    _open(editor, {"a": "a = 1", "b": "b"})
    [suggested, *_] = editor.inline(_uri("b"), 0, 1, invoked=False)
    edit = types.TextDocumentContentChangePartial(span(0, 1, 1), str(suggested.insert_text)[0])
    document = types.VersionedTextDocumentIdentifier(2, _uri("b"))
    _change(editor, text_content=[types.NotebookDocumentCellContentChanges(document, [edit])])
    [left, *_] = editor.inline(_uri("b"), 0, 2, invoked=False)
    assert left.insert_text == str(suggested.insert_text)[1:]


def test_cells_are_edited_added_moved_and_removed(editor: Editor) -> None:
    _open(editor, {"a": "a = 1", "b": "b."})
    assert _prefix(editor, "b", 0, 2) == "a = 1\n\nb."

    edit = types.TextDocumentContentChangePartial(span(0, 4, 5), "2")
    document = types.VersionedTextDocumentIdentifier(2, _uri("a"))
    content = types.NotebookDocumentCellContentChanges(document, [edit])
    _change(editor, text_content=[content])
    assert _prefix(editor, "b", 0, 2) == "a = 2\n\nb."

    added = types.NotebookCell(CODE, _uri("c"))
    array = types.NotebookCellArrayChange(0, 0, [added])
    structure = types.NotebookDocumentCellChangeStructure(array, [_item("c", "c = 3")])
    _change(editor, structure=structure)
    assert _prefix(editor, "b", 0, 2) == "c = 3\n\na = 2\n\nb."

    array = types.NotebookCellArrayChange(0, 2, [types.NotebookCell(CODE, _uri("a"))])
    closed = [types.TextDocumentIdentifier(_uri("c"))]
    structure = types.NotebookDocumentCellChangeStructure(array, did_close=closed)
    _change(editor, structure=structure)
    assert _prefix(editor, "b", 0, 2) == "a = 2\n\nb."
    assert editor.inline(_uri("c"), 0, 1) == []

    cells = [types.TextDocumentIdentifier(_uri(name)) for name in "ab"]
    notebook = types.NotebookDocumentIdentifier(NOTEBOOK)
    params = types.DidCloseNotebookDocumentParams(notebook, cells)
    editor.notify(types.NOTEBOOK_DOCUMENT_DID_CLOSE, params)
    assert editor.inline(_uri("b"), 0, 2) == []


@pytest.mark.parametrize(
    ("cell", "language"), [("%%bash\nls.", "shellscript"), ("%%time\nls.", "python")]
)
def test_a_magic_may_make_a_cell_another_language(editor: Editor, cell: str, language: str) -> None:
    _open(editor, {"a": "a = 1", "b": cell})
    [item, *_] = editor.inline(_uri("b"), 1, 3)
    echo = json.loads(str(item.insert_text))
    assert echo["language"] == language
    assert ("a = 1" in echo["prefix"]) == (language == "python")
