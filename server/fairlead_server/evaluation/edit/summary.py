"""What the tasks say together: of what is written, by way; and of what is offered."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from fairlead_server.evaluation.completion.journal import Entry
from fairlead_server.evaluation.completion.paired import difference, mean, sign_test
from fairlead_server.evaluation.edit.tasks import KINDS
from fairlead_server.evaluation.edit.trial import WAYS
from fairlead_server.evaluation.figures import Figure, exactly

Outcome = Mapping[str, Any]
Measure = Callable[[Outcome], "float | None"]
"""Takes what came of a task one way; None if that cannot be told."""


def written(judge: str) -> dict[str, Measure]:
    """Return the metrics of what was written first; where nothing was, it is not what is wanted."""

    def of_text(tell: Callable[[Mapping[str, Any]], bool | None]) -> Measure:
        def measure(outcome: Outcome) -> float | None:
            text = outcome["written"]
            found = None if text is None else tell(text)
            return None if found is None else float(found)

        return measure

    def exact(outcome: Outcome) -> float | None:
        text = outcome["written"]
        return 0.0 if text is None else None if text["exact"] is None else float(text["exact"])

    return {
        "exact_match": exact,
        "ast_equal": lambda o: float(o["written"] is not None and o["written"]["same"]),
        "parse_rate": of_text(lambda text: text["parses"]),
        "no_new_diagnostic": of_text(lambda text: _is_clean(text, judge)),
    }


def offered() -> dict[str, Measure]:
    """Return the metrics of what is offered: of the best one, and of any."""

    def exact(outcome: Outcome) -> float | None:
        best = outcome["offered"][:1]
        if not best:
            return 0.0
        return None if best[0]["exact"] is None else float(best[0]["exact"])

    return {
        "offered": lambda o: float(bool(o["offered"])),
        "offered_exact_match": exact,
        "offered_ast_equal": lambda o: float(any(one["same"] for one in o["offered"][:1])),
        "offered_any_ast_equal": lambda o: float(any(one["same"] for one in o["offered"])),
    }


def figures(entries: Sequence[Entry], judges: Sequence[str], seed: int) -> dict[str, Figure]:
    """Return all figures: by kind, of kinds that models are asked for, and of all.

    What the first judge says has no prefix, what others say their names.
    """
    measures = written(judges[0]) | offered()
    for judge in judges[1:]:
        measures[f"{judge}.no_new_diagnostic"] = written(judge)["no_new_diagnostic"]
    found: dict[str, Figure] = {}
    for label, own in _groups(entries):
        for name, measure in measures.items():
            values = _values(own, measure, free=name.endswith("exact_match"))
            found |= _compared(name, label, values, seed)
    for label, own in _groups(entries):
        for way in WAYS:
            found |= _accepted(own, judges, way, label)
    return found


def untold(entries: Sequence[Entry], judges: Sequence[str]) -> dict[str, dict[str, int]]:
    """Return how many texts each judge could not judge."""
    found = {}
    for judge in judges:
        count = sum(
            text["new"].get(judge) is None
            for entry in entries
            for way in WAYS
            for text in texts(entry[way])
        )
        if count:
            found[judge] = {"no diagnostics of the document": count}
    return found


def texts(outcome: Outcome) -> list[Mapping[str, Any]]:
    """Return the verdicts of all texts that came of a task."""
    first = outcome["written"]
    return [*([first] if first is not None else []), *outcome["offered"]]


def _is_clean(text: Mapping[str, Any], judge: str) -> bool | None:
    new = text["new"].get(judge)
    return None if new is None else not new


def _groups(entries: Sequence[Entry]) -> Iterator[tuple[str, list[Entry]]]:
    """Yield the entries by kind, those for which a model was asked, those by project, and all."""
    yield "all", list(entries)
    asked = [entry for entry in entries if entry["guided"]["asked"]]
    if asked:
        yield "by_model", asked
    engines = [entry for entry in entries if not entry["guided"]["asked"]]
    if engines:
        yield "by_engine", engines
    for kind in KINDS:
        if own := [entry for entry in entries if entry["task"] == kind]:
            yield kind, own
    roots = list(dict.fromkeys(str(entry["root"]) for entry in entries))
    for root in roots if len(roots) > 1 else ():
        name = Path(root).name.replace(".", "_")
        yield f"in_{name}", [entry for entry in entries if entry["root"] == root]


def _values(entries: Sequence[Entry], measure: Measure, *, free: bool) -> list[tuple[float, float]]:
    """Return the guided and the unguided value of each task that has both.

    With `free`, tasks with several right results are left out.
    """
    found = []
    for entry in entries:
        if free and entry["free"]:
            continue
        guided, unguided = (measure(entry[way]) for way in ("guided", "unguided"))
        if guided is not None and unguided is not None:
            found.append((guided, unguided))
    return found


def _compared(
    name: str, label: str, values: Sequence[tuple[float, float]], seed: int
) -> dict[str, Figure]:
    if not values:
        return {}
    guided, unguided = [g for g, _ in values], [u for _, u in values]
    return {
        f"{name}.guided.{label}": mean(guided, "share", seed),
        f"{name}.unguided.{label}": mean(unguided, "share", seed),
        f"{name}.difference.{label}": difference(guided, unguided, "share", seed),
        f"{name}.p.{label}": sign_test(guided, unguided),
    }


def _accepted(
    entries: Sequence[Entry], judges: Sequence[str], way: str, label: str
) -> dict[str, Figure]:
    """Return how many of the edits that are offered as checked do what no edit may."""
    every = [
        text
        for entry in entries
        for text, checked in zip(entry[way]["offered"], entry[way]["checked"], strict=True)
        if checked
    ]
    broken = sum(not text["parses"] for text in every)
    found = {
        f"accepted.{way}.{label}": exactly(len(every), "edits", len(every)),
        f"accepted_broken.{way}.{label}": exactly(broken, "edits", len(every)),
    }
    for number, judge in enumerate(judges):
        known = [new for text in every if (new := text["new"].get(judge)) is not None]
        name = f"{judge}.accepted_wrong" if number else "accepted_wrong"
        found[f"{name}.{way}.{label}"] = exactly(sum(map(bool, known)), "edits", len(known))
    return found
