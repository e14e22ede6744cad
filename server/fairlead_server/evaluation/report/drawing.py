"""Figures as SVG that needs nothing else: a panel for each unit, with the numbers in tooltips."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import replace
from html import escape

from fairlead_server.evaluation.figures import Budget, Figure
from fairlead_server.evaluation.report.rows import number, shown

_WIDTH = 760
_LEFT = 300
_RIGHT = 20
_ROW = 22
_FOOT = 22
_TICKS = 6
_LONGEST = 44
_UNDRAWN = ("p",)
"""Units of what is no measure of anything."""


def panels(figures: Mapping[str, Figure], budgets: Mapping[str, Budget]) -> Iterator[str]:
    """Yield a drawing for each unit: a dot for each figure, a bar for its interval."""
    units: dict[str, dict[str, Figure]] = {}
    for name, figure in figures.items():
        units.setdefault(figure.unit, {})[name] = figure
    for unit, own in units.items():
        if unit not in _UNDRAWN:
            yield _panel(unit, own, budgets)


def _panel(unit: str, figures: Mapping[str, Figure], budgets: Mapping[str, Budget]) -> str:
    scale, called = shown(unit)
    figures = {name: _scaled(figure, scale) for name, figure in figures.items()}
    shared = figures.keys() & budgets.keys()
    limits = {name: scale * _limit(budgets[name]) for name in shared}
    known = [end for f in figures.values() for end in (f.low, f.high, f.value)]
    steps = ticks(min(0.0, *known, *limits.values()), max(0.0, *known, *limits.values()))
    low, span = steps[0], steps[-1] - steps[0]

    def x(value: float) -> float:
        return _LEFT + (_WIDTH - _LEFT - _RIGHT) * (value - low) / span

    bottom = _ROW * len(figures)
    parts = []
    for step in steps:
        parts.append(f'<path class="grid" d="M{x(step):.1f} 0V{bottom}"/>')
        parts.append(_label(number(step), x(step), bottom + 16, "middle"))
    for row, (name, figure) in enumerate(figures.items()):
        y = _ROW * row + _ROW / 2
        told = f"{name}: {number(figure.value)} {called}"
        told += f", 95 %: {number(figure.low)} to {number(figure.high)}"
        way = next((w for w in ("unguided", "guided") if w in name.split(".")), "one")
        parts += [
            f'<g class="{way}"><title>{escape(told)}</title>',
            f'<path class="bar" d="M{x(figure.low):.1f} {y}H{x(figure.high):.1f}"/>',
            f'<circle cx="{x(figure.value):.1f}" cy="{y}" r="4"/></g>',
            _label(_short(name), _LEFT - 10, y + 4, "end"),
        ]
        if name in limits:
            parts.append(f'<path class="budget" d="M{x(limits[name]):.1f} {y - 8}v16"/>')
    title = f"{called or unit} (red: budget)" if limits else called or unit
    head = f'<svg viewBox="0 0 {_WIDTH} {bottom + _FOOT}" role="img" aria-label="{escape(title)}">'
    caption = f"<figcaption>{escape(title)}</figcaption>"
    return f"<figure>{caption}{head}{''.join(parts)}</svg></figure>"


def ticks(low: float, high: float) -> list[float]:
    """Return round numbers, at least two, the first and the last of which enclose all."""
    # Halves, so that numbers near the largest there are have a difference.
    rough = (high / _TICKS - low / _TICKS) or 1.0
    power = 10.0 ** math.floor(math.log10(rough))
    step = next((m * power for m in (1, 2, 5) if m * power >= rough), 10 * power)
    first = math.floor(low / step)
    last = max(math.ceil(high / step), first + 1)
    return [step * n for n in range(first, last + 1)]


def _scaled(figure: Figure, scale: float) -> Figure:
    low, high = scale * figure.low, scale * figure.high
    return replace(figure, value=scale * figure.value, low=low, high=high)


def _limit(budget: Budget) -> float:
    limit = budget.most if budget.most is not None else budget.least
    return 0.0 if limit is None else limit


def _label(text: str, x: float, y: float, anchor: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(text)}</text>'


def _short(name: str) -> str:
    return name if len(name) <= _LONGEST else f"{name[: _LONGEST - 1]}…"
