"""Which candidates are tried first.

The score is a weighted sum of features, each recorded with its candidate, so that what the weights
should be can be found out from recorded runs.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from fairlead_server.repair.candidates import Candidate, normalised
from fairlead_server.repair.hunk import Hunk

WEIGHTS: Mapping[str, float] = {
    "logprob": 1.0,
    "edit_size": -0.6,
    "new_diagnostics": -2.0,
    "gone_diagnostics": 1.0,
    "agreement": 0.5,
}
"""What a unit of each feature is worth."""


@dataclass(frozen=True)
class Features:
    """What is known of a candidate before it is run.

    `logprob` is the mean per token of the best sample that wrote it. `edit_size` is the share of
    tokens that differ from what stood there, 0 to 1; `agreement` the share of all samples that
    wrote it. The diagnostics are those that are new with it, and those that are gone.
    """

    logprob: float
    edit_size: float
    agreement: float
    new_diagnostics: int = 0
    gone_diagnostics: int = 0

    def as_numbers(self) -> dict[str, float]:
        """Return the features by name."""
        return {name: float(getattr(self, name)) for name in WEIGHTS}

    def score(self, weights: Mapping[str, float] = WEIGHTS) -> float:
        """Return the weighted sum."""
        return sum(weights[name] * value for name, value in self.as_numbers().items())


@dataclass(frozen=True)
class Diagnosed:
    """How many diagnostics come and go with each candidate, by its number."""

    new: Mapping[int, int] = field(default_factory=dict)
    gone: Mapping[int, int] = field(default_factory=dict)


def features(
    hunk: Hunk, candidate: Candidate, samples: int, diagnosed: Diagnosed | None = None
) -> Features:
    """Return the features of `candidate`, of `samples` samples in all."""
    known = diagnosed or Diagnosed()
    return Features(
        logprob=candidate.logprob,
        edit_size=edit_size(hunk, candidate.text),
        agreement=len(candidate.origins) / max(1, samples),
        new_diagnostics=known.new.get(candidate.number, 0),
        gone_diagnostics=known.gone.get(candidate.number, 0),
    )


def edit_size(hunk: Hunk, text: str) -> float:
    """Return the share of tokens, of both texts together, that are not the same in both."""
    old, new = normalised(hunk, hunk.text), normalised(hunk, text)
    return 1 - difflib.SequenceMatcher(None, old, new, autojunk=False).ratio()


def ranked(
    hunk: Hunk,
    candidates: Iterable[Candidate],
    samples: int,
    diagnosed: Diagnosed | None = None,
) -> list[tuple[Candidate, Features]]:
    """Return the candidates with their features, the most promising first."""
    found = [(one, features(hunk, one, samples, diagnosed)) for one in candidates]
    return sorted(found, key=lambda pair: (-pair[1].score(), pair[0].number))
