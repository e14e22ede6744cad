"""Sorted byte strings, searched for many others at once in a fixed number of array operations.

A walk from node to node costs an interpreter's step for each byte of each name. Instead, strings
are compared eight bytes at a time, as big-endian integers, which sort like the bytes do.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Places = NDArray[np.int64]
"""Positions in the sorted strings, shape (n,)."""

_Sizes = NDArray[np.int32]
_Words = NDArray[np.uint64]
_WORD = 8
_ALL = (1 << 64) - 1
# _FIRST[n] has the first n bytes of a word set, _LAST[n] those after them.
_FIRST: _Words = np.array([_ALL - (_ALL >> 8 * n) for n in range(_WORD + 1)], np.uint64)
_LAST: _Words = ~_FIRST
# By how many bytes two strings are to agree in: those of them that are in the second word.
_SECOND: _Words = np.concatenate([np.zeros(_WORD, np.uint64), _FIRST])


class Lexicon:
    """`texts` are not empty; one may be there more than once.

    `texts` holds them sorted, and `order` where each of these was given.
    """

    def __init__(self, texts: Sequence[bytes]) -> None:
        head, following = _words(texts)
        self.order = _sorted(texts, head, following)
        self.texts = [texts[place] for place in self.order.tolist()]
        self._head, self._next = head[self.order], following[self.order]
        self._sizes = _sizes(self.texts)
        self._bytes = np.frombuffer(b"".join(self.texts), np.uint8)
        self._starts = (np.cumsum(self._sizes) - self._sizes).astype(np.int32)
        self._short = self._short_prefixes()
        self._twins = self._equal_before()

    def _short_prefixes(self) -> NDArray[np.int32]:
        """Return, for each text and each size under a word, the text of that size it begins with.

        -1 stands for none, as it does in the row at the end, that of no text.
        """
        found = np.full((len(self.texts) + 1, _WORD - 1), -1, np.int32)
        places = np.arange(len(self.texts), dtype=np.int32)
        for size in range(1, _WORD):
            # What begins with a text comes after it, and before the next one of that size.
            last = np.maximum.accumulate(np.where(self._sizes == size, places, -1))
            same = (self._head[last] ^ self._head) & _FIRST[size] == 0
            found[:-1, size - 1] = np.where(same, last, -1)
        return found

    def _equal_before(self) -> Places | None:
        """Return the place of an equal text before each one or -1, None where no two are equal."""
        like = self._sizes[1:] == self._sizes[:-1]
        like &= (self._head[1:] == self._head[:-1]) & (self._next[1:] == self._next[:-1])
        twins = np.full(len(self.texts), -1)
        for place in np.flatnonzero(like).tolist():
            if self.texts[place] == self.texts[place + 1]:
                twins[place + 1] = place
        return twins if (twins >= 0).any() else None

    def related(self, strings: Sequence[bytes], continues: NDArray[np.bool_]) -> Places:
        """Return the texts that begin one of `strings` or run past it, some more than once.

        A text that runs past a string does so with a byte that `continues`, by byte, is false for.
        The strings are not empty.
        """
        if not self.texts:
            return np.empty(0, np.int64)
        head, following = _words(strings)
        low = np.searchsorted(self._head, head)
        short = self._short[low - 1]
        differing = self._head[low - 1] ^ head
        begins = (differing[:, np.newaxis] & _FIRST[1:_WORD] == 0) & (short >= 0)
        sizes = _sizes(strings)
        filled = head | _LAST[np.minimum(sizes, _WORD)]
        counts = np.searchsorted(self._head, filled, side="right") - low
        rows = np.repeat(np.arange(len(strings)), counts)
        places = _ranges(low, counts)
        fits = self._fits(places, sizes[rows], following[rows], continues)
        fits = self._confirmed(fits, places, rows, strings)
        return self._with_twins(np.concatenate([short[begins], places[fits]]))

    def _fits(
        self, places: Places, sizes: _Sizes, following: _Words, continues: NDArray[np.bool_]
    ) -> NDArray[np.bool_]:
        """Tell which texts fit strings of `sizes` that have the first word in common with them."""
        own = self._sizes[places]
        compared = np.minimum(np.minimum(own, sizes), 2 * _WORD)
        agrees = (self._next[places] ^ following) & _SECOND[compared] == 0
        # The byte after a text that is not the longer one does not matter.
        after = self._bytes[self._starts[places] + np.minimum(sizes, own - 1)]
        fits: NDArray[np.bool_] = agrees & ((own <= sizes) | ~continues[after])
        return fits

    def _confirmed(
        self,
        fits: NDArray[np.bool_],
        places: Places,
        rows: Places,
        strings: Sequence[bytes],
    ) -> NDArray[np.bool_]:
        """Look at the bytes after the second word, which hardly any text has."""
        for i in np.flatnonzero(fits & (self._sizes[places] > 2 * _WORD)).tolist():
            text, string = self.texts[places[i]], strings[rows[i]]
            fits[i] = text.startswith(string) or string.startswith(text)
        return fits

    def _with_twins(self, places: Places) -> Places:
        """Add the places of equal texts."""
        parts = [places]
        while self._twins is not None and len(parts[-1]):
            before = self._twins[parts[-1]]
            parts.append(before[before >= 0])
        return np.concatenate(parts)


def _sizes(texts: Sequence[bytes]) -> _Sizes:
    return np.fromiter(map(len, texts), np.int32, len(texts))


def _words(texts: Sequence[bytes]) -> tuple[_Words, _Words]:
    """Return the first and the second eight bytes of each text, padded with zeros."""
    rows = np.array(texts, f"S{2 * _WORD}").view(">u8").astype(np.uint64).reshape(-1, 2)
    return np.ascontiguousarray(rows[:, 0]), np.ascontiguousarray(rows[:, 1])


def _sorted(texts: Sequence[bytes], head: _Words, following: _Words) -> Places:
    """Return the order of `texts`, of which the first two words are given."""
    order = np.lexsort((following, head))
    head, following = head[order], following[order]
    tied = (head[1:] == head[:-1]) & (following[1:] == following[:-1])
    edges = np.flatnonzero(np.diff(np.concatenate([[False], tied, [False]]))).tolist()
    for first, last in zip(edges[::2], edges[1::2], strict=True):
        places = order[first : last + 1].tolist()
        order[first : last + 1] = sorted(places, key=texts.__getitem__)
    return order


def _ranges(starts: Places, counts: Places) -> Places:
    """Return the numbers from each start on, as many as its count, one range after another."""
    ends = np.cumsum(counts)
    return np.repeat(starts - ends + counts, counts) + np.arange(ends[-1] if len(ends) else 0)
