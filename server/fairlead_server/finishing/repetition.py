"""Repetition: what small models fall into, and what stands around the cursor already."""

from __future__ import annotations

import re

from fairlead_server.finishing.draft import Draft

_ABOVE = 40
"""Lines before the cursor that are looked at."""
_LONGEST = 12
"""Lines of what may be repeated."""
_TELLING = 8
"""Letters and digits that make several lines more than what all code repeats."""


def repetition(draft: Draft) -> Draft | None:
    """Cut where the text begins to repeat itself or the lines above; drop it if it only repeats.

    That is where two or more lines come a second time in a row, or one line a third time. A text
    on its own lines that only says what comes after it anyway is dropped as well.
    """
    if not draft.line_before.strip() and _announces(draft):
        return None
    above = [line for line in draft.prefix.split("\n")[-_ABOVE - 1 : -1] if line.strip()]
    own = _lines(draft)
    lines = above + [line for line, _ in own]
    # A line that the user has begun may well be the third of its kind.
    first = len(above) if not draft.line_before.strip() else len(above) + 2
    for place, (_, offset) in enumerate(own, len(above)):
        if (_loops(lines, place) and place >= first) or _repeats(lines, place):
            return draft.cut(offset)
    return draft


def _lines(draft: Draft) -> list[tuple[str, int]]:
    """Return the lines of the text that are not blank, the first with what stands before it.

    With each goes the offset in the text at which it can be cut off.
    """
    found, offset = [], 0
    for number, line in enumerate(draft.text.split("\n")):
        full = draft.line_before + line if number == 0 else line
        if full.strip():
            found.append((full.rstrip(), max(0, offset - 1)))
        offset += len(line) + 1
    return found


def _loops(lines: list[str], place: int) -> bool:
    """Tell whether the line at `place` is the third of its kind in a row."""
    same = place >= 2 and lines[place] == lines[place - 1] == lines[place - 2]
    return same and _weight(lines[place : place + 1]) > 0


def _repeats(lines: list[str], place: int) -> bool:
    """Tell whether what begins at `place` says again what stands before it."""
    for count in range(2, min(_LONGEST, place) + 1):
        again = lines[place : place + count]
        if again == lines[place - count : place] and _weight(again) >= _TELLING:
            return True
    return False


def _weight(lines: list[str]) -> int:
    return sum(len(re.findall(r"\w", line)) for line in lines)


def _announces(draft: Draft) -> bool:
    """Tell whether the text is the lines that come next."""
    own = [line.strip() for line in draft.text.split("\n") if line.strip()]
    head = draft.after[: 2 * len(draft.text) + 2000]
    following = [line.strip() for line in head.split("\n") if line.strip()]
    return bool(own) and _weight(own) > 0 and own == following[: len(own)]
