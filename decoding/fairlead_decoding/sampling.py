"""Choosing the next token.

The model's distribution is truncated as configured, what the monitor refuses is dropped, and the
rest renormalised: the truncated model, given that it names nothing absent. If nothing is left, the
truncation is applied to what is admitted. No mask is built for it: tokens are tried in the order
of the Gumbel-max trick (Gumbel, 1954; Maddison et al., "A* Sampling", 2014), in which the first
admitted one is an exact draw, so that the monitor is asked about hardly more than one token.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fairlead_decoding.matcher import Matcher
from fairlead_decoding.model import Logits
from fairlead_decoding.monitor import Monitor
from fairlead_decoding.trie import Ids
from fairlead_decoding.types import GenerationConfig

Scores = NDArray[np.float32]

_FEW = 1024


@dataclass(frozen=True)
class Choice:
    """The chosen token, and those that the model preferred and the monitor refused.

    `lost` is the probability of all tokens found to be refused, among those that fit the prompt.
    """

    token: int
    logprob: float
    vetoed: tuple[int, ...]
    lost: float = 0.0


def choose(
    logits: Logits, matcher: Matcher[Monitor], config: GenerationConfig, rng: np.random.Generator
) -> Choice | None:
    """Choose among the tokens that `matcher` admits; None when it admits none."""
    race = _Race(logits, matcher)
    if config.temperature == 0:
        token = _greedy(race)
    else:
        token = (_reweighted if config.reweight else _sampled)(race, config, rng)
    if token is None:
        return None
    total = log_sum(logits)
    return Choice(token, float(logits[token]) - total, tuple(race.vetoed), race.lost(total))


def log_sum(logits: Logits) -> float:
    """Return the natural logarithm of the sum of exponentials; -inf for none."""
    top = float(logits.max(initial=-np.inf))
    return top + float(np.log(np.exp(logits - top).sum())) if top > -np.inf else top


class _Race:
    """The tokens of one step, of which those that were refused are out."""

    def __init__(self, logits: Logits, matcher: Matcher[Monitor]) -> None:
        self.logits = logits
        self._matcher = matcher
        self.vetoed: list[int] = []
        self._out: list[Ids] = []
        self._rest: Ids | None = None
        self._lost: float | None = None

    def start(self) -> tuple[Ids, Scores]:
        """Return the tokens that fit what is being healed, whatever the monitor says of them."""
        ids = self._matcher.healing()
        ids = np.arange(len(self.logits)) if ids is None else ids
        return ids, self.logits[ids]

    def top(self) -> int:
        """Return the model's own choice among them."""
        ids = self._matcher.healing()
        if ids is None:
            return int(np.argmax(self.logits))
        return int(ids[np.argmax(self.logits[ids])])

    def admits(self, token: int) -> bool:
        """Ask about `token`; if it is refused, it is out with all that begin like it."""
        refused = self._matcher.rejected(token)
        if refused is not None:
            self.vetoed.append(token)
            self._out.append(refused)
        return refused is None

    def lost(self, total: float) -> float:
        """Return the probability of what was refused, among the tokens that fit the prompt.

        `total` is the `log_sum` of all logits.
        """
        if self._lost is not None:
            return self._lost
        if not self._out:
            return 0.0
        refused = np.unique(np.concatenate(self._out))
        fitting = self._matcher.healing()
        if fitting is not None:
            total = log_sum(self.logits[fitting])
            refused = refused[np.isin(refused, fitting)]
        if self._rest is not None:
            kept = self._rest[~np.isin(self._rest, refused)]
            return max(0.0, 1.0 - float(np.exp(log_sum(self.logits[kept]) - total)))
        return min(1.0, float(np.exp(log_sum(self.logits[refused]) - total)))

    def lose(self, share: float) -> None:
        """State what `lost` is, where it is known exactly."""
        self._lost = share

    @property
    def last_refused(self) -> Ids:
        """The tokens that went out last."""
        return self._out[-1]

    def rest(self) -> tuple[Ids, Scores]:
        """Return the tokens that may be admitted, as far as is known, and their logits."""
        self._rest = ids = self._matcher.allowed()
        ids = np.arange(len(self.logits)) if ids is None else ids
        scores = self.logits[ids]
        for refused in self._out:
            _ban(scores, ids, refused)
        return ids, scores


def _greedy(race: _Race) -> int | None:
    top = race.top()
    return top if race.admits(top) else _first_admitted(race, *race.rest())


def _sampled(race: _Race, config: GenerationConfig, rng: np.random.Generator) -> int | None:
    if not config.truncates:
        ids, scores = race.rest()
        return _first_admitted(race, ids, _perturbed(scores, config, rng))
    for ids, scores in (race.start(), race.rest()):
        kept = nucleus(scores / np.float32(config.temperature), config)
        token = _first_admitted(race, ids[kept], _perturbed(scores[kept], config, rng))
        if token is not None:
            return token
    # What was truncated may hold the only token that is admitted.
    return _first_admitted(race, *race.rest())


def _reweighted(race: _Race, config: GenerationConfig, rng: np.random.Generator) -> int | None:
    """Draw as `_sampled` does, after checking every token that truncation leaves."""
    ids, scores = race.start()
    kept = nucleus(scores / np.float32(config.temperature), config)
    good = np.array([race.admits(int(token)) for token in ids[kept]], dtype=bool)
    weights = np.exp((scores[kept] - scores[kept[0]]) / config.temperature)
    race.lose(1.0 - float(weights[good].sum() / weights.sum()))
    if not good.any():
        return _sampled(race, config, rng)
    chosen = kept[good]
    return _first_admitted(race, ids[chosen], _perturbed(scores[chosen], config, rng))


def _first_admitted(race: _Race, ids: Ids, scores: Scores) -> int | None:
    """Return the admitted token with the highest score; `scores` is used up."""
    while len(ids):
        place = int(np.argmax(scores))
        if scores[place] == -np.inf:
            break
        token = int(ids[place])
        if race.admits(token):
            return token
        _ban(scores, ids, race.last_refused)
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


def _ban(scores: Scores, ids: Ids, refused: Ids) -> None:
    if len(ids) and ids[0] == 0 and ids[-1] == len(ids) - 1:
        scores[refused] = -np.inf  # The whole vocabulary: places are ids.
    else:
        scores[np.isin(ids, refused)] = -np.inf
