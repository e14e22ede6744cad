"""The vocabulary as a prefix tree of bytes, kept as one sorted array.

All tokens that share a prefix lie next to each other in sorted order, so a node of the tree is a
range of the array and a subtree is a slice: no node objects, and little to build but the sort.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import OrderedDict
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from fairlead_decoding.lexicon import Lexicon
from fairlead_decoding.model import Vocabulary
from fairlead_decoding.monitor import Constraint

Ids = NDArray[np.int64]
"""Token ids, shape (n,)."""

Scores = NDArray[np.float32]
"""A score each, logits among them, shape (n,)."""

_MEMO_SIZE = 256

_FEW = 8
"""So many texts are faster looked up one by one."""


class Span(NamedTuple):
    """Tokens that are next to each other in the order of a trie: a subtree, or a single token."""

    low: int
    high: int


class TokenTrie:
    """Answers which tokens start with, lead to, or run past given byte strings.

    Ids are sorted, unless said otherwise. Not to be changed: answers are remembered.
    """

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary
        written = [i for i, text in enumerate(vocabulary.tokens) if text]
        self._lexicon = Lexicon([vocabulary.tokens[i] for i in written])
        self._texts = self._lexicon.texts
        unwritten = [i for i, text in enumerate(vocabulary.tokens) if not text]
        # In the order of the texts; the tokens without one come last.
        self._ids: Ids = np.array(written + unwritten, dtype=np.int64)
        self._ids[: len(written)] = self._ids[self._lexicon.order]
        self._rank = np.empty(len(self._ids), dtype=np.int32)
        self._rank[self._ids] = np.arange(len(self._ids), dtype=np.int32)
        self._places = {text: place for place, text in reversed(list(enumerate(self._texts)))}
        self._biases: dict[frozenset[int], Scores] = {}
        self._memo: OrderedDict[tuple[object, ...], Ids] = OrderedDict()

    def subtree(self, prefix: bytes) -> Ids:
        """Return the ids of all tokens that start with `prefix`, in order of their bytes."""
        return self.ids(self.span(prefix))

    def span(self, prefix: bytes) -> Span:
        """Return all tokens that start with `prefix`."""
        return Span(*self._range(prefix, 0, len(self._texts)))

    def single(self, token: int) -> Span:
        """Return `token` alone."""
        rank = int(self._rank[token])
        return Span(rank, rank + 1)

    def ids(self, span: Span) -> Ids:
        """Return the tokens of `span`, in order of their bytes."""
        return self._ids[span.low : span.high]

    def within(self, ids: Ids, span: Span) -> NDArray[np.bool_]:
        """Tell of each of `ids` whether it is in `span`."""
        ranks = self._rank[ids]
        found: NDArray[np.bool_] = (ranks >= span.low) & (ranks < span.high)
        return found

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
        name; what follows that byte is not looked at. What may follow a name that is complete
        already is left out, unless it makes a longer name. Memoised per set of names, since the
        same receiver is dereferenced again and again.
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

    def after_name(self, constraint: Constraint, logits: Scores) -> Scores:
        """Return the logits of the tokens that may follow a complete name, -inf for the others.

        Whatever begins with a byte that ends the name may follow, and so may what makes it a longer
        one. Of the tokens without a text, those that end the whole text may.
        """
        scores = logits + self._bias(constraint.continues)
        longer = self.constrained(b"", constraint)
        scores[longer] = logits[longer]
        return scores

    def _bias(self, continues: frozenset[int]) -> Scores:
        found = self._biases.get(continues)
        if found is None:
            found = np.full(len(self._ids), -np.inf, np.float32)
            for byte in set(range(256)) - continues:
                found[self.subtree(bytes([byte]))] = 0
            found[list(self.vocabulary.end)] = 0
            self._biases[continues] = found
        return found

    def _walk(self, heal: bytes, constraint: Constraint) -> Ids:
        wanted = [heal + rest for rest in _rests(constraint) if heal or rest]
        if len(wanted) > _FEW:
            table = _by_byte(constraint.continues)
            places = self._lexicon.related(wanted, table)
        else:
            few = {p for text in wanted for p in self._related(text, constraint.continues)}
            places = np.array(list(few), dtype=np.int64)
        return _distinct(self._ids[places], len(self.vocabulary))

    def _related(self, text: bytes, continues: frozenset[int]) -> Iterator[int]:
        """Do for one text what `Lexicon.related` does for many; for few it is quicker."""
        texts, size, low = self._texts, len(text), 0
        for end in range(1, size + 1):
            place = self._places.get(text[:end], len(texts))
            while place < len(texts) and len(texts[place]) == end and text.startswith(texts[place]):
                yield place
                place += 1
                low = place
        for place in range(self._reach(text, low), len(texts)):
            if not texts[place].startswith(text):
                return
            if texts[place][size] not in continues:
                yield place

    def _reach(self, text: bytes, low: int) -> int:
        """Return the first place from `low` on that is not before `text`, found near `low` first.

        (Bentley and Yao, "An almost optimal algorithm for unbounded searching", 1976.)
        """
        step, high = 8, low
        while high < len(self._texts) and self._texts[high] < text:
            low, high, step = high, high + step, 4 * step
        return bisect_left(self._texts, text, low, min(high, len(self._texts)))


@lru_cache(maxsize=4)
def trie_of(vocabulary: Vocabulary) -> TokenTrie:
    """Return the trie of `vocabulary`, sorted once."""
    return TokenTrie(vocabulary)


def _rests(constraint: Constraint) -> list[bytes]:
    """Return what is missing of each name that may still be meant."""
    typed, names = constraint.typed, _in_order(constraint.names)
    low, after = bisect_left(names, typed), _successor(typed)
    high = len(names) if after is None else bisect_left(names, after, low)
    return [name[len(typed) :] for name in names[low:high]]


@lru_cache(maxsize=8)
def _in_order(names: frozenset[bytes]) -> list[bytes]:
    return sorted(names)


def _distinct(ids: Ids, size: int) -> Ids:
    """Return `ids`, all under `size`, sorted and each once."""
    if len(ids) < _FEW * _FEW:
        return np.array(sorted(set(ids.tolist())), dtype=np.int64)
    seen = np.zeros(size, np.bool_)
    seen[ids] = True
    return np.flatnonzero(seen)


@lru_cache(maxsize=8)
def _by_byte(members: frozenset[int]) -> NDArray[np.bool_]:
    """Return a table that tells of each byte whether it is one of `members`."""
    table = np.zeros(256, np.bool_)
    table[list(members)] = True
    return table


def _successor(prefix: bytes) -> bytes | None:
    """Return the least byte string above all that start with `prefix`, or None."""
    stripped = prefix.rstrip(b"\xff")
    return stripped[:-1] + bytes([stripped[-1] + 1]) if stripped else None
