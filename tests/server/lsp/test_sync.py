"""The server's text stays that of the editor, whatever is edited, in every encoding."""

from __future__ import annotations

import json
from collections.abc import Sequence

import pytest
from lsprotocol import types

from tests.server.lsp.editor import ECHO, Editor, span

Edit = tuple[int, int, int, str]

# (name, text, edits as (line, start, end, new text) with columns in characters, text in the end)
EDITS: list[tuple[str, str, list[Edit], str]] = [
    ("ascii", "x.a\n", [(0, 2, 3, "bc")], "x.bc\n"),
    ("emoji", 's = "😀"; ys.a\nz', [(0, 9, 11, "xs"), (0, 5, 6, "😀é")], 's = "😀é"; xs.a\nz'),
    ("crlf", "a = 1\r\n😀 = 2\r\nb", [(1, 1, 4, " == "), (2, 0, 1, "c")], "a = 1\r\n😀 == 2\r\nc"),
    ("append", "a\n", [(1, 0, 0, "b\n"), (2, 0, 0, "😀")], "a\nb\n😀"),
    ("empty", "", [(0, 0, 0, "a"), (0, 1, 1, "\n"), (1, 0, 0, "b")], "a\nb"),
    ("form-feed", "a\n\f\nb.c\n", [(2, 2, 3, "d")], "a\n\f\nb.d\n"),
    ("separator", "a = '\u2028'\nb.c", [(1, 2, 3, "d")], "a = '\u2028'\nb.d"),
    ("lone-return", "a\rb.c", [(1, 2, 3, "d")], "a\rb.d"),
    ("outside", "ab\ncd", [(1, 99, 99, "e"), (9, 0, 0, "f")], "ab\ncdef"),
]
UNITS = {
    "utf-8": lambda text: len(text.encode()),
    "utf-16": lambda text: len(text.encode("utf-16-le")) // 2,
    "utf-32": len,
}


def _columns(text: str, edits: Sequence[Edit], encoding: str) -> list[tuple[types.Range, str]]:
    """Return the edits with their columns in the units of `encoding`."""
    units = UNITS[encoding]
    found = []
    for line, start, end, new in edits:
        lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
        row = lines[line] if line < len(lines) else ""
        extra = (max(0, start - len(row)), max(0, end - len(row)))
        range = span(line, units(row[:start]) + extra[0], units(row[:end]) + extra[1])
        found.append((range, new))
        if line < len(lines):
            lines[line] = row[:start] + new + row[end:]
            text = "\n".join(lines)
    return found


@pytest.mark.parametrize("encoding", UNITS)
def test_incremental_edits(encoding: str) -> None:
    with Editor(ECHO, encodings=[encoding]) as editor:
        assert editor.initialized.capabilities.position_encoding == encoding
        for name, text, edits, expected in EDITS:
            uri = f"file:///project/{name}.py"
            editor.open(uri, text)
            editor.change(uri, 2, *_columns(text, edits, encoding))
            [item, _] = editor.inline(uri, 0, 0)
            echo = json.loads(str(item.insert_text))
            assert echo["prefix"] + echo["suffix"] == expected, name
            assert echo["version"] == 2


def test_a_change_may_bring_the_whole_text() -> None:
    uri = "file:///project/full.py"
    document = types.VersionedTextDocumentIdentifier(2, uri)
    whole = [types.TextDocumentContentChangeWholeDocument(text) for text in ("lost", "é = 1\r\nb")]
    partial = types.TextDocumentContentChangePartial(span(1, 0, 1), "c.")
    with Editor(ECHO) as editor:
        editor.open(uri, "a\nb")
        params = types.DidChangeTextDocumentParams(document, whole)
        editor.notify(types.TEXT_DOCUMENT_DID_CHANGE, params)
        params = types.DidChangeTextDocumentParams(document, [*whole, partial])
        editor.notify(types.TEXT_DOCUMENT_DID_CHANGE, params)
        [item, _] = editor.inline(uri, 1, 2)
        echo = json.loads(str(item.insert_text))
        assert (echo["prefix"], echo["suffix"]) == ("é = 1\r\nc.", "")


@pytest.mark.parametrize("encoding", UNITS)
def test_the_answers_range_is_in_the_negotiated_units(encoding: str) -> None:
    line = 's = "😀"; xs.ap'
    units = UNITS[encoding]
    with Editor(ECHO, encodings=[encoding]) as editor:
        uri = "file:///project/range.py"
        editor.open(uri, f"# é\r\n{line}\r\n")
        end = units(line)
        [item, _] = editor.inline(uri, 1, end)
        assert item.range == span(1, end, end)
        members = editor.members(uri, 1, end)
        assert members is not None
        for member in members.items:
            assert member.text_edit == types.TextEdit(span(1, end - 2, end), member.label)


def test_the_clients_first_encoding_wins() -> None:
    with Editor(ECHO, encodings=["utf-7", "utf-32", "utf-16"]) as editor:
        assert editor.initialized.capabilities.position_encoding == "utf-32"
