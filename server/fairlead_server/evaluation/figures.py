"""Figures with their uncertainty, and the report that scripts read.

Intervals hold 95 %: what the figure is in resamples of the measurements (Efron, "Bootstrap methods:
another look at the jackknife", 1979), each as large as what was measured. Those of shares are
Wilson's ("Probable inference, the law of succession, and statistical inference", 1927), which say
something also of what never happened in so many trials.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from fairlead_server import __version__

_RESAMPLES = 2000
_DEVIATIONS = 1.96
_LOW, _HIGH = 2.5, 97.5


@dataclass(frozen=True)
class Figure:
    """A number from `n` measurements, and the ends of its interval."""

    value: float
    unit: str
    n: int
    low: float
    high: float


@dataclass(frozen=True)
class Budget:
    """What a figure may be at most, or has to be at least."""

    most: float | None = None
    least: float | None = None

    def holds(self, value: float) -> bool:
        """Tell whether `value` keeps to it."""
        below = self.most is None or value <= self.most
        return below and (self.least is None or value >= self.least)

    def __str__(self) -> str:
        return f"≤ {self.most:g}" if self.most is not None else f"≥ {self.least:g}"


@dataclass(frozen=True)
class Measured:
    """What an eval found, and with which model.

    `reasons` counts, under a name, why something could not be told.
    """

    model: str
    figures: Mapping[str, Figure]
    reasons: Mapping[str, Mapping[str, int]] = field(default_factory=dict)


@dataclass(frozen=True)
class Report:
    """Figures and all that it takes to measure them again."""

    eval: str
    measured: Measured
    machine: str
    seed: int
    command: str

    def to_json(self) -> dict[str, object]:
        """Return the JSON shape that scripts rely on."""
        reasons = {name: dict(found) for name, found in self.measured.reasons.items()}
        return {
            "eval": self.eval,
            "version": __version__,
            "model": self.measured.model,
            "machine": self.machine,
            "seed": self.seed,
            "command": self.command,
            "figures": {name: _to_json(f) for name, f in self.measured.figures.items()},
            **({"reasons": reasons} if reasons else {}),
        }


def _to_json(figure: Figure) -> dict[str, object]:
    numbers = {"value": figure.value, "low": figure.low, "high": figure.high}
    rounded = {name: float(f"{number:.6g}") for name, number in numbers.items()}
    return {**rounded, "unit": figure.unit, "n": figure.n}


def exactly(value: float, unit: str, n: int = 1) -> Figure:
    """Return a figure that has no uncertainty: a count, or what was measured but once."""
    return Figure(value, unit, n, value, value)


def share(hits: Sequence[bool]) -> Figure:
    """Return the share of `hits`, at least one, that are true."""
    n, value = len(hits), sum(hits) / len(hits)
    scale = 1 + _DEVIATIONS**2 / n
    middle = (value + _DEVIATIONS**2 / (2 * n)) / scale
    spread = value * (1 - value) / n + _DEVIATIONS**2 / (4 * n * n)
    half = _DEVIATIONS * math.sqrt(spread) / scale
    # Rounding must leave the share within, and 0 and 1 as ends.
    low, high = min(value, middle - half), max(value, middle + half)
    return Figure(value, "share", n, max(0.0, low), min(1.0, high))


def quantile(samples: Sequence[float], share: float, unit: str, seed: int) -> Figure:
    """Return the number under which `share` of `samples` lie; the median for 0.5."""
    return _resampled(
        np.array([samples]), lambda drawn: np.quantile(drawn[..., 0, :], share, axis=-1), unit, seed
    )


def ratio(parts: Sequence[float], wholes: Sequence[float], unit: str, seed: int) -> Figure:
    """Return the sum of `parts` by that of `wholes`, which are pairs."""
    return _resampled(
        np.array([parts, wholes]), lambda d: d[..., 0, :].sum(-1) / d[..., 1, :].sum(-1), unit, seed
    )


def _resampled(
    columns: NDArray[np.float64],
    statistic: Callable[[NDArray[np.float64]], NDArray[np.float64]],
    unit: str,
    seed: int,
) -> Figure:
    """Apply `statistic` to `columns`, shape (kinds, n), and to resamples of them."""
    count = columns.shape[1]
    rng = np.random.default_rng(seed)
    found = [statistic(columns[:, rng.integers(count, size=count)]) for _ in range(_RESAMPLES)]
    low, high = np.percentile(np.array(found), [_LOW, _HIGH])
    return Figure(float(statistic(columns)), unit, count, float(low), float(high))


def table(report: Report, budgets: Mapping[str, Budget]) -> str:
    """Return the figures for people, and whether they keep to their `budgets`."""
    rows: list[tuple[str, ...]] = [("figure", "value", "95 %", "n", "unit", "budget")]
    rows += [_row(name, f, budgets.get(name)) for name, f in report.measured.figures.items()]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ("  ".join(map(str.ljust, row, widths)).rstrip() for row in rows)
    head = f"{report.eval}: {report.measured.model} on {report.machine}"
    return "\n".join([head, *lines, *_reasons(report.measured)])


def _reasons(measured: Measured) -> list[str]:
    lines = []
    for name, found in measured.reasons.items():
        lines.append(f"{name}: could not be told")
        lines += [f"  {count:6} {reason}" for reason, count in found.items()]
    return lines


def _row(name: str, figure: Figure, budget: Budget | None) -> tuple[str, ...]:
    interval = f"{figure.low:.4g} to {figure.high:.4g}"
    kept = "" if budget is None else "met" if budget.holds(figure.value) else "MISSED"
    told = f"{budget} {kept}" if budget else ""
    return (name, f"{figure.value:.4g}", interval, str(figure.n), figure.unit, told)
