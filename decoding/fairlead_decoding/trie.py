"""The vocabulary as a prefix tree of bytes, kept as one sorted array.

All tokens that share a prefix lie next to each other in sorted order, so a node of the tree is a
range of the array and a subtree is a slice: no node objects, and little to build but the sort.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import OrderedDict
from collections.abc import Callable
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from fairlead_decoding.lexicon import Lexicon
from fairlead_decoding.model import Vocabulary
from fairlead_decoding.monitor import Constraint

Ids = NDArray[np.int64]
"""Token ids, shape (n,)."""

_MEMO_SIZE = 256

_FEW = 8
"""So many texts are faster looked up one by one."""


class TokenTrie:
    """Answers which tokens start with, lead to, or run past given byte strings.

    Ids are sorted, unless said otherwise. Not to be changed: answers are remembered.
    """

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary
        written = [i for i, text in enumerate(vocabulary.tokens) if text]
        self._lexicon = Lexicon([vocabulary.tokens[i] for i in written])
        self._texts = self._lexicon.texts
        self._ids: Ids = np.array(written, dtype=np.int64)[self._lexicon.order]
        self._memo: OrderedDict[tuple[object, ...], Ids] = OrderedDict()

    def subtree(self, prefix: bytes) -> Ids:
        """Return the ids of all tokens that start with `prefix`, in order of their bytes."""
        low, high = self._range(prefix, 0, len(self._texts))
        return self._ids[low:high]

    def _range(self, prefix: bytes, low: int, high: int) -> tuple[int, int]:
        """Return, between two places, the bounds of the tokens that start with `prefix`."""
        low = bisect_left(self._texts, prefix, low, high)
        after = _successor(prefix)
        return low, high if after is None else bisect_left(self._texts, after, low, high)

    def healing(self, prefix: bytes) -> Ids:
        """Return the tokens with which a text that must begin with `prefix` can begin."""
        return self._remembered((prefix,), lambda: self._healing(prefix))

    def _healing(self, prefix: bytes) -> Ids:
        leading = (self._written_as(prefix[:end]) for end in range(1, len(prefix)))
        return np.sort(np.concatenate([*leading, self.subtree(prefix)]))

    def _written_as(self, text: bytes) -> Ids:
        low = bisect_left(self._texts, text)
        return self._ids[low : bisect_right(self._texts, text, low)]

    def constrained(self, heal: bytes, constraint: Constraint) -> Ids:
        """Return the tokens that can begin `heal` followed by a name under `constraint`.

        A token may stop inside the name, end with it, or run past it into a byte that ends the
        name; what follows that byte is not looked at. Memoised per set of names, since the same
        receiver is dereferenced again and again.
        """
        key = (heal, constraint.typed, constraint.names, constraint.continues)
        return self._remembered(key, lambda: self._walk(heal, constraint))

    def _remembered(self, key: tuple[object, ...], find: Callable[[], Ids]) -> Ids:
        found = self._memo.get(key)
        if found is None:
            found = self._memo[key] = find()
            if len(self._memo) > _MEMO_SIZE:
                self._memo.popitem(last=False)
        else:
            self._memo.move_to_end(key)
        return found

    def _walk(self, heal: bytes, constraint: Constraint) -> Ids:
        wanted = _rests(constraint)
        parts: list[Ids] = []
        if heal:
            wanted = [heal + rest for rest in wanted]
        elif constraint.typed in constraint.names:
            # The name is complete: whatever begins with a byte that ends it may follow.
            wanted.remove(b"")
            parts += map(self.subtree, _outside(constraint.continues))
        if len(wanted) <= _FEW:
            places = {p for text in wanted for p in self._related(text, constraint.continues)}
            parts.append(self._ids[list(places)])
        else:
            table = _by_byte(constraint.continues)
            parts.append(self._ids[self._lexicon.related(wanted, table)])
        return _distinct(parts, len(self.vocabulary))

    def _related(self, text: bytes, continues: frozenset[int]) -> list[int]:
        """Do for one text what `Lexicon.related` does for many; for few it is quicker."""
        texts, low, high, found = self._texts, 0, len(self._texts), list[int]()
        for end in range(1, len(text) + 1):
            low, high = self._range(text[:end], low, high)
            while low < high and len(texts[low]) == end:
                found.append(low)
                low += 1
            if low == high:
                return found
        end = len(text)
        return found + [place for place in range(low, high) if texts[place][end] not in continues]


@lru_cache(maxsize=4)
def trie_of(vocabulary: Vocabulary) -> TokenTrie:
    """Return the trie of `vocabulary`, sorted once."""
    return TokenTrie(vocabulary)


def _rests(constraint: Constraint) -> list[bytes]:
    """Return what is missing of each name that may still be meant."""
    typed, cut = constraint.typed, len(constraint.typed)
    if not typed:
        return list(constraint.names)
    return [name[cut:] for name in constraint.names if name.startswith(typed)]


def _distinct(parts: list[Ids], size: int) -> Ids:
    """Join `parts`, sorted and each id once; all are under `size`."""
    if len(parts) == 1 and len(parts[0]) < _FEW * _FEW:
        return np.array(sorted(set(parts[0].tolist())), dtype=np.int64)
    seen = np.zeros(size, np.bool_)
    for part in parts:
        seen[part] = True
    return np.flatnonzero(seen)


@lru_cache(maxsize=8)
def _by_byte(members: frozenset[int]) -> NDArray[np.bool_]:
    """Return a table that tells of each byte whether it is one of `members`."""
    table = np.zeros(256, np.bool_)
    table[list(members)] = True
    return table


def _outside(members: frozenset[int]) -> list[bytes]:
    return [bytes([byte]) for byte in range(256) if byte not in members]


def _successor(prefix: bytes) -> bytes | None:
    """Return the least byte string above all that start with `prefix`, or None."""
    stripped = prefix.rstrip(b"\xff")
    return stripped[:-1] + bytes([stripped[-1] + 1]) if stripped else None
