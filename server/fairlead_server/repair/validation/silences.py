"""Does the patch mend what is wrong, or does it only keep analysis from saying so?"""

from __future__ import annotations

import re

from fairlead_server.repair.validation.contract import Bench, Finding

_SILENCERS = re.compile(
    r"#\s*(?:type|ty|pyright|mypy|ruff|pylint|flake8)\s*:|#\s*noqa\b"
    r"|@SuppressWarnings\b|//\s*noinspection\b|\bNOLINT|//\s*nolint\b"
    r"|@ts-(?:ignore|expect-error|nocheck)\b|eslint-disable|#\s*pragma\b|#!?\[allow\b",
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
        """Count them in `text` and in what it replaces."""
        found = _SILENCERS.findall(text)
        if len(found) <= len(_SILENCERS.findall(bench.hunk.text)):
            return Finding()
        return Finding("rejected", f"switches checks off: {' '.join(found[-1].split())}")
