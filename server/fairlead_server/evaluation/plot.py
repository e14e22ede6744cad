"""Figures as a picture: one panel for each unit, a dot for each figure, a bar for its interval."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from fairlead_server.errors import UserError
from fairlead_server.evaluation.figures import Budget, Figure, Report

FORMATS = ("svg", "png", "pdf")


def require_plotting(path: Path) -> None:
    """Raise `UserError` unless a plot can be written to `path`: before anything is measured."""
    if path.suffix.lstrip(".").lower() not in FORMATS:
        raise UserError(f"a plot is written as {', '.join(FORMATS)}, not as {path.name}")
    if not path.absolute().parent.is_dir():
        raise UserError(f"no such folder: {path.parent}")
    _matplotlib()


def _matplotlib() -> Any:
    try:
        import matplotlib
    except ImportError as error:
        raise UserError(
            f"matplotlib cannot be imported ({error}): pip install 'fairlead[eval]'"
        ) from error
    matplotlib.use("agg")  # needs no display
    from matplotlib import pyplot

    return pyplot


def write_plot(report: Report, budgets: Mapping[str, Budget], path: Path) -> None:
    """Draw the figures of `report` into the file `path`."""
    pyplot = _matplotlib()
    panels: dict[str, dict[str, Figure]] = {}
    for name, figure in report.measured.figures.items():
        panels.setdefault(figure.unit, {})[name] = figure
    sizes = [len(panel) for panel in panels.values()]
    drawing, axes = pyplot.subplots(
        len(panels),
        figsize=(9, 0.4 * sum(sizes) + 0.9 * len(panels) + 0.6),
        gridspec_kw={"height_ratios": sizes},
        squeeze=False,
        layout="constrained",
    )
    for axis, (unit, panel) in zip(axes[:, 0], panels.items(), strict=True):
        _draw(axis, unit, panel, budgets)
    drawing.suptitle(f"{report.eval}: {report.measured.model}")
    drawing.savefig(path)
    pyplot.close(drawing)


def _draw(axis: Any, unit: str, panel: Mapping[str, Figure], budgets: Mapping[str, Budget]) -> None:
    for row, (name, figure) in enumerate(panel.items()):
        axis.plot([figure.low, figure.high], [row, row], color="tab:blue", alpha=0.5, linewidth=4)
        axis.plot([figure.value], [row], "o", color="tab:blue")
        if budget := budgets.get(name):
            limit = budget.most if budget.most is not None else budget.least
            axis.plot([limit], [row], "|", color="tab:red", markersize=16)
    axis.set_yticks(range(len(panel)), list(panel))
    axis.set_ylim(len(panel) - 0.5, -0.5)
    axis.set_xlabel(f"{unit} (red: budget)" if budgets.keys() & panel.keys() else unit)
    axis.grid(axis="x", alpha=0.3)
