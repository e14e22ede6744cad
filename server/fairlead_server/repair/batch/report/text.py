"""A report in Markdown, and its tables, which the page has as well."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from fairlead_server.evaluation.figures import Figure, Report
from fairlead_server.repair.batch.outcome import SEARCHED, BugOutcome, first_rank
from fairlead_server.repair.batch.report.figures import ARMS, KINDS, tally

Table = tuple[Sequence[str], Sequence[Sequence[str]]]
"""The heads of the columns, and the rows."""

_SAID = {
    "compilable": "candidates that compile",
    "plausible": "bugs with a plausible patch",
    "fixed": "bugs mended as the developers did",
    "model_tokens": "tokens of the model",
}


def markdown(report: Report, outcomes: Sequence[BugOutcome]) -> str:
    """Return the whole report."""
    lines = [f"# Repair of {len(outcomes)} bugs", "", *facts(report), ""]
    lines += [*_table(compared(report.measured.figures)), ""]
    lines += [*_table(others(report.measured.figures)), ""]
    lines += ["## Bugs", "", *_table(bugs(outcomes))]
    if in_trouble := trouble(outcomes):
        lines += ["", "## Not searched", "", *_table(in_trouble)]
    return "\n".join(lines) + "\n"


def facts(report: Report) -> list[str]:
    """Return what the figures hold for, a fact a line."""
    return [
        f"- Model: {report.measured.model}",
        f"- Machine: {report.machine}",
        f"- Command: `{report.command}`",
        "- In brackets: 95 % intervals, bugs resampled",
    ]


def compared(figures: Mapping[str, Figure]) -> Table:
    """Return guided against unguided."""
    columns = [*ARMS, "difference"]
    rows = []
    for name in (*KINDS, "model_tokens"):
        cells = [_cell(figures.get(f"{name}.{column}")) for column in columns]
        if any(cells):
            rows.append([_SAID[name], *cells])
    return (["", *columns], rows)


def others(figures: Mapping[str, Figure]) -> Table:
    """Return the figures that halves do not have."""
    names = [name for name in figures if "." not in name]
    return (["figure", "value"], [[name.replace("_", " "), _cell(figures[name])] for name in names])


def bugs(outcomes: Iterable[BugOutcome]) -> Table:
    """Return what was found for each bug that was searched."""
    heads = ["bug", "plausible", "guided", "unguided", "as developers", "first at", "candidates"]
    rows = []
    for one in outcomes:
        if one.status in SEARCHED:
            line = one.to_json()
            halves = [_yes(tally(one, arm).plausible) for arm in ARMS]
            fixed = _yes(line["fixed"]) if one.fix_known else "?"
            rank = first_rank(one.records)
            counts = [
                str(line["plausible"]),
                *halves,
                fixed,
                str(rank or ""),
                str(line["candidates"]),
            ]
            rows.append([one.bug, *counts, f"{one.seconds:.1f}", "; ".join(one.remarks)])
    return ([*heads, "seconds", "remarks"], rows)


def trouble(outcomes: Iterable[BugOutcome]) -> Table | None:
    """Return the bugs that were not searched, and why."""
    rows = [[o.bug, o.status, o.reason] for o in outcomes if o.status not in SEARCHED]
    return (["bug", "status", "reason"], rows) if rows else None


def _cell(figure: Figure | None) -> str:
    if figure is None:
        return ""
    if figure.unit == "share":
        return f"{figure.value:.1%} ({figure.low:.1%} to {figure.high:.1%}, n = {figure.n})"
    value = f"{figure.value:,.0f}" if figure.value == int(figure.value) else f"{figure.value:.1f}"
    if figure.low == figure.high:
        return f"{value} {figure.unit}"
    return f"{value} {figure.unit} ({figure.low:.1f} to {figure.high:.1f}, n = {figure.n})"


def _yes(value: object) -> str:
    return "yes" if value else ""


def _table(table: Table) -> list[str]:
    heads, rows = table
    made = [_row(heads), "|" + "---|" * len(heads)]
    return [*made, *map(_row, rows)]


def _row(cells: Sequence[str]) -> str:
    plain = (" ".join(cell.split()).replace("|", "\\|").replace("<", "&lt;") for cell in cells)
    return "| " + " | ".join(plain) + " |"
