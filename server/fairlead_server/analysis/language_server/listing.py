"""Completion items read as names, by the rules of a recipe; anything odd makes a list less sure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from fairlead_monitors.engine import Completeness, Kind, Names
from fairlead_server.analysis.language_server.rules import KindRule, NamesRule
from fairlead_server.analysis.language_server.sync import Lines
from fairlead_server.analysis.language_server.unfinished import MARK

NOTHING_OF_ITS_OWN = "only what every object has is listed"
"""Why a list says nothing: the server cannot infer the type."""

MOST = 50_000
"""Longer lists are not read: nobody can choose among so many names."""

_KINDS = range(1, 26)
_TYPES = (Kind.CLASS, Kind.TYPE)
_NAME_BEGUN = re.compile(r"[\w$]+\Z")


@dataclass(frozen=True)
class Item:
    """What a completion item would insert, and its kind: 0 where there is none, -1 a wrong one.

    `elsewhere` says that it would change the text in other places too, such as by an import.
    """

    name: str
    kind: int
    elsewhere: bool = False


@dataclass(frozen=True)
class Listing:
    """The items of an answer. `doubt` says why more may exist, `unfit` why none is to be used."""

    items: tuple[Item, ...] = ()
    doubt: str = ""
    unfit: str = ""


def read(result: Any, rule: NamesRule, lines: Lines, offset: int) -> Listing:
    """Read the answer to ``textDocument/completion`` at `offset` of the document in `lines`."""
    if result is None:
        return Listing(unfit="the answer is null")
    raw = result.get("items") if isinstance(result, Mapping) else result
    if not isinstance(raw, list):
        return Listing(unfit="the answer is no list of completions")
    if len(raw) > MOST:
        return Listing(unfit=f"{len(raw):,} completions are too many to read")
    kinds = [_kind(entry) for entry in raw]
    if not rule.foreign.isdisjoint(kinds):
        return Listing(unfit="the server offers words of the text: it did not see the place")
    entries = [
        entry
        for entry, kind in zip(raw, kinds, strict=True)
        if kind not in rule.ignored and not _is_blank(entry)
    ]
    entries = [entry for entry in entries if not _is_skipped(entry, rule)]
    if not all(_in_place(entry, lines, offset) for entry in entries):
        return Listing(unfit="a completion is for another place than the one asked about")
    read = [_item(entry, rule, lines, offset) for entry in entries]
    items = tuple(item for item in read if item.name)
    if isinstance(result, Mapping) and result.get("isIncomplete") and rule.incomplete:
        return Listing(items, "the server says that its list is incomplete")
    odd = any(not item.name or item.kind < 0 for item in read)
    return Listing(items, "a completion has no name, or a kind that there is not" if odd else "")


def join(listings: Iterable[Listing]) -> Listing:
    """Return all items of several lists; the doubts of one are those of the whole."""
    items: dict[Item, None] = {}
    doubt = unfit = ""
    for listing in listings:
        items.update(dict.fromkeys(listing.items))
        doubt = doubt or listing.doubt
        unfit = unfit or listing.unfit
    return Listing(tuple(items), doubt, unfit)


def names(listing: Listing, rule: NamesRule, kind: Kind, language: str, engine: str) -> Names:
    """Return the names of `kind` in a list, and how far they can be relied on."""
    if listing.unfit:
        return Names.unknown(engine, listing.unfit)
    asked = rule.kinds[kind]
    if any(item.kind in asked.foreign for item in listing.items):
        return Names.unknown(engine, "names of another kind are listed: the place was not seen")
    if kind is Kind.MEMBER and any(item.elsewhere for item in listing.items):
        return Names.unknown(engine, "the server guesses what the receiver is")
    listed = frozenset(_of_kind(listing, asked))
    found = listed - {MARK}
    if not found:
        return Names.unknown(engine, "nothing is listed")
    if found <= rule.trivial:
        return Names.unknown(engine, NOTHING_OF_ITS_OWN)
    unfinished = "a class is listed whose end is not written yet" if MARK in listed else ""
    open_ended = any(item.kind in asked.open for item in listing.items)
    more = "there may be more than the server knows of" if open_ended else ""
    doubt = listing.doubt or unfinished or more or _doubt(found, rule, asked, language)
    if doubt:
        return Names(found, Completeness.PARTIAL, engine, doubt)
    importable = _importable(listing) & found if kind in _TYPES else frozenset[str]()
    return Names(
        (found - importable) | asked.always,
        Completeness.COMPLETE,
        engine,
        importable=importable,
        methods=_only(rule.methods, listing) & found,
        values=_only(rule.values, listing) & found,
    )


def _importable(listing: Listing) -> frozenset[str]:
    """Return the names that no item has which leaves the rest of the text as it is."""
    here = {item.name for item in listing.items if not item.elsewhere}
    return frozenset(item.name for item in listing.items) - here


def _only(kinds: frozenset[int], listing: Listing) -> frozenset[str]:
    """Return the names that only items of `kinds` have."""
    others = {item.name for item in listing.items if item.kind not in kinds}
    return frozenset(item.name for item in listing.items) - others


def _of_kind(listing: Listing, asked: KindRule) -> Iterable[str]:
    # An item without a kind, or with a wrong one, may be of any.
    return (i.name for i in listing.items if not asked.kinds or i.kind in (0, -1, *asked.kinds))


def _doubt(found: frozenset[str], rule: NamesRule, asked: KindRule, language: str) -> str:
    if not asked.is_complete(language):
        return "this server's lists are not known to be complete"
    for dynamic in rule.dynamic:
        if dynamic.name in found and not (dynamic.unless and dynamic.unless <= found):
            return f"{dynamic.name} can make names that are not listed"
    return ""


def _item(entry: Mapping[str, Any], rule: NamesRule, lines: Lines, offset: int) -> Item:
    elsewhere = bool(entry.get("additionalTextEdits"))
    return Item(_name(entry, rule, lines, offset), _kind(entry), elsewhere)


def _name(entry: Mapping[str, Any], rule: NamesRule, lines: Lines, offset: int) -> str:
    for origin in rule.origins:
        text = entry.get(origin)
        if origin == "textEdit" and isinstance(text, Mapping):
            text = _inserted(text, lines, offset)
        found = rule.pattern.match(text.lstrip()) if isinstance(text, str) else None
        if found:
            return found[found.re.groups and 1]
    return ""


def _inserted(edit: Mapping[str, Any], lines: Lines, offset: int) -> object:
    """Return the text of an edit without what is there already, such as ``java.`` of an import.

    Letters of the name itself, which may be there too, belong to it.
    """
    text = edit.get("newText")
    there = _NAME_BEGUN.sub("", lines.text[lines.offset(_range(edit)["start"]) : offset])
    return text.removeprefix(there) if isinstance(text, str) else text


def _range(edit: Mapping[str, Any]) -> Any:
    return edit.get("range", edit.get("insert"))


def _is_blank(entry: Any) -> bool:
    """Tell whether this is an item that shows or inserts nothing, and so names nothing."""
    if not isinstance(entry, Mapping):
        return False
    edit = entry.get("textEdit")
    return entry.get("label") == "" or (isinstance(edit, Mapping) and edit.get("newText") == "")


def _is_skipped(entry: Any, rule: NamesRule) -> bool:
    label = entry.get("label") if isinstance(entry, Mapping) else None
    return isinstance(label, str) and bool(rule.skips and rule.skips.match(label))


def _kind(entry: Any) -> int:
    """Return the kind of an item, 0 where it has none, and -1 where it is not one of the kinds."""
    kind = entry.get("kind") if isinstance(entry, Mapping) else -1
    if kind is None:
        return 0
    return kind if isinstance(kind, int) and kind in _KINDS else -1


def _in_place(entry: Any, lines: Lines, offset: int) -> bool:
    """Tell whether this is an item, and what it replaces contains the cursor."""
    if not isinstance(entry, Mapping):
        return False
    edit = entry.get("textEdit")
    if not isinstance(edit, Mapping):
        return True
    try:
        place = _range(edit)
        start, end = lines.offset(place["start"]), lines.offset(place["end"])
    except (TypeError, KeyError, ValueError, AttributeError):
        return False
    return start <= offset <= end
