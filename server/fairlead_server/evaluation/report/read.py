"""Results on the disk: what ``fairlead eval … --json`` printed, and what is shaped like it.

That is the ``report.json`` of a batch of repairs as well. A benchmark that states its command and
its machine but has no figures is read for its numbers. Nothing in a file is taken for granted.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from fairlead_server.errors import UserError
from fairlead_server.evaluation.figures import Figure, Measured, Report

_LARGEST = 20_000_000
"""Bytes of a file that is read."""
_ENDS = ("value", "low", "high")
_NOT_VALUES = ("benchmark", "version", "machine", "command", "model", "seed", "eval")


@dataclass(frozen=True)
class Result:
    """What the file `path` holds, and the version of fairlead that it was measured with.

    `seed` is blank where there is none. `values` are the numbers of what has no figures.
    """

    path: str
    version: str
    seed: str
    report: Report
    values: Mapping[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The name of the file, without its ending; that of its folder for a ``report.json``."""
        path = Path(self.path)
        return path.parent.name if path.stem == "report" and path.parent.name else path.stem


@dataclass(frozen=True)
class Skipped:
    """A file that is no result, and why."""

    path: str
    why: str


class _Foreign(Exception):
    """Says in its text why a file is no result."""


def read(places: Sequence[str]) -> tuple[list[Result], list[Skipped]]:
    """Read all JSON files in the folders `places`, which may be files as well, in order.

    Raises `UserError` when one of `places` is not there, or nothing in them is a result.
    """
    results: list[Result] = []
    skipped: list[Skipped] = []
    for path in _files(places):
        try:
            results.append(_result(path))
        except _Foreign as foreign:
            skipped.append(Skipped(str(path), str(foreign)))
    if not results:
        seen = f"; {len(skipped)} JSON files are something else" if skipped else ""
        raise UserError(f"{', '.join(places)}: no result of fairlead eval --json{seen}")
    return results, skipped


def _files(places: Sequence[str]) -> Iterator[Path]:
    """Yield each file once, by whatever way it is reached first. Hidden ones are left out."""
    seen = set()
    for place in map(Path, places):
        if not place.exists():
            raise UserError(f"{place}: no such file or folder")
        for path in [place] if place.is_file() else sorted(place.rglob("*.json")):
            hidden = any(part.startswith(".") for part in path.relative_to(place).parts)
            if hidden or not path.is_file() or _is_of_a_batch(path, place):
                continue
            if path.resolve() not in seen:
                seen.add(path.resolve())
                yield path


def _is_of_a_batch(path: Path, place: Path) -> bool:
    """Tell whether a file is what a batch of repairs keeps for itself: all but its report."""
    above = [parent for parent in path.parents if parent == place or place in parent.parents]
    folder = next((parent for parent in above if (parent / "run.json").is_file()), None)
    return folder is not None and path != folder / "report.json"


def _result(path: Path) -> Result:
    value = _json(path)
    if not isinstance(value, dict):
        raise _Foreign("is not a result: no JSON object")
    command, machine = value.get("command"), value.get("machine")
    if not isinstance(command, str) or not isinstance(machine, str):
        raise _Foreign("is not a result: it states no command and no machine")
    figures = value.get("figures", {})
    if not isinstance(figures, dict):
        raise _Foreign("is damaged: its figures are no object")
    values = {} if figures else dict(_values(value))
    if not figures and not values:
        raise _Foreign("is not a result: it has no figures")
    measured = Measured(
        _text(value, "model"),
        {name: _figure(name, figure) for name, figure in figures.items()},
        _reasons(value.get("reasons", {})),
    )
    called = _text(value, "eval") or _text(value, "benchmark") or path.stem
    stated = value.get("seed")
    seed = stated if isinstance(stated, int) and not isinstance(stated, bool) else None
    report = Report(called, measured, machine, seed or 0, command)
    told = "" if seed is None else str(seed)
    return Result(str(path), _text(value, "version"), told, report, values)


def _json(path: Path) -> object:
    try:
        if path.stat().st_size > _LARGEST:
            raise _Foreign(f"is over {_LARGEST:,} bytes")
        return json.loads(path.read_bytes())
    except OSError as error:
        raise _Foreign(f"cannot be read: {error.strerror}") from None
    except (ValueError, RecursionError) as error:
        raise _Foreign(f"is damaged: {error}") from None


def _text(value: Mapping[str, Any], name: str) -> str:
    """Return the text `name`, blank if there is none."""
    found = value.get(name, "")
    return found if isinstance(found, str) else ""


def _figure(name: str, found: object) -> Figure:
    if not isinstance(found, dict):
        raise _Foreign(f"is damaged: the figure {name} is no object")
    # What has no ends has no uncertainty.
    numbers = {end: found.get(end, found.get("value")) for end in _ENDS}
    for end, number in numbers.items():
        if not _is_number(number):
            raise _Foreign(f"is damaged: the figure {name} has no number for its {end}")
    unit, n = found.get("unit"), found.get("n")
    if not isinstance(unit, str) or not isinstance(n, int):
        raise _Foreign(f"is damaged: the figure {name} has no unit or no n")
    value, low, high = (float(number) for number in numbers.values() if number is not None)
    return Figure(value, unit, n, low, high)


def _is_number(value: object) -> bool:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return False
    return math.isfinite(value) if isinstance(value, float) else abs(value) < 10**300


def _reasons(found: object) -> dict[str, dict[str, int]]:
    """Return what is well-formed of the reasons: they are remarks, not figures."""
    told: dict[str, dict[str, int]] = {}
    for name, counts in found.items() if isinstance(found, dict) else ():
        if isinstance(counts, dict):
            told[name] = {why: n for why, n in counts.items() if isinstance(n, int)}
    return told


def _values(value: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    """Yield the numbers and texts in `value` by their names, those of what is in them with dots."""
    for name, found in value.items():
        if not prefix and name in _NOT_VALUES:
            continue
        if isinstance(found, dict):
            yield from _values(found, f"{prefix}{name}.")
        elif _is_number(found):
            yield f"{prefix}{name}", f"{found:.4g}" if isinstance(found, float) else f"{found:,}"
        elif isinstance(found, str):
            yield f"{prefix}{name}", found
