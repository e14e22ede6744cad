"""All conversions between the protocol's shapes and ours. Nothing else looks at raw columns."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from lsprotocol import types
from pygls.workspace import PositionCodec

from fairlead_server.document import DocumentSnapshot
from fairlead_server.suggestion import Suggestion

ADD_IMPORT = "fairlead.addImport"
"""The command that adds imports to a document: its URI and the statements are the arguments."""

_BREAK = re.compile(r"\r\n|\r|\n")


@dataclass(frozen=True)
class Place:
    """Where a suggestion goes.

    `document` is to be completed at `offset`. `range` is what the editor must replace, always on
    one line, and `typed` the text that stands for it in `document` already.
    """

    document: DocumentSnapshot
    offset: int
    range: types.Range
    typed: str = ""


def offset_at(text: str, position: types.Position, codec: PositionCodec) -> int | None:
    """Return the character offset of `position`, None when its line is outside `text`.

    A column behind the end of the line denotes its end.
    """
    start = _line_start(text, position.line)
    if start is None:
        return None
    end = _BREAK.search(text, start)
    line = text[start : end.start() if end else len(text)]
    found = codec.position_from_client_units([line], types.Position(0, position.character))
    return start + found.character


def extent_at(text: str, range: types.Range, codec: PositionCodec) -> tuple[int, int] | None:
    """Return the offsets of both ends of `range`, None when it is outside `text` or reversed."""
    start, end = (offset_at(text, place, codec) for place in (range.start, range.end))
    return None if start is None or end is None or end < start else (start, end)


def range_at(text: str, start: int, end: int, codec: PositionCodec) -> types.Range:
    """Return the range between two offsets."""
    return types.Range(_position_at(text, start, codec), _position_at(text, end, codec))


def place_at(
    document: DocumentSnapshot,
    position: types.Position,
    selected: types.SelectedCompletionInfo | None,
    codec: PositionCodec,
) -> Place | None:
    """Return where an inline completion goes, None when the request does not fit the document.

    With an item selected in the editor's list, the document is taken with that item in place.
    """
    offset = offset_at(document.text, position, codec)
    if offset is None:
        return None
    if selected is None:
        return Place(document, offset, range_at(document.text, offset, offset, codec))
    start = offset_at(document.text, selected.range.start, codec)
    end = offset_at(document.text, selected.range.end, codec)
    if start is None or end is None or not start <= offset <= end:
        return None
    if selected.range.start.line != selected.range.end.line:
        return None
    text = document.text[:start] + selected.text + document.text[end:]
    return Place(
        replace(document, text=text),
        start + len(selected.text),
        range_at(document.text, start, end, codec),
        selected.text,
    )


def inline_completions(
    suggestions: Iterable[Suggestion], place: Place, codec: PositionCodec, uri: str
) -> types.InlineCompletionList:
    """Return the suggestions as inline completions of a document, without blank and repeated ones.

    With an item selected in the editor's list the range is given, and what would have to replace
    more is left out.
    """
    wanted = [s for s in suggestions if s.text.strip() and not (s.replaces and place.typed)]
    distinct = {s.text: s for s in reversed(wanted)}
    items = [_inline(place, s, codec, uri) for s in wanted if distinct[s.text] is s]
    return types.InlineCompletionList(items)


def _inline(
    place: Place, suggestion: Suggestion, codec: PositionCodec, uri: str
) -> types.InlineCompletionItem:
    """Return one item. Editors compare what is typed with its filter text: all that it inserts."""
    text = place.typed + suggestion.text
    return types.InlineCompletionItem(
        text,
        filter_text=text,
        range=_replacing(place, suggestion, codec),
        command=_on_acceptance(uri, suggestion.imports) if suggestion.imports else None,
    )


def _on_acceptance(uri: str, imports: Sequence[str]) -> types.Command:
    """Return what editors run when they have inserted an item, which cannot edit other places."""
    title = f"Add {imports[0]}" if len(imports) == 1 else f"Add {len(imports)} imports"
    return types.Command(title, ADD_IMPORT, arguments=[uri, list(imports)])


def _replacing(place: Place, suggestion: Suggestion, codec: PositionCodec) -> types.Range:
    """Return the range of `place`, and of what `suggestion` replaces after it."""
    if not suggestion.replaces:
        return place.range
    after = place.offset + suggestion.replaces
    end = range_at(place.document.text, place.offset, after, codec).end
    return types.Range(place.range.start, end)


def _line_start(text: str, line: int) -> int | None:
    if line == 0:
        return 0
    found = next(itertools.islice(_BREAK.finditer(text), line - 1, None), None)
    return found.end() if found else None


def identifier_start(text: str, offset: int) -> int:
    """Return where the identifier begins that `offset` ends, or stands in."""
    while offset and (text[offset - 1].isalnum() or text[offset - 1] == "_"):
        offset -= 1
    return offset


def _position_at(text: str, offset: int, codec: PositionCodec) -> types.Position:
    line_feeds, returns = text.count("\n", 0, offset), text.count("\r", 0, offset)
    line = line_feeds + returns - text.count("\r\n", 0, offset)
    start = 1 + max(text.rfind("\n", 0, offset), text.rfind("\r", 0, offset))
    return types.Position(line, codec.client_num_units(text[start:offset]))
