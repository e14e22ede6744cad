"""What the tasks say together: figures of each way, how the ways differ, and by how much chance."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from fairlead_server.evaluation.completion import metrics
from fairlead_server.evaluation.completion.journal import Entry
from fairlead_server.evaluation.completion.paired import difference, mean, reduction, sign_test
from fairlead_server.evaluation.completion.trial import WAYS
from fairlead_server.evaluation.completion.units import LEVELS
from fairlead_server.evaluation.figures import Figure, share

Outcome = Mapping[str, Any]
Measure = Callable[[Outcome], "float | None"]
"""Takes what came of a task one way; None if that cannot be told."""

_UNKNOWN = ("member", "name")


def offered(outcome: Outcome) -> float:
    """Tell whether anything was offered."""
    return float(bool(outcome["text"].strip()))


def passed(outcome: Outcome) -> float | None:
    """Tell whether the tests pass with it; None where they were not run, or cannot tell."""
    return float(outcome["tests"] == "passed") if "tests" in outcome else None


def judged(judge: str) -> dict[str, tuple[str, Measure]]:
    """Return the metrics that rest on what `judge` says, with their units."""

    def counted(kinds: Sequence[str], *, own: bool = False) -> Callable[[Outcome], float | None]:
        def count(outcome: Outcome) -> float | None:
            new = outcome["new"].get(judge)
            if new is None:
                return None
            return float(sum(f["kind"] in kinds and (f["own"] or not own) for f in new))

        return count

    def rate(kinds: Sequence[str], *, own: bool = False) -> Callable[[Outcome], float | None]:
        count = counted(kinds, own=own)
        return lambda o: None if (found := count(o)) is None else float(found > 0)

    return {
        "new_unknown_rate": ("share", rate(_UNKNOWN)),
        "new_unknown_member_rate": ("share", rate(["member"])),
        "new_unknown_name_rate": ("share", rate(["name"])),
        "own_unknown_rate": ("share", rate(_UNKNOWN, own=True)),
        "new_diagnostics": ("diagnostics", counted([*_UNKNOWN, "other"])),
    }


def textual(language: str) -> dict[str, tuple[str, Measure]]:
    """Return the metrics that compare with what stood there, and need no judge."""

    def compared(metric: Callable[[str, str, str], float | None]) -> Measure:
        def compare(outcome: Outcome) -> float | None:
            return metric(outcome["text"], outcome["wanted"], language)

        return compare

    return {
        "exact_match": ("share", lambda o: float(metrics.exact_match(o["text"], o["wanted"]))),
        "next_identifier": ("share", compared(metrics.next_identifier)),
        "identifier_sequence": ("share", compared(metrics.identifier_sequence)),
        "prefix_match": ("share", compared(metrics.prefix_match)),
        "edit_similarity": ("share", lambda o: metrics.edit_similarity(o["text"], o["wanted"])),
        "parse_rate": ("share", lambda o: float(o["parses"])),
        "pass_rate": ("share", passed),
        "offered": ("share", offered),
        "tokens": ("tokens", lambda o: float(o["tokens"])),
    }


def figures(
    entries: Sequence[Entry], judges: Sequence[str], language: str, seed: int
) -> dict[str, Figure]:
    """Return all figures, those over everything first, then by level and by project.

    The metrics of the first judge have no prefix, those of others the judge's name.
    """
    measures = textual(language)
    for number, judge in enumerate(judges):
        for name, found in judged(judge).items():
            measures[f"{judge}.{name}" if number else name] = found
    told: dict[str, Figure] = {}
    for label, own in _groups(entries):
        for name, (unit, measure) in measures.items():
            told |= _compared(name, label, unit, _values(own, measure), seed)
        if blind := _blindness(own):
            told[f"tested{label}"] = share([not why for why in blind])
    return told


def untold(entries: Sequence[Entry], judges: Sequence[str]) -> dict[str, dict[str, int]]:
    """Return how many suggestions each judge could not judge, and tests how many tasks."""
    found = {}
    for judge in judges:
        count = sum(entry[way]["new"].get(judge) is None for entry in entries for way in WAYS)
        if count:
            found[judge] = {"no diagnostics of the document": count}
    if blind := Counter(why for why in _blindness(entries) if why):
        found["pass_rate"] = dict(blind)
    return found


def _blindness(entries: Sequence[Entry]) -> list[str]:
    """Return why the tests cannot tell anything of a task, for each that they were run for."""
    tasks = {_task_of(entry): str(entry["test"]["why"]) for entry in entries if "test" in entry}
    return list(tasks.values())


def _groups(entries: Sequence[Entry]) -> Iterator[tuple[str, list[Entry]]]:
    """Yield all entries, those of each level, and those of each project if there are several."""
    yield "", list(entries)
    for level in LEVELS:
        if own := [entry for entry in entries if entry["level"] == level]:
            yield f".{level}", own
    roots = list(dict.fromkeys(str(entry["root"]) for entry in entries))
    for root in roots if len(roots) > 1 else ():
        yield f".in_{_label(root, roots)}", [entry for entry in entries if entry["root"] == root]


def _label(root: str, roots: Sequence[str]) -> str:
    """Return the name of a project's folder, or all of its path where another has that name too."""
    names = [Path(other).name for other in roots]
    name = Path(root).name
    return (name if name and names.count(name) == 1 else root).replace(".", "_")


def _values(entries: Sequence[Entry], measure: Measure) -> list[tuple[float, float]]:
    """Return the guided and the unguided value of each task, each the mean over its seeds."""
    tasks: dict[tuple[Any, ...], list[tuple[float, float]]] = {}
    for entry in entries:
        guided, unguided = (measure(entry[way]) for way in ("guided", "unguided"))
        if guided is not None and unguided is not None:
            tasks.setdefault(_task_of(entry), []).append((guided, unguided))
    return [
        (sum(g for g, _ in found) / len(found), sum(u for _, u in found) / len(found))
        for found in tasks.values()
    ]


def _task_of(entry: Entry) -> tuple[Any, ...]:
    """Return what the entries of a task have in common, whatever the seed."""
    return tuple(entry[name] for name in ("root", "path", "level", "start", "end"))


def _compared(
    name: str, label: str, unit: str, values: Sequence[tuple[float, float]], seed: int
) -> dict[str, Figure]:
    if not values:
        return {}
    guided, unguided = [g for g, _ in values], [u for _, u in values]
    found = {
        f"{name}.guided{label}": mean(guided, unit, seed),
        f"{name}.unguided{label}": mean(unguided, unit, seed),
        f"{name}.difference{label}": difference(guided, unguided, unit, seed),
        f"{name}.p{label}": sign_test(guided, unguided),
    }
    if name.endswith("unknown_rate"):
        prevented = reduction(guided, unguided, seed)
        if prevented is not None:
            found[f"{name}.reduction{label}"] = prevented
    return found
