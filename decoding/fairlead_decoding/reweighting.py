"""Texts that follow the model's own distribution, given that they name nothing absent.

Masking token by token renormalises at every step, and so prefers beginnings that are likely over
texts that are: a first token from which nearly all continuations are refused is still taken as
often as the model likes it (Park et al., "Grammar-Aligned Decoding", NeurIPS 2024). The remedy is
importance sampling: a masked sample counts as much as the sampler was likely to write it without
being refused anything, the product of the admitted probabilities on its way (the weights of
sequential Monte Carlo; Lew et al., "Sequential Monte Carlo Steering of Large Language Models using
Probabilistic Programs", 2023). Drawing among samples in proportion to their weights (Rubin,
"sampling/importance resampling", 1987) tends to the exact distribution as samples grow in number.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from fairlead_decoding.types import Completion


def resample(samples: Sequence[Completion], count: int, seed: int) -> list[Completion]:
    """Draw `count` of `samples`, with replacement, in proportion to their weights.

    Samples that the model cannot have written, of weight 0, are drawn only if all are.
    """
    if not samples:
        return []
    logs = np.array([sample.log_weight for sample in samples])
    top = logs.max()
    weights = np.exp(logs - top) if top > -np.inf else np.ones(len(samples))
    rng = np.random.default_rng(seed)
    return [samples[i] for i in rng.choice(len(samples), count, p=weights / weights.sum())]
