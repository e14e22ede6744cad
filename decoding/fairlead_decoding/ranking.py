"""Which of many names the model prefers: the exact top k, without scoring them all.

Choosing token by token favours names that lie behind a popular first token. Here each name is
scored as a whole. The score is ::

    log P(canonical tokens of heal + name | prompt)
        + log P(the next token ends the name | prompt, heal, name)

in natural logarithms, under the model alone at temperature 1. Canonical tokens are those that
`LanguageModel.encode` gives. A name is ended by a token whose first byte goes on no identifier,
and by the end of the text; without that term every name would lose to its own beginnings.

The tokens of all names form a tree. Scores only fall on the way down, so the score of a node is an
upper bound for all names below it. Best-first search (Pearl, "Heuristics", 1984) leaves alone the
nodes whose bound is under the k-th best score found, and so finds what scoring every name finds,
up to the backend's arithmetic: the logits of quantised weights depend a little on which tokens are
evaluated together, and names that are closer to each other than that may change places.

Several open nodes are evaluated together, since a batch costs less than its tokens one by one.
A forced chain, the tail of a name that no other name shares, is not evaluated ahead: the bound
mostly falls so far within the chain that its rest is never needed. Among 100 names of Python's
library, chains evaluated whole take 1.8 times as many tokens.
"""

from __future__ import annotations

import heapq
import math
import time
from bisect import insort
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np

from fairlead_decoding.branches import Branches, Path
from fairlead_decoding.model import LanguageModel, Logits, Session, Vocabulary
from fairlead_decoding.sampling import log_sum
from fairlead_decoding.trie import Ids

IDENTIFIER = frozenset(
    b"_0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
) | frozenset(range(0x80, 0x100))
"""Bytes that go on an identifier in most languages: all that is not ASCII counts as letters."""


@dataclass(frozen=True)
class RankedName:
    """A name and its score, or with `bound` a number that its score does not exceed."""

    name: bytes
    logprob: float
    bound: bool = False


@dataclass(frozen=True)
class Ranking:
    """Names, best first.

    `exact` tells that they are the true top k in their true order. Otherwise the search ended
    early, and names of which only a bound is known stand between those whose score is known.
    `evaluated` is how many tokens the model evaluated.
    """

    names: tuple[RankedName, ...]
    exact: bool
    evaluated: int


def rank(
    model: LanguageModel,
    session: Session,
    logits: Logits,
    names: Iterable[bytes],
    *,
    heal: bytes = b"",
    k: int,
    continues: frozenset[int] = IDENTIFIER,
    budget: int | None = None,
    batch: int = 4,
    cancelled: Callable[[], bool] = lambda: False,
    deadline: float | None = None,
    clock: Callable[[], float] = time.monotonic,
) -> Ranking:
    """Return the `k` best of `names` after what `session` holds, whose last logits are `logits`.

    A name is given as what is to be written after `heal`: ``append`` as ``pend`` after ``.ap``.
    A name given twice counts once; of equal scores the first given wins. `continues` are the bytes
    that would make a complete name a longer one.

    The search ends early rather than evaluate more than `budget` tokens, at `deadline`, which is
    in seconds by `clock`, and when `cancelled`. The last two are looked at before each evaluation.
    `session` is forked up to `batch` times, less often where the model has no room for so many
    sessions, and is not changed. Raises `ModelError` when a name does not fit into the context.
    """
    distinct = list(dict.fromkeys(names))
    search = _Search(_tree(model, distinct, heal), ending_ids(model.vocabulary, continues), k)
    search.expand(0.0, search.root, logits)
    if not search.pending():
        return search.ranking(distinct, evaluated=0)
    branches = Branches(model, session, batch)
    try:
        while search.pending() and not cancelled() and (deadline is None or clock() < deadline):
            room = math.inf if budget is None else budget - branches.evaluated
            chosen = search.take(branches, room)
            if not chosen:
                break
            rows = branches.evaluate([node.path for _, node in chosen])
            for (bound, node), row in zip(chosen, rows, strict=True):
                search.expand(bound, node, row)
    finally:
        branches.close()
    return search.ranking(distinct, branches.evaluated)


