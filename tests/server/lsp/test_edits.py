from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lsprotocol import types

from fairlead_server.document import DocumentSnapshot
from fairlead_server.lsp import convert
from fairlead_server.lsp.edits import Change, differences, text_edits, workspace_edit
from fairlead_server.lsp.workspace import Codec
from tests.server.lsp.editor import span
from tests.server.lsp.texts import TEXTS, UTF8, UTF16, UTF32

# (old, new, what is replaced from where to where by what)
DIFFERENCES = [
    ("", "", []),
    ("a", "a", []),
    ("", "a\n", [(0, 0, "a\n")]),
    ("a\n", "", [(0, 2, "")]),
    ("a\nb\n", "a\nx\nb\n", [(2, 2, "x\n")]),
    ("a\nb\nc\n", "a\nc\n", [(2, 4, "")]),
    ("x = f(1)\n", "x = g(1)\n", [(4, 5, "g")]),
    ("get_name()", "get_names()", [(0, 8, "get_names")]),
    ("a b c d", "x b c y", [(0, 1, "x"), (6, 7, "y")]),
    ("a\r\nb\r\n", "a\r\nx\r\nb\r\n", [(3, 3, "x\r\n")]),
    ("a\r\n", "a\n", [(1, 3, "\n")]),
    # Of what differs in very many places, all is replaced.
    ("a\n" * 900, "b\n" * 900, [(0, 1799, "b\n" * 899 + "b")]),
    ("a\n" * 30_000, "a\n" * 9 + "b\n" + "a\n" * 29_991, [(18, 18, "b\n")]),
]


@pytest.mark.parametrize(("old", "new", "expected"), DIFFERENCES)
def test_differences(old: str, new: str, expected: list[tuple[int, int, str]]) -> None:
    assert list(differences(old, new)) == expected


@given(TEXTS, TEXTS)
def test_the_differences_make_the_new_text(old: str, new: str) -> None:
    text, end = old, len(old) + 1
    for start, stop, put in reversed(list(differences(old, new))):
        assert start <= stop < end
        text, end = text[:start] + put + text[stop:], start
    assert text == new


@given(TEXTS, TEXTS, st.sampled_from([UTF8, UTF16, UTF32]))
def test_a_client_gets_the_same_text(
    old: str, new: str, encoding: types.PositionEncodingKind
) -> None:
    codec, text = Codec(encoding), old
    for edit in reversed(text_edits(old, new, codec)):
        start = convert.offset_at(old, edit.range.start, codec)
        end = convert.offset_at(old, edit.range.end, codec)
        assert start is not None
        assert end is not None
        text = text[:start] + edit.new_text + text[end:]
    assert text == new


URI = "file:///p/a.py"
CHANGE = Change(URI, DocumentSnapshot("/p/a.py", "a = 1\n", "python", 7), "a = 2\n", "Mend", True)
EDIT = types.TextEdit(span(0, 4, 5), "2")
VERSIONED = types.OptionalVersionedTextDocumentIdentifier(URI, 7)


def capabilities(
    can: types.WorkspaceEditClientCapabilities | None = None,
) -> types.ClientCapabilities:
    return types.ClientCapabilities(types.WorkspaceClientCapabilities(workspace_edit=can))


# What a client can do with edits, and the form that it gets them in.
FORMS = [
    (types.ClientCapabilities(), types.WorkspaceEdit(changes={URI: [EDIT]})),
    (capabilities(), types.WorkspaceEdit(changes={URI: [EDIT]})),
    (
        capabilities(types.WorkspaceEditClientCapabilities(document_changes=True)),
        types.WorkspaceEdit(document_changes=[types.TextDocumentEdit(VERSIONED, [EDIT])]),
    ),
    (
        capabilities(
            types.WorkspaceEditClientCapabilities(
                document_changes=True,
                change_annotation_support=types.ChangeAnnotationsSupportOptions(),
            )
        ),
        types.WorkspaceEdit(
            document_changes=[
                types.TextDocumentEdit(
                    VERSIONED, [types.AnnotatedTextEdit("fairlead", span(0, 4, 5), "2")]
                )
            ],
            change_annotations={
                "fairlead": types.ChangeAnnotation("Mend", True, "Suggested by fairlead")
            },
        ),
    ),
]


@pytest.mark.parametrize(("can", "expected"), FORMS)
def test_forms(can: types.ClientCapabilities, expected: types.WorkspaceEdit) -> None:
    assert workspace_edit(CHANGE, Codec(), can) == expected
