"""What an edit does to the diagnostics of a document: which are new with it, and which are gone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from fairlead_monitors.engine import Diagnostic, Diagnostics

ERROR, WARNING = 1, 2
"""Severities; what is less severe, and has a greater number, is a remark."""

Key = tuple[int | None, str, str]
"""What is known of a diagnostic in both texts: its place in the new one, its code and message.

The place is None in the text that was replaced and in what has replaced it.
"""


@dataclass(frozen=True)
class Replaced:
    """The edit: `length` characters come in the place of those from `start` to `end`.

    What begins where an insertion goes is moved by it.
    """

    start: int
    end: int
    length: int

    def key(self, diagnostic: Diagnostic) -> Key:
        """Return the key of a diagnostic of the old text."""
        place: int | None = diagnostic.start
        if self._is_inside(diagnostic.start, self.end):
            place = None
        elif diagnostic.start >= self.end:
            place = diagnostic.start + self.length - (self.end - self.start)
        return place, diagnostic.code, diagnostic.message

    def new_key(self, diagnostic: Diagnostic) -> Key:
        """Return the key of a diagnostic of the new text."""
        is_inside = self._is_inside(diagnostic.start, self.start + self.length)
        return None if is_inside else diagnostic.start, diagnostic.code, diagnostic.message

    def _is_inside(self, place: int, end: int) -> bool:
        # What is wrong with the end of a line is said of the place after its last character.
        at_end = place == end and self.end > self.start
        return self.start <= place < end or at_end


@dataclass(frozen=True)
class Compared:
    """What there is more of in the new text, and what in the old one."""

    new: Counter[Key]
    gone: Counter[Key]

    def lack(self, wanted: Iterable[Key]) -> Counter[Key]:
        """Return those of `wanted` that are not gone."""
        return Counter(wanted) - self.gone


def compared(
    before: Diagnostics, after: Diagnostics, edit: Replaced, severity: int = WARNING
) -> Compared:
    """Compare what analysis says of the old and new text; remarks below `severity` do not count."""
    old = Counter(edit.key(d) for d in before.found if d.severity <= severity)
    new = Counter(edit.new_key(d) for d in after.found if d.severity <= severity)
    return Compared(new - old, old - new)
