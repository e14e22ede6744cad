"""The one way in which setting up fails."""

from __future__ import annotations


class SetupError(Exception):
    """Something is missing or failed; the lines say what, and what to do."""

    def __init__(self, *lines: str) -> None:
        super().__init__("\n".join(lines))
        self.lines = lines
