"""Choosing the next token.

The model's distribution is truncated as configured, what the monitor refuses is dropped, and the
rest renormalised: the truncated model, given that it names nothing absent. If nothing is left, the
truncation is applied to what is admitted. No mask is built for it: tokens are tried in the order
of the Gumbel-max trick (Gumbel, 1954; Maddison et al., "A* Sampling", 2014), in which the first
admitted one is an exact draw, so that the monitor is asked about hardly more than one token.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from fairlead_decoding.matcher import Matcher
from fairlead_decoding.model import Logits, Session
from fairlead_decoding.monitor import Monitor
from fairlead_decoding.trie import Ids, Scores, Span, TokenTrie
from fairlead_decoding.types import GenerationConfig, Veto

_FEW = 1024
_SAFE = 60.0
"""The sum of a vocabulary's exponentials neither overflows nor vanishes if the largest is below."""


@dataclass(frozen=True)
class Choice:
    """The chosen token, and those that the model preferred and the monitor refused.

    `lost` is the probability of all tokens found to be refused, among those that fit the prompt.
    """

    token: int
    logprob: float
    vetoed: tuple[int, ...]
    lost: float = 0.0

    def vetoes(self, offset: int, texts: Sequence[bytes]) -> tuple[Veto, ...]:
        """Return the record of the refused tokens, for a choice at `offset` of the text.

        `texts` are those of the vocabulary's tokens; what has none is left out.
        """
        return tuple(Veto(offset, t, texts[t], self.lost) for t in self.vetoed if texts[t])


def choose(
    logits: Logits, matcher: Matcher[Monitor], config: GenerationConfig, rng: np.random.Generator
) -> Choice | None:
    """Choose among the tokens that `matcher` admits; None when it admits none."""
    race = Race(logits, matcher)
    token = pick(race, config, rng)
    return None if token is None else race.result(token)


def pick(race: Race, config: GenerationConfig, rng: np.random.Generator) -> int | None:
    """Return the token that wins `race`, None when none is admitted."""
    if config.temperature == 0:
        return _greedy(race)
    return (_reweighted if config.reweight else _sampled)(race, config, rng)


def log_sum(logits: Logits) -> float:
    """Return the natural logarithm of the sum of exponentials; -inf for none."""
    top = float(logits.max(initial=-np.inf))
    if -_SAFE < top < _SAFE:
        return float(np.log(np.exp(logits).sum()))  # One pass less than what follows.
    return top + float(np.log(np.exp(logits - top).sum())) if top > -np.inf else top


def log_probability(session: Session, logits: Logits, tokens: Sequence[int]) -> float:
    """Return the natural logarithm of the probability of `tokens` after what `session` holds.

    `logits` are its last. All but the last of `tokens` are appended to it.
    """
    total = 0.0
    for number, token in enumerate(tokens, 1):
        total += float(logits[token]) - log_sum(logits)
        if number < len(tokens):
            logits = session.forward([token])
    return total


@dataclass
class Entrants:
    """Tokens and their scores, of the same shape; `ids` None stands for the whole vocabulary."""

    ids: Ids | None
    scores: Scores

    def token(self, place: int) -> int:
        """Return the token at `place`."""
        return place if self.ids is None else int(self.ids[place])

    def drop(self, span: Span, trie: TokenTrie) -> None:
        """Let the tokens of `span` win no more."""
        self.scores[trie.ids(span) if self.ids is None else trie.within(self.ids, span)] = -np.inf

    def kept(self, places: Ids, scores: Scores) -> Entrants:
        """Return those at `places`, with other `scores`."""
        return Entrants(places if self.ids is None else self.ids[places], scores)


class Race:
    """The tokens of one step, of which those that were refused are out."""

    def __init__(self, logits: Logits, matcher: Matcher[Monitor]) -> None:
        self.logits = logits
        self._matcher = matcher
        self.trie = matcher.trie
        self.vetoed: list[int] = []
        self._out: list[Span] = []
        self._rest: Ids | None = None
        self._lost: float | None = None

    def start(self) -> Entrants:
        """Return the tokens that fit what is being healed, whatever the monitor says of them."""
        ids = self._matcher.healing()
        return Entrants(ids, self.logits if ids is None else self.logits[ids])

    def top(self) -> int:
        """Return the model's own choice among them."""
        start = self.start()
        return start.token(int(np.argmax(start.scores)))

    def admits(self, token: int) -> bool:
        """Ask about `token`; if it is refused, it is out with all that begin like it."""
        refused = self._matcher.rejected(token)
        if refused is not None:
            self.vetoed.append(token)
            self._out.append(refused)
        return refused is None

    def result(self, token: int) -> Choice:
        """Return what choosing `token` means."""
        total = self._total
        logprob = float(self.logits[token]) - total
        if self._rest is not None and (top := self.top()) not in self.vetoed:
            place = np.searchsorted(self._rest, top)
            if place == len(self._rest) or self._rest[place] != top:
                self.vetoed.insert(0, top)
        return Choice(token, logprob, tuple(self.vetoed), self._lost_of(total))

    @cached_property
    def _total(self) -> float:
        return log_sum(self.logits)

    def _lost_of(self, total: float) -> float:
        """Return the probability of what was refused, among the tokens that fit the prompt.

        `total` is the `log_sum` of all logits.
        """
        if self._lost is not None:
            return self._lost
        if not self._out and self._rest is None:
            return 0.0
        fitting = self._matcher.healing()
        total = total if fitting is None else log_sum(self.logits[fitting])
        if self._rest is not None:
            kept = self._rest[~self._refused(self._rest)]
            return max(0.0, 1.0 - float(np.exp(log_sum(self.logits[kept]) - total)))
        if fitting is None:
            refused = np.concatenate([self.trie.ids(span) for span in _disjoint(self._out)])
        else:
            refused = fitting[self._refused(fitting)]
        return min(1.0, float(np.exp(log_sum(self.logits[refused]) - total)))

    def _refused(self, ids: Ids) -> NDArray[np.bool_]:
        found = np.zeros(len(ids), np.bool_)
        for span in self._out:
            found |= self.trie.within(ids, span)
        return found

    def lose(self, share: float) -> None:
        """State what is lost, where it is known exactly."""
        self._lost = share

    @property
    def last_refused(self) -> Span:
        """The tokens that went out last."""
        return self._out[-1]

    def listed(self) -> Entrants | None:
        """Return the `rest` where a constraint lists it, None where almost any token may follow."""
        ids = None if self._matcher.heal else self._matcher.allowed()
        return None if ids is None else self.rest()

    def rest(self) -> Entrants:
        """Return the tokens that may be admitted, as far as is known, with their logits."""
        self._rest = ids = self._matcher.allowed()
        rest = Entrants(ids, self._matcher.scores(self.logits) if ids is None else self.logits[ids])
        for span in self._out:
            rest.drop(span, self.trie)
        return rest


