"""What commands tell that run what a model has written: where things stand, what it can reach."""

from __future__ import annotations

import sys
from collections.abc import Collection

_REACHED = {"network": "the network", "files": "all files that you may write"}


def say(text: str) -> None:
    """Show where things stand, on one line, where somebody looks."""
    if sys.stderr.isatty():
        print(f"\r\x1b[K{text}", end="", file=sys.stderr, flush=True)


def reached(isolation: Collection[str]) -> str:
    """Return what a sandbox with this `isolation` leaves in reach, in words; blank if nothing."""
    return " and ".join(said for name, said in _REACHED.items() if name not in isolation)
