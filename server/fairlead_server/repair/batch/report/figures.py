"""The figures of a run: guided against unguided, over bugs.

A bug counts once it was searched. What a half is given credit for is what its own samples wrote,
whether or not the other half wrote it too. Shares of candidates are those of each bug, of which
the mean is taken.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fairlead_server.evaluation.completion.paired import difference, mean
from fairlead_server.evaluation.figures import Figure, exactly, quantile
from fairlead_server.repair.batch.outcome import SEARCHED, BugOutcome, first_rank

ARMS = {"guided": True, "unguided": False}
KINDS = ("compilable", "plausible", "fixed")
_UNCOMPILABLE = ("does_not_parse", "does_not_compile", "new_diagnostic")

Record = Mapping[str, Any]


@dataclass(frozen=True)
class Tally:
    """What one half has written for one bug. None where it is not known or there is nothing."""

    candidates: int
    compilable: float | None
    plausible: float
    fixed: float | None


def tally(outcome: BugOutcome, arm: str) -> Tally:
    """Return what the half `arm` has written."""
    own = [record for record in outcome.records if wrote(record, arm)]
    good = sum(record["verdict"] not in _UNCOMPILABLE for record in own)
    plausible = [record for record in own if record["verdict"] == "plausible"]
    fixed = any(record["fixed"] for record in plausible)
    return Tally(
        len(own),
        good / len(own) if own else None,
        float(bool(plausible)),
        float(fixed) if outcome.fix_known else None,
    )


def wrote(record: Record, arm: str) -> bool:
    """Tell whether a sample of the half `arm` wrote a candidate."""
    return any(origin["guided"] is ARMS[arm] for origin in record["origins"])


def figures(outcomes: Sequence[BugOutcome], seed: int) -> dict[str, Figure]:
    """Return the figures, by the names that scripts rely on."""
    searched = [one for one in outcomes if one.status in SEARCHED]
    arms = [arm for arm in ARMS if any(arm in one.tokens for one in searched)]
    found: dict[str, Figure] = {}
    for kind in KINDS:
        values = {arm: [getattr(tally(o, arm), kind) for o in searched] for arm in arms}
        found |= _of_kind(kind, values, seed)
    for arm in arms:
        tokens = sum(one.tokens.get(arm, 0) for one in searched)
        found[f"model_tokens.{arm}"] = exactly(tokens, "tokens", len(searched))
    ranks = [rank for one in searched if (rank := first_rank(one.records)) is not None]
    if ranks:
        found["first_plausible_rank_p50"] = quantile(ranks, 0.5, "rank", seed)
    if searched:
        seconds = [one.seconds for one in searched]
        found["seconds_per_bug_p50"] = quantile(seconds, 0.5, "s", seed)
        patches = sum(len(_plausible(one)) for one in searched)
        if patches:
            found["seconds_per_plausible"] = exactly(sum(seconds) / patches, "s", patches)
    asked = sum(one.queries.get("asked", 0) for one in outcomes)
    found["engine_queries"] = exactly(asked, "questions", len(outcomes))
    return found


def _of_kind(
    kind: str, values: Mapping[str, Sequence[float | None]], seed: int
) -> dict[str, Figure]:
    """Return the means of each half, and how much more the guided one is where both are known."""
    found = {}
    for arm, every in values.items():
        known = [value for value in every if value is not None]
        if known:
            found[f"{kind}.{arm}"] = mean(known, "share", seed)
    if len(values) == len(ARMS):
        pairs = [
            (guided, unguided)
            for guided, unguided in zip(*values.values(), strict=True)
            if guided is not None and unguided is not None
        ]
        if pairs:
            first, second = zip(*pairs, strict=True)
            found[f"{kind}.difference"] = difference(first, second, "share", seed)
    return found


def trouble(outcomes: Sequence[BugOutcome]) -> dict[str, dict[str, int]]:
    """Return why bugs were not searched, counted."""
    said = Counter(f"{o.status}: {o.reason}" for o in outcomes if o.status not in SEARCHED)
    return {"bugs": dict(said.most_common())} if said else {}


def _plausible(outcome: BugOutcome) -> list[Record]:
    return [record for record in outcome.records if record["verdict"] == "plausible"]
