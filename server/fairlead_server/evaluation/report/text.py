"""A report in Markdown, for the documentation."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from fairlead_server.evaluation.report.read import Result, Skipped
from fairlead_server.evaluation.report.rows import HEADS, rows, split

_SIGNS = re.compile(r"([\\`*_{}\[\]<>|#~])")


def markdown(results: Sequence[Result], skipped: Sequence[Skipped], command: str) -> str:
    """Return the report that `command` makes, without a date: the same results give the same."""
    lines = [
        "# All figures",
        "",
        f"Made by {_code(command)} from what the",
        "commands below have printed. With each figure is its 95 % interval, and n, what it rests",
        "on; shares are in percent. `difference` is `guided` less `unguided`, and `p` how probable",
        "as uneven a split is by chance.",
        "",
        "| result | eval | model | version | seed | figures | budgets missed |",
        "|---|---|---|---|---|---|---|",
        *map(_overview, results),
    ]
    for result in results:
        lines += ["", *_section(result)]
    if skipped:
        lines += ["", "## Left out", "", "These files are no results:", ""]
        lines += [f"* {_code(one.path)} {_plain(one.why)}" for one in skipped]
    return "\n".join(lines) + "\n"


def _overview(result: Result) -> str:
    measured = result.report.measured
    known = rows(result, measured.figures)
    missed = sum(row.missed for row in known)
    link = f"[{_plain(result.name)}](#{_anchor(result.name)})"
    cells = (link, *map(_plain, (result.report.eval, measured.model, result.version, result.seed)))
    limits = str(missed) if any(row.budget for row in known) else ""
    return _line((*cells, str(len(known) or len(result.values)), limits))


def _section(result: Result) -> Iterator[str]:
    shown, others = split(result)
    yield f"## {_plain(result.name)}"
    yield ""
    yield f"{_plain(result.report.machine)}; {_code(result.path)}"
    yield ""
    yield "```"
    yield _flat(result.report.command)
    yield "```"
    if shown:
        yield ""
        yield _line(HEADS)
        yield "|---|---|---|---|---|"
        for row in rows(result, shown):
            yield _line((_code(row.name), *map(_plain, row.cells[1:])))
    if result.values:
        yield ""
        yield _line(("number", "value"))
        yield "|---|---|"
        for name, value in result.values.items():
            yield _line((_code(name), _plain(value)))
    if others:
        yield ""
        yield f"{len(others):,} more are in the file."
    for name, found in result.report.measured.reasons.items():
        told = "; ".join(f"{_plain(why)} ({count:,})" for why, count in found.items())
        if told:
            yield ""
            yield f"What could not be told of {_code(name)}: {told}."


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _flat(text: str) -> str:
    return " ".join(text.replace("```", "'''").split())


def _plain(text: str) -> str:
    """Return `text` so that nothing in it is markup."""
    return _SIGNS.sub(r"\\\1", _flat(text))


def _code(text: str) -> str:
    return f"`{_flat(text).replace('`', chr(39)).replace('|', '/')}`"


def _anchor(name: str) -> str:
    """Return what a heading is called in links, as code hosts make it."""
    return re.sub(r"[^\w\- ]", "", _flat(name).lower()).replace(" ", "-")
