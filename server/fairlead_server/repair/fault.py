"""What is wrong: the diagnostics that a repair has to remove, and the lines that they are about."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from fairlead_monitors.engine import Completeness, Diagnostic, Diagnostics
from fairlead_server.document import DocumentSnapshot
from fairlead_server.errors import UserError
from fairlead_server.rechecking import WARNING
from fairlead_server.repair.hunk import Hunk, span_hunk

_SHALLOW = re.compile(r"only syntax errors are reported")
"""What Eclipse JDT LS says of a file that it takes to belong to no project."""

_MOST_LINES = 12
"""Lines of a diagnostic that are written anew; of one that is about more, the first line is."""


@dataclass(frozen=True)
class Fault:
    """What analysis says of the document, `before`, and what of it has to go, `targets`."""

    hunk: Hunk
    before: Diagnostics
    targets: tuple[Diagnostic, ...] = ()

    @property
    def messages(self) -> tuple[str, ...]:
        """What is said of the targets, each once."""
        return tuple(dict.fromkeys(one.message for one in self.targets))


def unseen(found: Diagnostics) -> str | None:
    """Return why nothing is known of a document, None where something is."""
    if found.completeness is Completeness.UNKNOWN:
        return found.reason
    return next((d.message for d in found.found if _SHALLOW.search(d.message)), None)


def seen(before: Diagnostics, document: DocumentSnapshot) -> Diagnostics:
    """Return `before` if it says anything of `document`.

    Raises `UserError` otherwise: what cannot be checked is not repaired.
    """
    reason = unseen(before)
    if reason is None:
        return before
    raise UserError(
        f"{document.path}: cannot be analysed, so no repair of it could be checked"
        + (f": {reason}" if reason else "")
    )


def touching(
    before: Diagnostics, start: int, end: int, severity: int = WARNING
) -> tuple[Diagnostic, ...]:
    """Return what is at least so severe and overlaps a place, else what touches it."""
    found = [one for one in before.found if one.severity <= severity]
    overlapping = [one for one in found if one.start < end and start < one.end]
    touched = (one for one in found if one.start <= end and start <= one.end)
    return tuple(overlapping or touched)


def fault_at(document: DocumentSnapshot, before: Diagnostics, shown: Diagnostic) -> Fault:
    """Return the fault that a diagnostic is about, whichever analysis showed it.

    What has to go is what our own analysis says of the place. Raises `UserError` where it says
    nothing: that the fault is gone could not be checked.
    """
    severity = max(WARNING, shown.severity)
    targets = touching(seen(before, document), shown.start, shown.end, severity)
    if not targets:
        raise UserError(
            f"{before.engine} finds nothing wrong there: whether {_quoted(shown)} is mended "
            "could not be checked"
        )
    return _fault(document, before, targets)


def fault_in(hunk: Hunk, before: Diagnostics) -> Fault:
    """Return the fault of lines: all that is wrong in them, which may be nothing."""
    # What is wrong with the end of a line is said of the place after its last character.
    inside = (one for one in before.found if hunk.start <= one.start <= hunk.end)
    return Fault(hunk, before, tuple(one for one in inside if one.severity <= WARNING))


def _fault(document: DocumentSnapshot, before: Diagnostics, targets: Sequence[Diagnostic]) -> Fault:
    start = min(one.start for one in targets)
    hunk = span_hunk(document, start, max(one.end for one in targets))
    if hunk.last - hunk.first >= _MOST_LINES:
        hunk = span_hunk(document, start, start)
    said = {(one.code, one.message) for one in targets}
    # Of what is said twice in the lines, it could not be told which one is gone.
    alike = (
        one
        for one in before.found
        if hunk.start <= one.start <= hunk.end and (one.code, one.message) in said
    )
    return Fault(hunk, before, tuple(dict.fromkeys((*targets, *alike))))


def _quoted(shown: Diagnostic) -> str:
    message = " ".join(shown.message.split())
    return f"“{message[:80]}…”" if len(message) > 80 else f"“{message}”"
