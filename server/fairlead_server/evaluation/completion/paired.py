"""Two ways compared on the same tasks: figures of each, their difference, and what chance does.

A value is that of a task, the mean over its seeds, and tasks are what is resampled: as often as
`figures` does, but for all figures of a group at once.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from fairlead_server.evaluation.figures import Figure, exactly, share

_RESAMPLES = 2000
_LOW, _HIGH = 2.5, 97.5


def mean(values: Sequence[float], unit: str, seed: int) -> Figure:
    """Return the mean of `values`, at least one. One of yes and no has Wilson's interval."""
    if unit == "share" and all(value in (0, 1) for value in values):
        return share([value == 1 for value in values])
    means = _resampled(values, seed)
    low, high = np.percentile(means, [_LOW, _HIGH])
    return Figure(float(np.mean(values)), unit, len(values), float(low), float(high))


def difference(guided: Sequence[float], unguided: Sequence[float], unit: str, seed: int) -> Figure:
    """Return how much more the guided mean is than the other."""
    differences = [a - b for a, b in zip(guided, unguided, strict=True)]
    low, high = np.percentile(_resampled(differences, seed), [_LOW, _HIGH])
    return Figure(float(np.mean(differences)), unit, len(guided), float(low), float(high))


def reduction(guided: Sequence[float], unguided: Sequence[float], seed: int) -> Figure | None:
    """Return the share of what happens unguided that guidance prevents; None if nothing does.

    Resamples in which nothing happens unguided say nothing of it.
    """
    if not sum(unguided):
        return None
    left, whole = _resampled(guided, seed), _resampled(unguided, seed)
    prevented = 1 - left[whole > 0] / whole[whole > 0]
    low, high = np.percentile(prevented, [_LOW, _HIGH])
    value = 1 - sum(guided) / sum(unguided)
    return Figure(value, "share", len(guided), float(low), float(high))


def sign_test(guided: Sequence[float], unguided: Sequence[float]) -> Figure:
    """Return how probable it is that tasks differ as unevenly by chance (exact, two-sided).

    Tasks on which both are alike do not count, and `n` is the number of the others. The test is
    Arbuthnott's, "An argument for divine providence", 1710.
    """
    pairs = list(zip(guided, unguided, strict=True))
    gained, lost = sum(a > b for a, b in pairs), sum(a < b for a, b in pairs)
    n = gained + lost
    tail = sum(math.comb(n, k) for k in range(min(gained, lost) + 1)) / 2**n
    return exactly(min(1.0, 2 * tail), "p", n)


def _resampled(values: Sequence[float], seed: int) -> NDArray[np.float64]:
    """Return the means of resamples of `values`; lists of one length are resampled alike."""
    means: NDArray[np.float64] = _weights(len(values), seed) @ np.array(values, np.float64)
    return means


@lru_cache(maxsize=4)
def _weights(count: int, seed: int) -> NDArray[np.float64]:
    """Return what each of `count` values weighs in each resample."""
    rng = np.random.default_rng(seed)
    return rng.multinomial(count, [1 / count] * count, size=_RESAMPLES) / count
