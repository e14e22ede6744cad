"""Choosing the next token.

The distribution is that of masking first and truncating afterwards, without ever building the
mask: every token that could be drawn is put to the matcher before the draw, and what the matcher
rejects leaves the race. Sampling without truncation uses the Gumbel-max trick (Gumbel, 1954;
Maddison et al., "A* Sampling", 2014): with the noise of a step held fixed, the best admitted token
is an exact draw from the masked distribution, so a single token needs checking there as well.
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


@dataclass(frozen=True)
class Choice:
    """The chosen token, and those that the model preferred and the monitor refused."""

    token: int
    logprob: float
    vetoed: tuple[int, ...]


def choose(
    logits: Logits, matcher: Matcher[Monitor], config: GenerationConfig, rng: np.random.Generator
) -> Choice | None:
    """Choose among the tokens that `matcher` admits; None when it admits none."""
    top = int(np.argmax(logits))
    refused = matcher.rejected(top)
    if refused is None and config.temperature == 0:
        return Choice(top, logprob(logits, top), ())
    ids = matcher.allowed()
    scores = logits.copy() if ids is None else logits[ids]
    if ids is None:
        ids = np.arange(len(logits))
    if refused is not None:
        _ban(scores, ids, refused)
    token, vetoed = _draw(scores, ids, matcher, config, rng)
    if refused is not None:
        vetoed.insert(0, top)
    if token is None:
        return None
    return Choice(token, logprob(logits, token), tuple(vetoed))


def logprob(logits: Logits, token: int) -> float:
    """Return the natural log-probability of `token` under softmax of `logits`."""
    top = logits.max()
    return float(logits[token] - top - np.log(np.exp(logits - top).sum()))


def _draw(
    scores: Scores,
    ids: Ids,
    matcher: Matcher[Monitor],
    config: GenerationConfig,
    rng: np.random.Generator,
) -> tuple[int | None, list[int]]:
    """Draw one admitted token; `scores` is used up."""
    vetoed: list[int] = []
    truncated = config.temperature > 0 and (config.top_k or config.top_p < 1 or config.min_p)
    if config.temperature > 0:
        scores /= config.temperature
        if not truncated:
            scores += rng.gumbel(size=len(scores)).astype(np.float32)
    while True:
        drawable = nucleus(scores, config) if truncated else np.array([np.argmax(scores)])
        if not len(scores) or scores[drawable[0]] == -np.inf:
            return None, vetoed
        for place in drawable.tolist():
            refused = matcher.rejected(int(ids[place]))
            if refused is not None:
                vetoed.append(int(ids[place]))
                _ban(scores, ids, refused)
                break
        else:
            return int(ids[_pick(scores[drawable], drawable, rng)]), vetoed


def nucleus(scores: Scores, config: GenerationConfig) -> Ids:
    """Return the places that top-k, top-p and min-p leave, the most probable first.

    `scores` are logits over the temperature; at least one place is returned. Nucleus sampling is
    Holtzman et al., 2020; min-p is Nguyen et al., 2024.
    """
    count = min(config.top_k or len(scores), len(scores))
    order = np.argpartition(-scores, count - 1)[:count]
    order = order[np.argsort(-scores[order], kind="stable")]
    weights = np.exp(scores[order] - scores[order[0]])
    probabilities = weights / weights.sum()
    before = np.cumsum(probabilities) - probabilities
    keep = (before < config.top_p) & (weights >= config.min_p) & (scores[order] > -np.inf)
    keep[0] = True
    kept: Ids = order[keep]
    return kept


def _pick(scores: Scores, places: Ids, rng: np.random.Generator) -> int:
    if len(places) == 1:
        return int(places[0])
    weights = np.exp(scores - scores.max()).astype(np.float64)
    return int(rng.choice(places, p=weights / weights.sum()))


def _ban(scores: Scores, ids: Ids, refused: Ids) -> None:
    if len(ids) and ids[0] == 0 and ids[-1] == len(ids) - 1:
        scores[refused] = -np.inf  # The whole vocabulary: places are ids.
    else:
        scores[np.isin(ids, refused)] = -np.inf
