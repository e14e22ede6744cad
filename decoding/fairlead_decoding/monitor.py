"""What steers decoding: the `Monitor` protocol, in bytes.

A monitor watches a text grow and says which bytes may come next. It knows nothing of tokens, and
decoding knows nothing of what it checks. The contract is that of a prefix-closed language: if a
byte string is admitted here, so is each of its prefixes.
"""

from __future__ import annotations

from typing import Protocol, TypeVar

M = TypeVar("M", bound="Monitor")


class Constraint(Protocol):
    """One of `names` must be written here, of which `typed` is there already.

    A complete name may be followed by any byte that is not in `continues`, and by the end.
    """

    @property
    def names(self) -> frozenset[bytes]:
        """The complete names."""

    @property
    def typed(self) -> bytes:
        """The part of the name that the text already ends with."""

    @property
    def continues(self) -> frozenset[int]:
        """Bytes that would make a complete name a longer one."""


class Monitor(Protocol):
    """Watches one text. Forks are independent; they may share caches."""

    def constraint(self) -> Constraint | None:
        """Return the names among which the text must go on, or None where none are enumerable.

        A cheap description of what `admitted` decides: it may allow too much, never too little.
        """

    def pending(self) -> bool:
        """Tell whether `constraint` would have to wait for an analysis that is under way."""

    def admitted(self, data: bytes) -> int:
        """Return how many of the bytes in `data` may be appended, from its start.

        Equal to ``len(data)`` when all of them may. Does not change the monitor.
        """

    def may_end(self) -> bool:
        """Tell whether the text may end here: false in the middle of a name."""

    def advance(self, data: bytes) -> None:
        """Append `data`, which has been admitted."""

    def fork(self: M) -> M:
        """Return an independent copy."""


class Unguided:
    """The monitor that admits everything."""

    def constraint(self) -> Constraint | None:
        """Return None."""
        return None

    def pending(self) -> bool:
        """Return False."""
        return False

    def admitted(self, data: bytes) -> int:
        """Admit all of `data`."""
        return len(data)

    def may_end(self) -> bool:
        """Return True."""
        return True

    def advance(self, data: bytes) -> None:
        """Do nothing."""

    def fork(self) -> Unguided:
        """Return the same object: it has no state."""
        return self