def _disjoint(spans: list[Span]) -> list[Span]:
    """Join spans that overlap: of two that do, one holds the other."""
    found: list[Span] = []
    for span in sorted(spans, key=lambda span: (span.low, -span.high)):
        if not found or span.low >= found[-1].high:
            found.append(span)
    return found


def _greedy(race: Race) -> int | None:
    rest = race.listed()
    if rest is None:
        # Most often what the model wants most is admitted: nothing else is looked at then.
        top = race.top()
        if race.admits(top):
            return top
        rest = race.rest()
    return first_admitted(race, rest)


def _sampled(race: Race, config: GenerationConfig, rng: np.random.Generator) -> int | None:
    if not config.truncates:
        rest = race.rest()
        return first_admitted(race, Entrants(rest.ids, _perturbed(rest.scores, config, rng)))
    for of in (race.start, race.rest):
        entrants = of()
        kept = nucleus(entrants.scores / np.float32(config.temperature), config)
        scores = _perturbed(entrants.scores[kept], config, rng)
        token = first_admitted(race, entrants.kept(kept, scores))
        if token is not None:
            return token
    # What was truncated may hold the only token that is admitted.
    return first_admitted(race, race.rest())


def _reweighted(race: Race, config: GenerationConfig, rng: np.random.Generator) -> int | None:
    """Draw as `_sampled` does, after checking every token that truncation leaves."""
    start = race.start()
    kept = nucleus(start.scores / np.float32(config.temperature), config)
    good = np.array([race.admits(start.token(int(place))) for place in kept], dtype=bool)
    weights = np.exp((start.scores[kept] - start.scores[kept[0]]) / config.temperature)
    race.lose(1.0 - float(weights[good].sum() / weights.sum()))
    if not good.any():
        return _sampled(race, config, rng)
    chosen = kept[good]
    scores = _perturbed(start.scores[chosen], config, rng)
    return first_admitted(race, start.kept(chosen, scores))


def first_admitted(race: Race, entrants: Entrants) -> int | None:
    """Return the admitted token with the highest score; the scores are used up."""
    scores = entrants.scores
    while len(scores):
        place = int(np.argmax(scores))
        if scores[place] == -np.inf:
            break
        token = entrants.token(place)
        if race.admits(token):
            return token
        entrants.drop(race.last_refused, race.trie)
    return None


def _perturbed(scores: Scores, config: GenerationConfig, rng: np.random.Generator) -> Scores:
    noise = rng.gumbel(size=len(scores)).astype(np.float32)
    return scores / np.float32(config.temperature) + noise


def nucleus(scores: Scores, config: GenerationConfig) -> Ids:
    """Return the places that top-k, top-p and min-p leave, the most probable first.

    `scores` are logits over the temperature. At least one place is returned, unless no score is
    finite. Nucleus sampling is Holtzman et al., 2020; min-p is Nguyen et al., 2024.
    """
    if not len(scores) or scores.max() == -np.inf:
        return np.empty(0, dtype=np.int64)
    if config.top_k:
        return _kept(scores, config, min(config.top_k, len(scores)), of_all=False)
    # Few tokens hold nearly all of the mass: sort them alone, if they are enough.
    few = min(_FEW, len(scores))
    kept = _kept(scores, config, few, of_all=True)
    return kept if len(kept) < few else _kept(scores, config, len(scores), of_all=True)


def _kept(scores: Scores, config: GenerationConfig, count: int, *, of_all: bool) -> Ids:
    """Truncate the `count` best by top-p, of their mass or of all, and by min-p."""
    order = np.argpartition(scores, len(scores) - count)[len(scores) - count :]
    order = order[np.argsort(-scores[order], kind="stable")]
    weights = np.exp(scores[order] - scores[order[0]])
    mass = np.exp(scores - scores[order[0]]).sum() if of_all else weights.sum()
    before = (np.cumsum(weights) - weights) / mass
    keep = (before < config.top_p) & (weights >= config.min_p) & (weights > 0)
    keep[0] = True
    kept: Ids = order[keep]
    return kept
