"""The value a monitor describes its state with."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Constraint:
    """One of `names` must be written, of which `typed` is there already.

    `continues` holds the bytes that would make a complete name a longer one; any other byte, and
    the end of the text, may follow it.
    """

    names: frozenset[bytes]
    typed: bytes
    continues: frozenset[int]
