"""What was checked, and with what result: the record attached to each completion."""

from __future__ import annotations

import enum
from dataclasses import dataclass

UNBOUND = "nothing binds it yet"
"""Why a name is unknown that does not exist, unless what is written next binds it."""


class Verdict(enum.Enum):
    """VALID: analysis knows the name. INVALID: it knows there is none. UNKNOWN: it cannot tell."""

    VALID = "valid"
    INVALID = "invalid"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Evidence:
    """One name in a completion and what analysis said of it.

    `start` and `end` are byte offsets into the generated text (`start` is negative when the user
    had typed the beginning). `candidates` counts the names that analysis offered here.
    """

    name: str
    kind: str
    verdict: Verdict
    engine: str
    candidates: int
    start: int
    end: int
    reason: str = ""
