"""Copies: files that repeat what another file has, whole or in most of their lines."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterable

LEAST_NEW = 0.35
"""A file of whose long lines fewer than this share are new is a near-duplicate."""

_LONG = 25
"""Characters from which a line tells something of its origin."""


def long_lines(text: str) -> frozenset[int]:
    """Return the hashes of the lines that are long enough to be somebody's."""
    stripped = (line.strip() for line in text.split("\n"))
    return frozenset(zlib.crc32(line.encode()) for line in stripped if len(line) > _LONG)


class Seen:
    """The lines and the texts of all files so far."""

    def __init__(self) -> None:
        self._texts: set[int] = set()
        self._lines: set[int] = set()

    def is_new(self, text: str) -> bool:
        """Tell whether `text` is neither a copy nor nearly one, and remember it if so."""
        whole = hash(re.sub(r"\s+", "", text))
        lines = long_lines(text)
        if whole in self._texts:
            return False
        if lines and len(lines - self._lines) < LEAST_NEW * len(lines):
            return False
        self._texts.add(whole)
        self._lines |= lines
        return True


class Overlap:
    """Texts that others must not share much with."""

    def __init__(self, texts: Iterable[str] = ()) -> None:
        self._lines: set[int] = set()
        for text in texts:
            self.add(text)

    def add(self, text: str) -> None:
        """Add a text."""
        self._lines |= long_lines(text)

    def share(self, text: str) -> float:
        """Return the share of the long lines of `text` that one of the texts has as well."""
        lines = long_lines(text)
        return len(lines & self._lines) / len(lines) if lines else 0.0
