"""Which of many names the model prefers: the exact top k, without scoring them all.

Choosing token by token among the tokens that lead to some name favours names whose first token
has many continuations. Here each name is scored as a whole. A name's score is ::

    log P(canonical tokens of heal + name | prompt)
        + log P(the next token ends the name | prompt, heal, name)

in natural logarithms, under the model alone at temperature 1. The canonical tokens are those that
`LanguageModel.encode` gives. The name ends with a token whose first byte no identifier goes on
with, or with the end of the text; without that term every name would lose to its own beginnings.

The names' tokens form a tree. A score only falls from a node to its children, so the score so far
is an upper bound for all names below: best-first search (Pearl, "Heuristics", 1984) may leave
alone every node whose bound is below the k-th best score found, and the result is that of scoring
every name. Each evaluation takes the best few open nodes together.
"""

from __future__ import annotations

import heapq
import math
import time
from bisect import insort
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np

from fairlead_decoding.branches import Branches, Path
from fairlead_decoding.model import LanguageModel, Logits, Session, Vocabulary
from fairlead_decoding.trie import Ids

IDENTIFIER = frozenset(b"_0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz") | (
    frozenset(range(0x80, 0x100))
)
"""The bytes that go on an identifier in most languages; what is beyond ASCII counts as letters."""


@dataclass(frozen=True)
class RankedName:
    """A name and its score; where `bound` is true, the score is at most `logprob`."""

    name: bytes
    logprob: float
    bound: bool = False


@dataclass(frozen=True)
class Ranking:
    """The best names first.

    `exact` tells that these are the true top k in their true order, with their scores. Otherwise
    the search was ended early, and names whose scores are known stand among names of which only a
    bound is. `evaluated` is the number of tokens that the model evaluated.
    """

    names: tuple[RankedName, ...]
    exact: bool
    evaluated: int


@dataclass(eq=False)
class _Node:
    """A place in the tree: the names that end here, by their index, and the ways on."""

    path: Path = ()
    names: list[int] = field(default_factory=list)
    children: dict[int, _Node] = field(default_factory=dict)

    def below(self) -> Iterator[int]:
        """Yield all names that end here or further down."""
        yield from self.names
        for child in self.children.values():
            yield from child.below()


def rank(
    model: LanguageModel,
    session: Session,
    logits: Logits,
    names: Sequence[bytes],
    *,
    heal: bytes = b"",
    continues: frozenset[int] = IDENTIFIER,
    k: int,
    budget: int | None = None,
    batch: int = 4,
    cancelled: Callable[[], bool] = lambda: False,
    deadline: float | None = None,
    clock: Callable[[], float] = time.monotonic,
) -> Ranking:
    """Return the `k` best of `names` after what `session` holds, whose last logits are `logits`.

    `names` are what is to be written after `heal`: of the name ``append`` it is ``pend`` where
    `heal` is ``.ap``. A name given twice counts once; of equal scores the first given wins.
    `continues` holds the bytes that would make a name a longer one.

    The search ends early when evaluating more would take over `budget` tokens, at `deadline` (in
    seconds by `clock`), or when `cancelled`; the last two are looked at before each evaluation of
    `batch` continuations. It opens at most `batch` forks of `session`, and closes them.
    Raises `ModelError` when a name does not fit into the context.
    """
    search = _Search(model, list(dict.fromkeys(names)), heal, continues, k)
    search.expand(0.0, search.root, logits)
    if k < 1 or not search.pending():
        return search.result(0)
    branches = Branches(model, session, batch)
    evaluated = 0
    try:
        while search.pending() and not cancelled() and (deadline is None or clock() < deadline):
            room = None if budget is None else budget - evaluated
            if not (chosen := search.take(branches, room)):
                break
            evaluated += sum(branches.cost(node.path) for _, node in chosen)
            rows = branches.evaluate([node.path for _, node in chosen])
            for (logprob, node), row in zip(chosen, rows, strict=True):
                search.expand(logprob, node, row)
    finally:
        branches.close()
    return search.result(evaluated)


