"""Where a text ends that a limit cut off: not in names that nothing binds."""

from __future__ import annotations

import re

from fairlead_monitors.evidence import UNBOUND
from fairlead_server.parsing import may_end
from fairlead_server.report import Checking

_WORD = re.compile(r"\w+")
_MOST = 64
"""How many words from the end are looked at."""


def ended(text: str, checking: Checking) -> str:
    """Return the longest beginning of `text`, in whole words, in which no name is left unbound.

    While a text is being written, what follows may still bind a name, as a comprehension does.
    Where nothing follows any more, the name is one that does not exist.
    """
    starts = [match.start() for match in _WORD.finditer(text)]
    for end in (len(text), *reversed(starts[-_MOST:])):
        kept = text if end == len(text) else text[:end].rstrip()
        if not kept or _binds_all(kept, checking):
            return kept
    return text


def _binds_all(text: str, checking: Checking) -> bool:
    data = text.encode()
    if not may_end(checking, data):
        return False
    probe = checking.fork()
    probe.advance(data)
    return all(evidence.reason != UNBOUND for evidence in probe.evidence())
