from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from lsprotocol import types

from fairlead_decoding.types import FinishReason
from fairlead_server.document import DocumentSnapshot
from fairlead_server.lsp import convert
from fairlead_server.lsp.workspace import Codec
from fairlead_server.suggestion import Suggestion
from tests.server.lsp.editor import span
from tests.server.lsp.texts import TEXTS, UTF8, UTF16, UTF32, is_place

# (text, line, column in utf-8, utf-16, utf-32, expected offset)
POSITIONS = [
    ("", 0, (0, 0, 0), 0),
    ("abc", 0, (2, 2, 2), 2),
    ("abc", 0, (3, 3, 3), 3),
    ("abc\n", 1, (0, 0, 0), 4),
    ("é.x", 0, (3, 2, 2), 2),
    ("😀.x", 0, (5, 3, 2), 2),
    ("a\n😀😀.x", 1, (9, 5, 3), 5),
    ("a\r\n😀.x", 1, (5, 3, 2), 5),
    ("a\rb\nc\r\nd", 3, (1, 1, 1), 8),
    # Form feed, vertical tab, U+0085 and U+2028 break no line.
    ("a\fb\n.x", 1, (1, 1, 1), 5),
    ("\v\x85\u2028\n.x", 1, (1, 1, 1), 5),
]
# (text, line, column, expected offset): positions that no text has.
OUTSIDE = [
    ("ab\ncd", 0, 99, 2),
    ("ab\r\ncd", 0, 99, 2),
    ("ab\ncd", 1, 99, 5),
    ("é\ncd", 0, 99, 1),
    ("ab\ncd", 2, 0, None),
    ("", 1, 0, None),
    ("ab\n", 2, 0, None),
]


@pytest.mark.parametrize("encoding", [UTF8, UTF16, UTF32])
@pytest.mark.parametrize(("text", "line", "columns", "expected"), POSITIONS)
def test_positions(
    text: str,
    line: int,
    columns: tuple[int, int, int],
    expected: int,
    encoding: types.PositionEncodingKind,
) -> None:
    codec = Codec(encoding)
    position = types.Position(line, columns[[UTF8, UTF16, UTF32].index(encoding)])
    assert convert.offset_at(text, position, codec) == expected
    assert convert.range_at(text, expected, expected, codec) == types.Range(position, position)


@pytest.mark.parametrize(("text", "line", "column", "expected"), OUTSIDE)
def test_positions_outside(text: str, line: int, column: int, expected: int | None) -> None:
    for encoding in (UTF8, UTF16, UTF32):
        found = convert.offset_at(text, types.Position(line, column), Codec(encoding))
        assert found == expected


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        ((0, 1), (1, 1), (1, 4)),
        ((1, 2), (1, 2), (5, 5)),
        ((0, 0), (0, 99), (0, 2)),
        ((1, 1), (0, 1), None),
        ((0, 0), (2, 0), None),
        ((2, 0), (2, 0), None),
    ],
)
def test_both_ends_of_a_range(
    start: tuple[int, int], end: tuple[int, int], expected: tuple[int, int] | None
) -> None:
    where = types.Range(types.Position(*start), types.Position(*end))
    assert convert.extent_at("ab\ncd", where, Codec(UTF16)) == expected


@given(TEXTS, st.integers(0, 20), st.sampled_from([UTF8, UTF16, UTF32]))
def test_an_offset_survives_the_way_there_and_back(
    text: str, offset: int, encoding: types.PositionEncodingKind
) -> None:
    assume(is_place(text, offset))
    codec = Codec(encoding)
    assert convert.offset_at(text, convert.range_at(text, offset, offset, codec).start, codec) == (
        offset
    )


def _suggestion(text: str, reason: FinishReason = "stop") -> Suggestion:
    return Suggestion(text, -1.0, reason, verified=True)


DOCUMENT = DocumentSnapshot("/a.py", "x = 1\nxs.ap + y", "python", 3)

# (position, selected range and text, texts suggested) -> (range, items), None: no place.
PLACES: list[
    tuple[
        tuple[int, int],
        tuple[types.Range, str] | None,
        list[str],
        tuple[types.Range, list[str]] | None,
    ]
] = [
    ((1, 5), None, ["pend()"], (span(1, 5, 5), ["pend()"])),
    ((1, 5), None, ["b", "", "a", " \n", "b"], (span(1, 5, 5), ["b", "a"])),
    ((1, 99), None, ["b"], (span(1, 9, 9), ["b"])),
    ((1, 5), (span(1, 3, 5), "append"), ["(1)"], (span(1, 3, 5), ["append(1)"])),
    ((1, 4), (span(1, 3, 5), "append"), ["(1)"], (span(1, 3, 5), ["append(1)"])),
    ((1, 5), (span(1, 3, 5), "append"), [""], (span(1, 3, 5), [])),
    ((2, 0), None, ["b"], None),
    # The selected range is not around the cursor, not on one line, outside the document.
    ((1, 2), (span(1, 3, 5), "append"), ["(1)"], None),
    (
        (1, 5),
        (types.Range(types.Position(0, 0), types.Position(1, 5)), "append"),
        ["(1)"],
        None,
    ),
    ((1, 5), (span(7, 3, 5), "append"), ["(1)"], None),
]


@pytest.mark.parametrize(("position", "selected", "texts", "expected"), PLACES)
def test_inline_completions(
    position: tuple[int, int],
    selected: tuple[types.Range, str] | None,
    texts: list[str],
    expected: tuple[types.Range, list[str]] | None,
) -> None:
    info = types.SelectedCompletionInfo(*selected) if selected else None
    place = convert.place_at(DOCUMENT, types.Position(*position), info, Codec())
    if place is None or expected is None:
        assert (place, expected) == (None, None)
        return
    found = convert.inline_completions(map(_suggestion, texts), place, Codec(), "file:///a.py")
    assert [item.insert_text for item in found.items] == expected[1]
    assert place.range == expected[0]
    assert all(item.range == expected[0] for item in found.items)


def test_the_selected_text_is_in_place_when_the_model_goes_on() -> None:
    info = types.SelectedCompletionInfo(span(1, 3, 5), "append")
    place = convert.place_at(DOCUMENT, types.Position(1, 5), info, Codec())
    assert place is not None
    text, offset = place.document.text, place.offset
    assert (text[:offset], text[offset:]) == ("x = 1\nxs.append", " + y")


def test_an_inline_completion_replaces_the_rest_of_the_name() -> None:
    place = convert.place_at(DOCUMENT, types.Position(1, 5), None, Codec())
    assert place is not None
    suggestion = replace(_suggestion("append"), replaces=2)
    (item,) = convert.inline_completions([suggestion], place, Codec(), "file:///a.py").items
    assert item.range == types.Range(types.Position(1, 5), types.Position(1, 7))


@pytest.mark.parametrize(
    ("imports", "title"),
    [
        ((), None),
        (("import json",), "Add import json"),
        (("import json", "from a import b"), "Add 2 imports"),
    ],
)
def test_accepting_an_inline_completion_adds_its_imports(
    imports: tuple[str, ...], title: str | None
) -> None:
    place = convert.place_at(DOCUMENT, types.Position(1, 5), None, Codec())
    assert place is not None
    suggestion = replace(_suggestion("append"), imports=imports)
    (item,) = convert.inline_completions([suggestion], place, Codec(), "file:///a.py").items
    if title is None:
        assert item.command is None
    else:
        arguments = ["file:///a.py", list(imports)]
        assert item.command == types.Command(title, "fairlead.addImport", arguments=arguments)
