"""Lines that a limit cut off: whole lines are offered, if there are any."""

from __future__ import annotations

from fairlead_server.finishing.draft import Draft


def unfinished_line(draft: Draft) -> Draft | None:
    """Cut the last line, if a limit ended it and a line that is not blank stands before it."""
    whole, _, _ = draft.text.rpartition("\n")
    if draft.whole or not whole.strip():
        return draft
    return draft.cut(len(whole))
