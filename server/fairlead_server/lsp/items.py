"""Completion items: names that analysis lists, in the model's order where there is one."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from lsprotocol import types
from pygls.workspace import PositionCodec

from fairlead_monitors.engine import Completeness, Names
from fairlead_server.document import DocumentSnapshot
from fairlead_server.lsp import convert

_SUPER = re.compile(r"\bsuper\(\)\.\Z")
_REST = re.compile(r"\w*")
_BADGE = types.CompletionItemLabelDetails(description="fairlead")


@dataclass(frozen=True)
class Spot:
    """The identifier at the cursor: it begins at `start` and is typed up to `offset`.

    What follows of it, up to `end`, is taken over by an item that replaces.
    """

    document: DocumentSnapshot
    start: int
    offset: int
    end: int

    @classmethod
    def at(cls, document: DocumentSnapshot, offset: int) -> Spot:
        """Return the identifier around `offset`; it may be empty."""
        rest = _REST.match(document.text, offset)
        end = rest.end() if rest else offset
        return cls(document, convert.identifier_start(document.text, offset), offset, end)

    @property
    def typed(self) -> str:
        """The part of the name before the cursor."""
        return self.document.text[self.start : self.offset]


@dataclass(frozen=True)
class Order:
    """The names that the model likes best, best first; `model` is its name for people.

    `whole` says that it would not be another one with more of the name typed.
    """

    names: tuple[str, ...] = ()
    model: str = ""
    whole: bool = False


@dataclass(frozen=True)
class Abilities:
    """What a client's list can do."""

    default_range: bool = False
    default_data: bool = False
    insert_replace: bool = False
    label_details: bool = False
    preselect: bool = False
    markdown: bool = False

    @classmethod
    def of(cls, capabilities: types.ClientCapabilities) -> Abilities:
        """Read them off what the client says of itself."""
        document = capabilities.text_document
        can = document.completion if document else None
        item = can.completion_item if can else None
        defaults = (
            can.completion_list.item_defaults if can and can.completion_list else None
        ) or ()
        formats = (item.documentation_format if item else None) or ()
        return cls(
            "editRange" in defaults,
            "data" in defaults,
            bool(item and item.insert_replace_support),
            bool(item and item.label_details_support),
            bool(item and item.preselect_support),
            types.MarkupKind.Markdown in formats,
        )


def listed(
    members: Names,
    order: Order,
    spot: Spot,
    uri: str,
    can: Abilities,
    codec: PositionCodec,
    *,
    only_ordered: bool,
) -> types.CompletionList:
    """Return the names as items: the best ones first, then, unless `only_ordered`, the others."""
    maker = _Maker.at(spot, uri, can, codec, _detail(members))
    best = [
        maker.best(name, place, order.model)
        for place, name in enumerate(order.names)
        if name in members.names
    ]
    others: list[str] = []
    if not only_ordered:
        others = sorted(members.names - set(order.names), key=lambda name: (_privacy(name), name))
    items = [*best, *map(maker.plain, others)]
    complete = members.completeness is Completeness.COMPLETE and order.whole
    return types.CompletionList(not complete, items, maker.defaults() if items else None)


def insertion(item: types.CompletionItem, document: DocumentSnapshot) -> tuple[str, int] | None:
    """Return the text of `document` with `item` in it, and where its name ends.

    None when the document is another one before the name.
    """
    data = item.data if isinstance(item.data, Mapping) else {}
    start = data.get("start")
    if not isinstance(start, int) or not 0 <= start <= len(document.text):
        return None
    if data.get("before") != _fingerprint(document.text[:start]):
        return None
    rest = _REST.match(document.text, start)
    after = document.text[rest.end() if rest else start :]
    return document.text[:start] + item.label + after, start + len(item.label)


def documentation(text: str, language: str, *, markdown: bool) -> types.MarkupContent | None:
    """Return `text`, which is in `language`, for display; None when it is blank."""
    if not text.strip():
        return None
    if not markdown:
        return types.MarkupContent(types.MarkupKind.PlainText, text)
    return types.MarkupContent(types.MarkupKind.Markdown, f"```{language}\n{text}\n```")


@dataclass(frozen=True)
class _Maker:
    """Makes the items of one list: they replace `range`, and `insertion` reads their `data`."""

    can: Abilities
    detail: str
    range: types.Range | types.EditRangeWithInsertReplace
    data: Mapping[str, Any]

    @classmethod
    def at(cls, spot: Spot, uri: str, can: Abilities, codec: PositionCodec, detail: str) -> _Maker:
        """Return what makes items for the identifier at `spot`."""
        text = spot.document.text
        range: types.Range | types.EditRangeWithInsertReplace
        range = convert.range_at(text, spot.start, spot.offset, codec)
        if can.insert_replace:
            whole = convert.range_at(text, spot.start, spot.end, codec)
            range = types.EditRangeWithInsertReplace(range, whole)
        before = _fingerprint(text[: spot.start])
        return cls(can, detail, range, {"uri": uri, "start": spot.start, "before": before})

    def plain(self, name: str) -> types.CompletionItem:
        """Return the item of a name that the model does not rank."""
        return self._item(name, f"{_privacy(name)}{name}", self.detail)

    def best(self, name: str, place: int, model: str) -> types.CompletionItem:
        """Return the item of a name that comes before all others, also those of other servers."""
        item = self._item(name, f" {place}", f"{self.detail}; ranked by {model}")
        if self.can.label_details:
            item.label_details = _BADGE
        if self.can.preselect and place == 0:
            item.preselect = True
        return item

    def defaults(self) -> types.CompletionItemDefaults | None:
        """Return what the items have in common, as far as the client takes it from there."""
        if not (self.can.default_range or self.can.default_data):
            return None
        return types.CompletionItemDefaults(
            edit_range=self.range if self.can.default_range else None,
            data=self.data if self.can.default_data else None,
        )

    def _item(self, name: str, sort_text: str, detail: str) -> types.CompletionItem:
        return types.CompletionItem(
            label=name,
            # An engine tells names, not whether they are methods or data; a field may be either.
            kind=types.CompletionItemKind.Field,
            detail=detail,
            sort_text=sort_text,
            filter_text=name,
            text_edit=None if self.can.default_range else self._edit(name),
            data=None if self.can.default_data else self.data,
        )

    def _edit(self, name: str) -> types.TextEdit | types.InsertReplaceEdit:
        if isinstance(self.range, types.Range):
            return types.TextEdit(self.range, name)
        return types.InsertReplaceEdit(name, self.range.insert, self.range.replace)


def _detail(members: Names) -> str:
    """Say what was checked: which engine lists the names, and how far its list goes."""
    detail = f"{members.engine}: {members.completeness.value} list"
    return f"{detail} ({members.reason})" if members.reason else detail


def _fingerprint(text: str) -> int:
    return zlib.crc32(text.encode(errors="replace"))


def _privacy(name: str) -> int:
    """Rank public names before private ones, and those before Python's special ones."""
    return 0 if not name.startswith("_") else 2 if name.startswith("__") else 1


def candidates(names: Iterable[str], spot: Spot) -> dict[str, str]:
    """Return the names that the model is to choose among, by what is still to be written of them.

    Python's special names are none of them, unless one begins to be typed or ``super()`` is asked:
    every object has them, and hardly anybody means them.
    """
    text, typed = spot.document.text, spot.typed
    special = typed.startswith("_") or bool(_SUPER.search(text, 0, spot.start))
    return {
        name[len(typed) :]: name
        for name in sorted(names)
        if name.startswith(typed) and name != typed and (special or not name.startswith("__"))
    }
