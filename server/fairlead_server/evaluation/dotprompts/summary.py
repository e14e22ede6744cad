"""What the samples say together: score@k of each way, and how the ways differ."""

from __future__ import annotations

from collections.abc import Sequence

from fairlead_server.evaluation.completion.journal import Entry
from fairlead_server.evaluation.completion.paired import difference, mean, sign_test
from fairlead_server.evaluation.dotprompts.scores import METRICS, score_at_k
from fairlead_server.evaluation.dotprompts.trial import WAYS
from fairlead_server.evaluation.figures import Figure

COMPILES = "compiles"


def figures(cases: Sequence[Sequence[Entry]], ks: Sequence[int], seed: int) -> dict[str, Figure]:
    """Return the figures of `cases`, each with as many samples, of which the largest k is no more.

    A metric is the mean over the cases of its score@k.
    """
    told: dict[str, Figure] = {}
    for metric in (*METRICS, COMPILES):
        known = [found for case in cases if (found := _scores(case, metric))]
        for k in ks if known else ():
            guided, unguided = ([score_at_k(f[way], k) for f in known] for way in WAYS)
            told |= _compared(f"{metric}@{k}", guided, unguided, "share", seed)
    tokens = [[_mean([e[way]["tokens"] for e in case]) for case in cases] for way in WAYS]
    return told | _compared("tokens", tokens[0], tokens[1], "tokens", seed)


def untold(cases: Sequence[Sequence[Entry]]) -> int:
    """Return of how many cases it cannot be told whether all that was written compiles."""
    tried = [case for case in cases if COMPILES in case[0]["guided"]["scores"]]
    return sum(_scores(case, COMPILES) is None for case in tried)


def _scores(case: Sequence[Entry], metric: str) -> dict[str, list[float]] | None:
    """Return the scores of all samples by way; None if one of them has none."""
    found = {way: [entry[way]["scores"].get(metric) for entry in case] for way in WAYS}
    return None if any(None in scores for scores in found.values()) else found


def _compared(
    name: str, guided: Sequence[float], unguided: Sequence[float], unit: str, seed: int
) -> dict[str, Figure]:
    return {
        f"{name}.guided": mean(guided, unit, seed),
        f"{name}.unguided": mean(unguided, unit, seed),
        f"{name}.difference": difference(guided, unguided, unit, seed),
        f"{name}.p": sign_test(guided, unguided),
    }


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)
