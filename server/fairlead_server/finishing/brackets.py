"""Closing brackets and quotes: those that stand after the cursor already, and those too many."""

from __future__ import annotations

import re
from dataclasses import replace

from fairlead_server.finishing.draft import Draft
from fairlead_server.finishing.missing import closed, missing, missing_on_line, opened
from fairlead_server.finishing.scan import PAIRS, Mark, Scan, scan

_CLOSERS = re.compile(r"[\"'`)\]}]+")


def brackets(draft: Draft) -> Draft | None:
    """Let each bracket and string be closed once.

    What an editor closed by itself stands right after the cursor. A text that ends with the same
    is cut before that; one that goes on takes the place of the editor's closing brackets. From a
    closing bracket on that matches nothing, the text is cut.
    """
    found = scan(draft.language, draft.prefix, draft.text)
    if found is None or found.field:
        return draft
    ends = _closed(found)
    if not ends or (found.quote and not draft.after.startswith(found.quote)):
        return draft
    before, after = draft.prefix + found.quote, draft.after[len(found.quote) :]
    if not found.quote and _fits(draft, found, after):
        return draft
    needed = missing(draft.language, before, after)
    certain = needed is not None
    if needed is None:
        needed = missing_on_line(draft.language, before, after)
    if needed is None:
        return draft
    given = _CLOSERS.match(draft.line_after)
    many = ends[_common([mark.text for mark in ends], needed) :]
    shared = _common([mark.text for mark in many], given[0] if given else "")
    if shared and draft.line_after.startswith(draft.text[many[0].offset :].rstrip()):
        return draft.cut(many[0].offset)
    if shared < len(many) and certain:
        cut = draft.cut(many[shared].offset)
        return cut if cut is None or not shared else brackets(cut)
    return replace(draft, replaces=draft.replaces + shared)


def _fits(draft: Draft, found: Scan, after: str) -> bool:
    """Tell whether all that the text closes is open, and what follows closes what is open then."""
    given = closed(draft.language, after)
    if given is None:
        return False
    open_ = list(opened(draft.language, draft.prefix))
    for mark in found.brackets:
        if mark.text in PAIRS:
            open_.append(PAIRS[mark.text])
        elif open_ and open_[-1] == mark.text:
            open_.pop()
        else:
            return False
    return list(reversed(given)) == open_[: len(given)]


def _closed(found: Scan) -> list[Mark]:
    """Return what the text closes and did not open, in order."""
    if not found.quote:
        return found.surplus()
    if found.unquoted is None:
        return []
    return [Mark(found.quote, found.unquoted), *found.surplus()]


def _common(first: list[str], second: str) -> int:
    """Return how many of `first` are what `second` begins with."""
    place = count = 0
    for text in first:
        if not second.startswith(text, place):
            break
        place, count = place + len(text), count + 1
    return count
