"""What lies around a document: what it costs where there are many cells, and what takes up room."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from lsprotocol import types
from pygls.workspace import Workspace

from fairlead_server.lsp import cells
from fairlead_server.lsp.recent import MOST_DOCUMENTS, Recent
from fairlead_server.lsp.snapshot import snapshot_of
from fairlead_server.lsp.workspace import OpenDocuments
from tests.server.lsp.editor import span

CELLS = 40


class Bench:
    """Open documents, and how often the code of a cell was made ready for later cells."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.made: list[str] = []
        self.documents = OpenDocuments(Workspace("file:///p"))
        self.recent = Recent()
        plain = cells.plain

        def counted(text: str, spared: int | None = None) -> str:
            self.made.append(text)
            return plain(text, spared)

        monkeypatch.setattr(cells, "plain", counted)

    def open(self, uri: str, text: str) -> None:
        self.documents.put_text_document(types.TextDocumentItem(uri, "python", 1, text))
        self.recent.opened(uri)

    def open_notebook(self, name: str, texts: Sequence[str]) -> list[str]:
        uris = [f"cell:/p/{name}#{i}" for i in range(len(texts))]
        items = [
            types.TextDocumentItem(uri, "python", 1, t) for uri, t in zip(uris, texts, strict=True)
        ]
        told = [types.NotebookCell(types.NotebookCellKind.Code, uri) for uri in uris]
        notebook = types.NotebookDocument(f"file:///p/{name}", "jupyter-notebook", 1, told)
        opened = types.DidOpenNotebookDocumentParams(notebook, items)
        self.documents.put_notebook_document(opened)
        for uri in uris:
            self.recent.opened(uri)
        return uris

    def change(self, uri: str, new: str) -> None:
        change = types.TextDocumentContentChangePartial(span(0, 0, 0), new)
        identifier = types.VersionedTextDocumentIdentifier(2, uri)
        self.documents.update_text_document(identifier, change)
        self.recent.changed(uri, [change])

    def others(self, uri: str) -> list[tuple[str, str, str | None]]:
        found = self.recent.around(self.documents, uri).others
        return [(other.path, other.text, other.before) for other in found]


@pytest.fixture
def bench(monkeypatch: pytest.MonkeyPatch) -> Bench:
    return Bench(monkeypatch)


def test_each_cell_is_made_ready_once_for_all_that_follow_it(bench: Bench) -> None:
    texts = [f"x{i} = 1" for i in range(CELLS)]
    uris = bench.open_notebook("a.ipynb", texts)
    for uri in uris:
        snapshot_of(bench.documents, uri)
    assert sorted(bench.made) == sorted(texts[:-1])
    bench.made.clear()
    bench.change(uris[0], "y")
    last = snapshot_of(bench.documents, uris[-1])
    assert last is not None and last.before is not None
    assert last.before.startswith("yx0 = 1\n\nx1 = 1\n\n")
    assert bench.made == ["yx0 = 1"]


def test_what_lies_around_a_cell_costs_no_cell(bench: Bench) -> None:
    uris = bench.open_notebook("a.ipynb", ["x = 1"] * CELLS)
    bench.change(uris[3], "y")
    around = bench.recent.around(bench.documents, uris[-1])
    assert [(edit.path, edit.text) for edit in around.edits] == [("/p/a.ipynb", "yx = 1")]
    assert bench.made == []


def test_cells_of_the_same_notebook_take_no_room_from_other_documents(bench: Bench) -> None:
    bench.open("file:///p/first.py", "first")
    other = bench.open_notebook("b.ipynb", ["b0", "b1"])
    uris = bench.open_notebook("a.ipynb", ["x"] * (MOST_DOCUMENTS + 1))
    of_other = [("/p/b.ipynb", "b1", ""), ("/p/b.ipynb", "b0", "")]
    assert bench.others(uris[0]) == [*of_other, ("/p/first.py", "first", None)]
    assert len(bench.others(other[0])) == MOST_DOCUMENTS


def test_only_the_last_used_documents_are_around(bench: Bench) -> None:
    names = [f"file:///p/{i}.py" for i in range(MOST_DOCUMENTS + 3)]
    for name in names:
        bench.open(name, name)
    found = [text for _, text, _ in bench.others(names[-1])]
    assert found == names[-2 : -2 - MOST_DOCUMENTS : -1]