def exhaustive(
    model: LanguageModel,
    session: Session,
    logits: Logits,
    names: Sequence[bytes],
    heal: bytes = b"",
    *,
    continues: frozenset[int] = IDENTIFIER,
) -> list[RankedName]:
    """Return all `names` with their scores, best first, each evaluated by itself, token by token.

    What `rank` must agree with. Takes one evaluation for every token of every name.
    """
    ending = ending_ids(model.vocabulary, continues)
    first = logits.copy()
    found = []
    fork = session.fork()
    try:
        for name in dict.fromkeys(names):
            row, score = first, 0.0
            for token in _canonical(model, heal + name):
                score += float(row[token]) - _log_sum(row)
                row = fork.forward([token])
            found.append(RankedName(name, score + _log_sum(row[ending]) - _log_sum(row)))
            fork.rollback(len(session.tokens))
    finally:
        fork.close()
    return sorted(found, key=lambda ranked: -ranked.logprob)


class _Search:
    """The state of one best-first search: open nodes, and the names whose scores are known."""

    def __init__(
        self,
        model: LanguageModel,
        names: list[bytes],
        heal: bytes,
        continues: frozenset[int],
        k: int,
    ) -> None:
        self.root = _Node()
        for index, name in enumerate(names):
            _insert(self.root, _canonical(model, heal + name), index)
        self._names = names
        self._ending = ending_ids(model.vocabulary, continues)
        self._k = k
        # Heap entries: the negated bound, the order of entry, the node.
        self._open: list[tuple[float, int, _Node]] = []
        self._entered = 0
        self._scores: list[tuple[float, int]] = []

    def expand(self, logprob: float, node: _Node, logits: Logits) -> None:
        """Score what ends at `node`, and open its children, given the logits after it."""
        total = _log_sum(logits)
        if node.names:
            ended = logprob + _log_sum(logits[self._ending]) - total
            for index in node.names:
                insort(self._scores, (-ended, index))
        for token, child in node.children.items():
            bound = logprob + float(logits[token]) - total
            heapq.heappush(self._open, (-bound, self._entered, child))
            self._entered += 1

    def pending(self) -> bool:
        """Tell whether some open node may still hold one of the top k."""
        return bool(self._open) and self._open[0][0] <= self._worst()

    def _worst(self) -> float:
        """Return the k-th best known score, negated."""
        return self._scores[self._k - 1][0] if len(self._scores) >= self._k else math.inf

    def take(self, branches: Branches, room: int | None) -> list[tuple[float, _Node]]:
        """Return the best open nodes, `branches.width` at most, that cost `room` tokens at most."""
        taken: list[tuple[float, _Node]] = []
        while len(taken) < branches.width and self.pending():
            negated, _, node = self._open[0]
            if room is not None:
                room -= branches.cost(node.path)
                if room < 0:
                    break
            heapq.heappop(self._open)
            taken.append((-negated, node))
        return taken

    def result(self, evaluated: int) -> Ranking:
        """Return the ranking as far as it is known."""
        exact = self._k < 1 or not self.pending()
        entries = [(negated, index, False) for negated, index in self._scores]
        if not exact:
            entries += ((b, index, True) for b, _, node in self._open for index in node.below())
        best = sorted(entries)[: max(0, self._k)]
        found = (RankedName(self._names[index], -negated, bound) for negated, index, bound in best)
        return Ranking(tuple(found), exact, evaluated)


def _insert(node: _Node, tokens: Sequence[int], index: int) -> None:
    for end, token in enumerate(tokens, 1):
        node = node.children.setdefault(token, _Node(tuple(tokens[:end])))
    node.names.append(index)


def _canonical(model: LanguageModel, text: bytes) -> list[int]:
    return model.encode(text.decode())


@lru_cache(maxsize=4)
def ending_ids(vocabulary: Vocabulary, continues: frozenset[int]) -> Ids:
    """Return the tokens that end a name: those that begin with another byte, or end the text."""
    begins = (i for i, text in enumerate(vocabulary.tokens) if text and text[0] not in continues)
    return np.array(sorted(vocabulary.end.union(begins)), dtype=np.int64)


def _log_sum(logits: Logits) -> float:
    """Return the logarithm of the sum of the exponentials."""
    top = float(logits.max())
    return top + math.log(float(np.exp(logits - top).sum())) if top > -math.inf else top
