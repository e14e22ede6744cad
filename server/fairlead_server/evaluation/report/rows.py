"""What is shown of a result: which figures, and how their numbers are written."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from fairlead_server.evaluation import EVALS, load
from fairlead_server.evaluation.figures import Budget, Figure
from fairlead_server.evaluation.report.read import Result

HEADS = ("figure", "value", "95 %", "n", "budget")

_UNITS = {"us": "µs", "share": "%", "p": "", "ratio": ""}
_THOUSAND = 999.5
"""From here on, three digits would not be all before the point."""


@dataclass(frozen=True)
class Row:
    """A figure as it is written; `missed` says that it does not keep to its budget."""

    name: str
    value: str
    interval: str
    n: str
    budget: str
    missed: bool

    @property
    def cells(self) -> tuple[str, ...]:
        """What is in its columns, which `HEADS` name."""
        return self.name, self.value, self.interval, self.n, self.budget


def rows(result: Result, figures: Mapping[str, Figure]) -> list[Row]:
    """Return the rows of the `figures`, which are some of the result's."""
    limits = budgets(result)
    return [_row(name, figure, limits.get(name)) for name, figure in figures.items()]


def budgets(result: Result) -> Mapping[str, Budget]:
    """Return what the figures of the eval are to keep to."""
    return load(result.report.eval).BUDGETS if result.report.eval in EVALS else {}


def split(result: Result) -> tuple[dict[str, Figure], dict[str, Figure]]:
    """Return the figures for people, and the others, of which an eval may have many."""
    module = load(result.report.eval) if result.report.eval in EVALS else None
    drawn: Callable[[str], bool] | None = getattr(module, "drawn", None)
    shown: dict[str, Figure] = {}
    others: dict[str, Figure] = {}
    for name, figure in result.report.measured.figures.items():
        (shown if drawn is None or _is_shown(drawn, name) else others)[name] = figure
    return (shown, others) if shown else (others, {})


def _is_shown(drawn: Callable[[str], bool], name: str) -> bool:
    try:
        return drawn(name)
    except (ValueError, LookupError):  # a name that another version gave
        return True


def _row(name: str, figure: Figure, budget: Budget | None) -> Row:
    scale, unit = shown(figure.unit)
    value, low, high = (number(scale * n) for n in (figure.value, figure.low, figure.high))
    missed = budget is not None and not budget.holds(figure.value)
    return Row(
        name,
        f"{value} {unit}".strip(),
        "" if figure.low == figure.high else f"{low} to {high}",
        f"{figure.n:,}",
        f"{_limit(budget, scale)} {'missed' if missed else 'met'}" if budget else "",
        missed,
    )


def shown(unit: str) -> tuple[float, str]:
    """Return how many times as large numbers of `unit` are shown, and in what."""
    return 100 if unit == "share" else 1, _UNITS.get(unit, unit)


def _limit(budget: Budget, scale: float) -> Budget:
    """Return the budget for numbers that are shown `scale` times as large."""
    most, least = budget.most, budget.least
    return Budget(most and most * scale, least and least * scale)


def number(value: float) -> str:
    """Return `value` with three digits that count, or all that are before the point."""
    return f"{value:,.0f}" if abs(value) >= _THOUSAND else f"{value:.3g}"
