from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from lsprotocol import types
from pygls.workspace import Workspace

from fairlead_server.lsp.convert import range_at
from fairlead_server.lsp.snapshot import project_of, snapshot_of
from fairlead_server.lsp.workspace import OpenDocuments, split_lines
from tests.server.lsp.texts import TEXTS, UTF8, UTF16, UTF32, is_place

URI = "file:///p/a.py"


@given(TEXTS)
def test_lines_hold_the_text_and_end_as_the_protocol_says(text: str) -> None:
    lines = split_lines(text)
    assert "".join(lines) == text
    assert all(line.rstrip("\r\n") + _end(line) == line for line in lines)
    assert all(map(_end, lines[:-1]))
    assert _end(lines[-1]) == ""


def _end(line: str) -> str:
    """Return the line's one line break, empty when it has none or more than one."""
    return next((end for end in ("\r\n", "\n", "\r") if line.endswith(end)), "")


@given(
    TEXTS,
    TEXTS,
    st.tuples(st.integers(0, 20), st.integers(0, 20)).map(sorted),
    st.sampled_from([UTF8, UTF16, UTF32]),
)
def test_an_edit_changes_what_the_editor_changed(
    text: str, new: str, ends: list[int], encoding: types.PositionEncodingKind
) -> None:
    start, end = ends
    assume(is_place(text, start) and is_place(text, end))
    documents = OpenDocuments(Workspace(None, position_encoding=encoding))
    documents.put_text_document(types.TextDocumentItem(URI, "python", 1, text))
    where = range_at(text, start, end, documents.position_codec)
    change = types.TextDocumentContentChangePartial(where, new)
    documents.update_text_document(types.VersionedTextDocumentIdentifier(2, URI), change)
    found = snapshot_of(documents, URI)
    assert found is not None
    assert found.text == text[:start] + new + text[end:]
    assert found.version == 2


FOLDERS = [types.WorkspaceFolder("file:///p/first", "1"), types.WorkspaceFolder("file:///p/2", "2")]

# (root, folders) -> project
PROJECTS = [
    (None, [], None),
    ("file:///p/root", [], "/p/root"),
    ("file:///p/root", FOLDERS, "/p/first"),
    ("untitled:x", [], None),
]


@pytest.mark.parametrize(("root", "folders", "expected"), PROJECTS)
def test_the_project_is_the_first_folder(
    root: str | None, folders: list[types.WorkspaceFolder], expected: str | None
) -> None:
    assert project_of(OpenDocuments(Workspace(root, workspace_folders=folders))) == expected
