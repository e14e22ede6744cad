"""The vocabulary as a prefix tree of bytes, kept as one sorted array.

All tokens that share a prefix lie next to each other in sorted order, so a node of the tree is a
range of the array and a subtree is a slice: no node objects, and nothing to build but the sort.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import OrderedDict
from collections.abc import Iterable
from functools import cached_property, lru_cache

import numpy as np
from numpy.typing import NDArray

from fairlead_decoding.model import Vocabulary
from fairlead_decoding.monitor import Constraint

Ids = NDArray[np.int64]
"""Token ids, shape (n,)."""

_MEMO_SIZE = 256


class TokenTrie:
    """Answers which tokens start with, lead to, or run past given byte strings."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        pairs = sorted((text, i) for i, text in enumerate(vocabulary.tokens) if text)
        self.vocabulary = vocabulary
        self._texts = [text for text, _ in pairs]
        self._ids: Ids = np.array([i for _, i in pairs], dtype=np.int64)
        self._memo: OrderedDict[tuple[bytes, bytes, frozenset[bytes]], Ids] = OrderedDict()

    @cached_property
    def _by_text(self) -> dict[bytes, list[int]]:
        # A list each: some vocabularies hold the same bytes under two ids.
        found: dict[bytes, list[int]] = {}
        for text, i in zip(self._texts, self._ids.tolist(), strict=True):
            found.setdefault(text, []).append(i)
        return found

    def _range(self, prefix: bytes) -> tuple[int, int]:
        """Return the bounds of the tokens that start with `prefix`."""
        low = bisect_left(self._texts, prefix)
        after = _successor(prefix)
        return low, len(self._texts) if after is None else bisect_left(self._texts, after, low)

    def subtree(self, prefix: bytes) -> Ids:
        """Return the ids of all tokens that start with `prefix`, in order of their bytes."""
        low, high = self._range(prefix)
        return self._ids[low:high]

    def _leading_to(self, text: bytes) -> Iterable[int]:
        """Yield the tokens that are a non-empty proper prefix of `text`."""
        by_text = self._by_text
        for end in range(1, len(text)):
            yield from by_text.get(text[:end], ())

    def healing(self, prefix: bytes) -> Ids:
        """Return the tokens with which a text that must begin with `prefix` can begin."""
        leading = np.fromiter(self._leading_to(prefix), np.int64)
        return np.concatenate([leading, self.subtree(prefix)])

    def constrained(self, heal: bytes, constraint: Constraint) -> Ids:
        """Return the tokens that can begin `heal` followed by a name under `constraint`.

        A token may stop inside the name, end with it, or run past it into a byte that ends the
        name; what follows that byte is not looked at. Memoised per set of names, since the same
        receiver is dereferenced again and again.
        """
        key = (heal, constraint.typed, constraint.names)
        found = self._memo.get(key)
        if found is None:
            found = self._memo[key] = self._walk(heal, constraint)
            if len(self._memo) > _MEMO_SIZE:
                self._memo.popitem(last=False)
        else:
            self._memo.move_to_end(key)
        return found

    def _walk(self, heal: bytes, constraint: Constraint) -> Ids:
        typed, continues = constraint.typed, constraint.continues
        allowed: set[int] = set()
        for name in constraint.names:
            if not name.startswith(typed):
                continue
            wanted = heal + name[len(typed) :]
            allowed.update(self._leading_to(wanted))
            low, high = self._range(wanted)
            end = len(wanted)
            for place in range(low, high):
                text = self._texts[place]
                if len(text) == end or text[end] not in continues:
                    allowed.add(int(self._ids[place]))
        return np.array(sorted(allowed), dtype=np.int64)


@lru_cache(maxsize=4)
def trie_of(vocabulary: Vocabulary) -> TokenTrie:
    """Return the trie of `vocabulary`, sorted once."""
    return TokenTrie(vocabulary)


def _successor(prefix: bytes) -> bytes | None:
    """Return the least byte string above all that start with `prefix`, or None."""
    stripped = prefix.rstrip(b"\xff")
    return stripped[:-1] + bytes([stripped[-1] + 1]) if stripped else None
