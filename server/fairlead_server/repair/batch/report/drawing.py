"""Drawings for the page: SVG that needs nothing else, with the numbers in its tooltips."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from html import escape

from fairlead_server.evaluation.figures import Figure
from fairlead_server.repair.batch.report.figures import ARMS, KINDS

_WIDTH = 640
_LEFT = 150
_ROW = 26
_BARS = 12
"""Bars of a histogram; the last one holds the rest."""


def shares(figures: Mapping[str, Figure]) -> str:
    """Draw a dot and a bar for each share and its interval."""
    names = [f"{kind}.{arm}" for kind in KINDS for arm in ARMS if f"{kind}.{arm}" in figures]
    parts = list(_grid(len(names)))
    for row, name in enumerate(names):
        figure, y = figures[name], _ROW * row + _ROW / 2
        low, high, dot = (_x(value) for value in (figure.low, figure.high, figure.value))
        told = f"{name}: {figure.value:.1%}, 95 %: {figure.low:.1%} to {figure.high:.1%}"
        parts += [
            f'<g class="{name.partition(".")[2]}"><title>{escape(told)}</title>',
            f'<line x1="{low:.1f}" x2="{high:.1f}" y1="{y}" y2="{y}" class="interval"/>',
            f'<circle cx="{dot:.1f}" cy="{y}" r="5"/></g>',
            _label(name.replace(".", ", "), _LEFT - 10, y + 4, "end"),
        ]
    return _drawing("Shares of candidates that compile, and of bugs", parts, _ROW * len(names) + 24)


def ranks(found: Sequence[int]) -> str:
    """Draw how often the first plausible patch was the how many-th to be run."""
    counted = Counter(min(rank, _BARS) for rank in found)
    names = [*(str(n) for n in range(1, _BARS)), f"≥ {_BARS}"]
    values = [float(counted[n]) for n in range(1, _BARS + 1)]
    return _bars("Rank of the first plausible patch", names, values, "bugs")


def seconds(found: Mapping[str, float]) -> str:
    """Draw how long each bug took, the longest first."""
    longest = sorted(found.items(), key=lambda item: -item[1])[: 2 * _BARS]
    return _rows("Seconds per bug", dict(longest), "s")


def _bars(title: str, names: Sequence[str], values: Sequence[float], unit: str) -> str:
    height, width = 120, _WIDTH / len(names)
    top = max((*values, 1.0))
    parts = []
    for number, (name, value) in enumerate(zip(names, values, strict=True)):
        tall, x = height * value / top, number * width
        parts += [
            f'<g class="bar"><title>{escape(f"{name}: {value:g} {unit}")}</title>'
            f'<rect x="{x + 2:.1f}" y="{height - tall + 16:.1f}" width="{width - 4:.1f}" '
            f'height="{tall:.1f}"/></g>',
            _label(name, x + width / 2, height + 34, "middle"),
        ]
        if value:
            parts.append(_label(f"{value:g}", x + width / 2, height - tall + 12, "middle"))
    return _drawing(title, parts, height + 44)


def _rows(title: str, values: Mapping[str, float], unit: str) -> str:
    top = max((*values.values(), 1e-9))
    parts = []
    for row, (name, value) in enumerate(values.items()):
        y, wide = _ROW * row, (_WIDTH - _LEFT - 60) * value / top
        parts += [
            f'<g class="bar"><title>{escape(f"{name}: {value:.1f} {unit}")}</title>'
            f'<rect x="{_LEFT}" y="{y + 4}" width="{wide:.1f}" height="{_ROW - 8}"/></g>',
            _label(_short(name), _LEFT - 10, y + 17, "end"),
            _label(f"{value:.1f}", _LEFT + wide + 6, y + 17, "start"),
        ]
    return _drawing(title, parts, _ROW * len(values) + 8)


def _grid(rows: int) -> Iterator[str]:
    bottom = _ROW * rows
    for tenth in range(0, 11, 2):
        x = _x(tenth / 10)
        yield f'<line x1="{x:.1f}" x2="{x:.1f}" y1="0" y2="{bottom}" class="grid"/>'
        yield _label(f"{tenth * 10} %", x, bottom + 16, "middle")


def _x(share: float) -> float:
    return _LEFT + (_WIDTH - _LEFT - 20) * share


def _label(text: str, x: float, y: float, anchor: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(text)}</text>'


def _short(name: str) -> str:
    return name if len(name) <= 20 else f"{name[:19]}…"


def _drawing(title: str, parts: Sequence[str], height: int) -> str:
    head = f'<svg viewBox="0 0 {_WIDTH} {height}" role="img" aria-label="{escape(title)}">'
    return f"<figure><figcaption>{escape(title)}</figcaption>{head}{''.join(parts)}</svg></figure>"
