"""What is kept of a document ends with it."""

from __future__ import annotations

import json

from lsprotocol import types

from tests.server.lsp.editor import ECHO, Editor, span

CAPABILITIES = types.ClientCapabilities(
    notebook_document=types.NotebookDocumentClientCapabilities(
        types.NotebookDocumentSyncClientCapabilities()
    )
)
LAST = "file:///p/last.py"


def _sizes(editor: Editor) -> dict[str, int]:
    """Return how much the server keeps while one document is open that was just changed."""
    editor.open(LAST, "")
    editor.change(LAST, 2, (span(0, 0, 0), "sizes"))
    [item, *_] = editor.inline(LAST, 0, 5)
    editor.close(LAST)
    found: dict[str, int] = json.loads(str(item.insert_text))["sizes"]
    return found


def _use(editor: Editor, number: int) -> None:
    """Do with a document whatever leaves traces, and close it, at times too early."""
    uri = f"file:///p/folder{number}/a%20{number}.py"
    editor.open(uri, "x.")
    editor.change(uri, 2, (span(0, 2, 2), "y"))
    if number % 4 == 0:
        editor.inline(uri, 0, 3)
    elif number % 4 == 1:
        editor.inline(uri, 0, 3, invoked=False)
        editor.members(uri, 0, 3)
    editor.close(uri)


def _use_notebook(editor: Editor, number: int) -> None:
    name = f"file:///p/{number}.ipynb"
    items = [types.TextDocumentItem(f"cell:{number}/{i}", "python", 1, "x") for i in range(3)]
    cells = [types.NotebookCell(types.NotebookCellKind.Code, item.uri) for item in items]
    notebook = types.NotebookDocument(name, "jupyter-notebook", 1, cells)
    opened = types.DidOpenNotebookDocumentParams(notebook, items)
    editor.notify(types.NOTEBOOK_DOCUMENT_DID_OPEN, opened)
    editor.inline(items[2].uri, 0, 1)
    # The editor need not name the cells one by one.
    told = [types.TextDocumentIdentifier(item.uri) for item in items[: number % 4]]
    closed = types.DidCloseNotebookDocumentParams(types.NotebookDocumentIdentifier(name), told)
    editor.notify(types.NOTEBOOK_DOCUMENT_DID_CLOSE, closed)


def test_nothing_grows_with_the_documents_that_were_closed() -> None:
    with Editor(ECHO, capabilities=CAPABILITIES) as editor:
        _use(editor, 1000)
        _use_notebook(editor, 1000)
        before = _sizes(editor)
        for number in range(200):
            _use(editor, number)
        for number in range(20):
            _use_notebook(editor, number)
        after = _sizes(editor)
    assert before["open._text_documents"] == 1
    assert before["server.recent._uris"] == 1
    # Waiting for documents that were closed ends a moment later.
    grown = {name: (before.get(name, 0), size) for name, size in after.items() if size > 4}
    assert {name: sizes for name, sizes in grown.items() if sizes[1] > sizes[0] + 2} == {}