def exhaustive(
    model: LanguageModel,
    session: Session,
    logits: Logits,
    names: Iterable[bytes],
    heal: bytes = b"",
    *,
    continues: frozenset[int] = IDENTIFIER,
) -> list[RankedName]:
    """Return all `names` with their scores, best first; arguments and scores as for `rank`.

    Evaluates every token of every name, one by one. It is what `rank` has to agree with.
    """
    ending = ending_ids(model.vocabulary, continues)
    first = logits.copy()
    found = []
    fork = session.fork()
    try:
        for name in dict.fromkeys(names):
            row, score = first, 0.0
            for token in _canonical(model, heal + name):
                score += float(row[token]) - log_sum(row)
                row = fork.forward([token])
            found.append(RankedName(name, score + log_sum(row[ending]) - log_sum(row)))
            fork.rollback(len(session.tokens))
    finally:
        fork.close()
    return sorted(found, key=lambda ranked: -ranked.logprob)


@lru_cache(maxsize=4)
def ending_ids(vocabulary: Vocabulary, continues: frozenset[int]) -> Ids:
    """Return the tokens that end a name: those that begin with another byte, or end the text."""
    begins = (i for i, text in enumerate(vocabulary.tokens) if text and text[0] not in continues)
    return np.array(sorted(vocabulary.end.union(begins)), dtype=np.int64)


@dataclass(eq=False)
class _Node:
    """A place in the tree of tokens, with the names that end here, by their index."""

    path: Path = ()
    names: list[int] = field(default_factory=list)
    children: dict[int, _Node] = field(default_factory=dict)

    def below(self) -> Iterator[int]:
        """Yield the names that end here or further down."""
        yield from self.names
        for child in self.children.values():
            yield from child.below()


def _tree(model: LanguageModel, names: Sequence[bytes], heal: bytes) -> _Node:
    root = _Node()
    for index, name in enumerate(names):
        node = root
        for token in _canonical(model, heal + name):
            node = node.children.setdefault(token, _Node((*node.path, token)))
        node.names.append(index)
    return root


class _Search:
    """The open nodes of one search, and the names whose scores are known.

    Numbers are kept negated, so that the best come first in a heap and in a sorted list.
    """

    def __init__(self, root: _Node, ending: Ids, k: int) -> None:
        self.root = root
        self._ending = ending
        self._k = max(0, k)
        self._open: list[tuple[float, int, _Node]] = []
        self._opened = 0  # Orders equal bounds.
        self._scores: list[tuple[float, int]] = []

    def expand(self, bound: float, node: _Node, logits: Logits) -> None:
        """Score the names that end at `node` and open what lies below, given the logits there."""
        total = log_sum(logits)
        if node.names:
            score = bound + log_sum(logits[self._ending]) - total
            for index in node.names:
                insort(self._scores, (-score, index))
        for token, child in node.children.items():
            entry = (total - float(logits[token]) - bound, self._opened, child)
            heapq.heappush(self._open, entry)
            self._opened += 1

    def pending(self) -> bool:
        """Tell whether an open node may hold one of the top k."""
        # Equal ones are looked at as well: the order among equals is that of the names.
        return bool(self._k and self._open) and self._open[0][0] <= self._last_score()

    def _last_score(self) -> float:
        return self._scores[self._k - 1][0] if len(self._scores) >= self._k else math.inf

    def take(self, branches: Branches, room: float) -> list[tuple[float, _Node]]:
        """Take the best open nodes that can be evaluated together for at most `room` tokens."""
        taken: list[tuple[float, _Node]] = []
        while self.pending() and len(taken) < branches.width:
            negated, _, node = self._open[0]
            room -= branches.cost(node.path)
            if room < 0:
                break
            heapq.heappop(self._open)
            taken.append((-negated, node))
        return taken

    def ranking(self, names: Sequence[bytes], evaluated: int) -> Ranking:
        """Return the top k as far as they are known."""
        exact = not self.pending()
        found = [(negated, index, False) for negated, index in self._scores]
        if not exact:
            found += [(b, index, True) for b, _, node in self._open for index in node.below()]
        best = sorted(found)[: self._k]
        ranked = (RankedName(names[index], -negated, bound) for negated, index, bound in best)
        return Ranking(tuple(ranked), exact, evaluated)


def _canonical(model: LanguageModel, text: bytes) -> list[int]:
    return model.encode(text.decode())
