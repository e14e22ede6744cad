"""A baseline that counts: a 5-gram model of tokens, and what the file has said so far.

Probabilities of shorter and longer contexts are interpolated after Witten and Bell, "The
zero-frequency problem", 1991; the cache is that of Kuhn and De Mori, "A cache-based natural
language model for speech recognition", 1990, with contexts of up to two tokens. Only the contexts
that occur in the texts to be measured are counted, so that any amount of text can be.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

ORDER = 5
_CACHE_ORDER = 3
_CACHE_WEIGHT = 0.3

Ids = NDArray[np.int64]
Hashes = NDArray[np.uint64]

_PRIME = np.uint64(0x9E3779B97F4A7C15)
_MIX = np.uint64(29)


@dataclass(frozen=True)
class _Counts:
    """What was seen after contexts of one length, for pairs of context and token that matter."""

    pairs: Hashes
    seen: NDArray[np.int64]
    contexts: Hashes
    total: NDArray[np.int64]
    kinds: NDArray[np.int64]


class NGrams:
    """Counts of what follows the contexts in `measured`, in `corpus`; both are documents' ids."""

    def __init__(self, corpus: Iterable[Ids], measured: Sequence[Ids], vocabulary: int) -> None:
        self._vocabulary = vocabulary
        ids = np.concatenate([np.zeros(0, np.int64), *corpus])
        self._counts = [_count(ids, measured, size) for size in range(ORDER)]

    def probabilities(self, ids: Ids) -> NDArray[np.float64]:
        """Return the probability of each token of a text, after those before it."""
        found = np.full(len(ids), 1 / self._vocabulary)
        for size, counts in enumerate(self._counts):
            contexts, pairs = _hashes(ids, size)
            total = _at(counts.contexts, counts.total, contexts)
            kinds = _at(counts.contexts, counts.kinds, contexts)
            seen = _at(counts.pairs, counts.seen, pairs)
            known = total > 0
            mixed = (seen + kinds * found[size:]) / np.maximum(total + kinds, 1)
            found[size:] = np.where(known, mixed, found[size:])
        cached = _cached(ids, self._vocabulary)
        return (1 - _CACHE_WEIGHT) * found + _CACHE_WEIGHT * cached

    def bits(self, ids: Ids) -> float:
        """Return the bits that a text takes."""
        return float(-np.log2(self.probabilities(ids)).sum())


def _hashes(ids: Ids, size: int) -> tuple[Hashes, Hashes]:
    """Return hashes of the contexts of `size` tokens, and of each with the token after it."""
    count = max(0, len(ids) - size)
    contexts = np.full(count, np.uint64(size + 1), np.uint64)
    for place in range(size):
        contexts = _mixed(contexts, ids[place : place + count])
    return contexts, _mixed(contexts, ids[size:])


def _mixed(hashes: Hashes, ids: Ids) -> Hashes:
    joined = (hashes ^ (ids.astype(np.uint64) + np.uint64(1))) * _PRIME
    mixed: Hashes = joined ^ (joined >> _MIX)
    return mixed


def _count(corpus: Ids, measured: Sequence[Ids], size: int) -> _Counts:
    contexts, pairs = _hashes(corpus, size)
    wanted = np.unique(np.concatenate([_hashes(ids, size)[0] for ids in measured]))
    kept = _at(wanted, np.ones(len(wanted), np.int64), contexts) > 0
    contexts, pairs = contexts[kept], pairs[kept]
    found, first, seen = np.unique(pairs, return_index=True, return_counts=True)
    owners = contexts[first]
    named, place = np.unique(owners, return_inverse=True)
    total = np.bincount(place, weights=seen, minlength=len(named)).astype(np.int64)
    kinds = np.bincount(place, minlength=len(named)).astype(np.int64)
    return _Counts(found, seen.astype(np.int64), named, total, kinds)


def _at(keys: Hashes, values: NDArray[np.int64], wanted: Hashes) -> NDArray[np.int64]:
    """Return the value of each of `wanted`, 0 where `keys`, which are sorted, lack it."""
    if not len(keys):
        return np.zeros(len(wanted), np.int64)
    places = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
    found: NDArray[np.int64] = np.where(keys[places] == wanted, values[places], 0)
    return found


def _cached(ids: Ids, vocabulary: int) -> NDArray[np.float64]:
    """Return the probability of each token by what the same text has said before it."""
    seen: defaultdict[tuple[int, ...], defaultdict[int, int]]
    seen = defaultdict(lambda: defaultdict(int))
    totals: defaultdict[tuple[int, ...], int] = defaultdict(int)
    found = np.empty(len(ids))
    text = ids.tolist()
    for place, token in enumerate(text):
        probability = 1 / vocabulary
        for size in range(min(_CACHE_ORDER, place + 1)):
            context = tuple(text[place - size : place])
            if total := totals[context]:
                followers = seen[context]
                kinds = len(followers)
                probability = (followers.get(token, 0) + kinds * probability) / (total + kinds)
            # Only longer contexts are looked at from here on: this one may be counted now.
            seen[context][token] += 1
            totals[context] += 1
        found[place] = probability
    return found
