"""Blanks at the end of a text, and texts that are nothing else."""

from __future__ import annotations

from fairlead_server.finishing.draft import Draft


def trailing_blanks(draft: Draft) -> Draft | None:
    """Cut the blanks at the end, unless code follows them on their line."""
    kept = draft.text.rstrip()
    if not kept:
        return None
    if draft.line_after.strip() and "\n" not in draft.text[len(kept) :]:
        return draft
    return draft.with_text(kept)
