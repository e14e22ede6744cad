"""Overlap: the end of a text that says again what comes after it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from fairlead_server.finishing.draft import Draft
from fairlead_server.finishing.missing import missing
from fairlead_server.finishing.scan import BRACES

_LONGEST = 24
"""Lines of the text after the cursor that are looked at."""


def overlap(draft: Draft) -> Draft | None:
    """Cut the longest end of the text that the text after it begins with.

    An overlap is whole lines, whatever blanks they begin with (in Python these count), or all
    that is left of the cursor's line. It holds a word, and brackets that matched match without it.
    """
    for length in _overlaps(draft):
        told = draft.text[length:]
        if re.search(r"\w", told) and _splits_no_word(draft.text, length):
            kept = draft.cut(length)
            if kept is None or _still_matches(draft, kept):
                return kept
    return draft


def _overlaps(draft: Draft) -> Iterator[int]:
    """Yield where the text could be cut, the longest overlap first."""
    if not draft.line_after.strip():
        yield from _whole_lines(draft)
        return
    rest = draft.line_after.rstrip()
    text = draft.text.rstrip()
    if "\n" not in text and text.endswith(rest):
        yield len(text) - len(rest)


def _whole_lines(draft: Draft) -> Iterator[int]:
    lines, offsets = _lines(draft)
    after = draft.after.partition("\n")[2]
    following = [line for line in after.split("\n")[: 2 * _LONGEST] if line.strip()]
    compared = str.strip if draft.language in BRACES else str.rstrip
    following = [compared(line) for line in following]
    for count in range(min(len(lines), len(following)), 0, -1):
        if [compared(line) for line in lines[-count:]] == following[:count]:
            yield offsets[-count]


def _lines(draft: Draft) -> tuple[list[str], list[int]]:
    """Return the lines of the text that are not blank, and where each can be cut off.

    The first is left out if it goes on with a line.
    """
    lines, offsets, offset = [], [], 0
    for number, line in enumerate(draft.text.split("\n")):
        own = number > 0 or not draft.line_before.strip()
        if own and line.strip():
            lines.append(draft.line_before + line if number == 0 else line)
            offsets.append(max(0, offset - 1))
        offset += len(line) + 1
    return lines, offsets


def _splits_no_word(text: str, place: int) -> bool:
    return not re.fullmatch(r"\w\w", text[max(0, place - 1) : place + 1])


def _still_matches(draft: Draft, kept: Draft) -> bool:
    if missing(draft.language, draft.prefix + draft.text, draft.after) != "":
        return True
    return missing(draft.language, kept.prefix + kept.text, kept.after) == ""
