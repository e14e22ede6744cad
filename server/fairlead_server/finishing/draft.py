"""What filters work on: a text that a model wrote, in its place."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Draft:
    """A text between `prefix` and `suffix`; it takes the place of the first `replaces` of the
    characters of `suffix`, which never reach beyond the cursor's line.

    Line breaks are single line feeds. `whole` says that the text ended by itself, not because a
    limit was reached. `language` is an LSP language id.
    """

    language: str
    prefix: str
    suffix: str
    text: str
    replaces: int = 0
    whole: bool = True

    @property
    def after(self) -> str:
        """What follows the text."""
        return self.suffix[self.replaces :]

    @property
    def line_before(self) -> str:
        """The cursor's line before the cursor."""
        return self.prefix[self.prefix.rfind("\n") + 1 :]

    @property
    def line_after(self) -> str:
        """The rest of the cursor's line, after what is replaced."""
        return self.after.partition("\n")[0]

    def with_text(self, text: str) -> Draft:
        """Return the draft with another text."""
        return self if text == self.text else replace(self, text=text)

    def cut(self, length: int) -> Draft | None:
        """Return the draft with the first `length` characters of its text, None if these are blank.

        Blanks at the new end are cut as well. A word is never cut in two: all of it goes.
        """
        if length >= len(self.text):
            return self
        kept = self.text[:length]
        if self.text[length].isalnum() or self.text[length] == "_":
            kept = re.sub(r"\w+\Z", "", kept)
        kept = kept.rstrip()
        return self.with_text(kept) if kept else None


Filter = Callable[[Draft], "Draft | None"]
"""Cuts or converts a text; None says that nothing worth offering is left."""


def indent_of(line: str) -> str:
    """Return the blanks that `line` begins with."""
    return line[: len(line) - len(line.lstrip(" \t"))]
