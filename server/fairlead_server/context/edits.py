"""Source: what was edited lately, as it is now."""

from __future__ import annotations

from concurrent.futures import Future

from fairlead_server.context.source import EDITS, Place, Snippet, found


class Edits:
    """Offers every recent edit, the last one first."""

    name = EDITS

    def snippets(self, place: Place) -> Future[list[Snippet]]:
        """Return one snippet for each edit that left something."""
        texts = [edit for edit in place.edits if edit.text.strip()]
        return found(
            Snippet(edit.path, edit.text, 1 / rank, EDITS) for rank, edit in enumerate(texts, 1)
        )
