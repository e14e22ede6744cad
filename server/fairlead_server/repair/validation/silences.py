"""Does the patch mend what is wrong, or does it only keep analysis from saying so?"""

from __future__ import annotations

import re
from collections import Counter

from fairlead_server.repair.validation.contract import Bench, Finding

# What is silenced counts as well: the rest of a comment, the argument of an annotation.
_REST = r"(?:(?!\*/)[^\n])*"
_SILENCERS = re.compile(
    r"(?:#\s*(?:type|ty|pyright|mypy|ruff|pylint|flake8)\s*:|#\s*noqa\b"
    r"|//\s*noinspection\b|\bNOLINT|//\s*nolint\b"
    rf"|@ts-(?:ignore|expect-error|nocheck)\b|eslint-disable|#\s*pragma\b){_REST}"
    r"|@SuppressWarnings\b(?:\s*\([^)]*\))?|#!?\[allow\b[^\]]*",
    re.IGNORECASE,
)


class Silences:
    """Looks for comments and annotations that switch checks off, and were not there before."""

    name = "silences"
    order = 15

    def wanted(self, bench: Bench) -> bool:
        """Return True."""
        return True

    def check(self, text: str, bench: Bench) -> Finding:
        """Compare those in `text` with those in what it replaces."""
        found = _SILENCERS.findall(text)
        before = Counter(map(_normal, _SILENCERS.findall(bench.hunk.text)))
        new = Counter(map(_normal, found)) - before
        if not new:
            return Finding()
        told = next(said for said in found if _normal(said) in new)
        return Finding("rejected", f"switches checks off: {' '.join(told.split())}")


def _normal(said: str) -> str:
    """Return what is said without blanks and in lower case, which do not matter."""
    return "".join(said.split()).lower()
