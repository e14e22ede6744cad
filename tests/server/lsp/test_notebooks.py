"""Cells of notebooks are documents, which the cells before them are part of."""

from __future__ import annotations

import json
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
        editor.wait_for(lambda: editor.logs.count("warmed notes.ipynb.py") >= 3)


def test_cells_are_edited_added_moved_and_removed() -> None:
    with Editor(ECHO, capabilities=CAPABILITIES) as editor:
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
def test_a_magic_may_make_a_cell_another_language(cell: str, language: str) -> None:
    with Editor(ECHO, capabilities=CAPABILITIES) as editor:
        _open(editor, {"a": "a = 1", "b": cell})
        [item, *_] = editor.inline(_uri("b"), 1, 3)
        echo = json.loads(str(item.insert_text))
        assert echo["language"] == language
        assert ("a = 1" in echo["prefix"]) == (language == "python")
