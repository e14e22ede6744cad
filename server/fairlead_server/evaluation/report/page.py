"""The page: one file that needs no other, nor a network."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from html import escape

from fairlead_server import __version__
from fairlead_server.evaluation.figures import Figure
from fairlead_server.evaluation.report import drawing
from fairlead_server.evaluation.report.read import Result, Skipped
from fairlead_server.evaluation.report.rows import HEADS, budgets, rows, split

_STYLE = """
:root { color-scheme: light dark; --ink: #1c1c1c; --paper: #fff; --faint: #8884; --guided: #0b6e99;
  --unguided: #b3541e; --bad: #b3261e; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6e6e6; --paper: #161616; --guided: #5bb8e0;
  --unguided: #e59a63; --bad: #ff8a80; } }
body { font: 15px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper);
  max-width: 64rem; margin: 2rem auto; padding: 0 1rem; }
a { color: inherit; }
table { border-collapse: collapse; margin: 1rem 0; display: block; overflow-x: auto; }
th, td { text-align: left; padding: .2rem .75rem .2rem 0; border-bottom: 1px solid var(--faint);
  vertical-align: top; }
td.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
tr.missed td { color: var(--bad); }
pre { white-space: pre-wrap; padding: .5rem; border: 1px solid var(--faint); }
figure { margin: 1rem 0; max-width: 760px; } figcaption { font-weight: 600; }
svg { width: 100%; height: auto; } svg text { font-size: 12px; fill: var(--ink); }
.grid { stroke: var(--faint); } .bar { stroke-width: 5; opacity: .5; }
.guided *, .one * { stroke: var(--guided); fill: var(--guided); }
.unguided * { stroke: var(--unguided); fill: var(--unguided); }
.budget { stroke: var(--bad); stroke-width: 2; }
"""


def page(results: Sequence[Result], skipped: Sequence[Skipped]) -> str:
    """Return the page, as HTML; nothing that a file says can be markup."""
    body = ["<h1>Figures</h1>", _overview(results)]
    for number, result in enumerate(results):
        body += _section(number, result)
    if skipped:
        left_out = "".join(
            f"<li><code>{escape(one.path)}</code> {escape(one.why)}</li>" for one in skipped
        )
        body += ["<h2>Left out</h2>", f"<ul>{left_out}</ul>"]
    body.append(f"<p>Intervals hold 95 %. Made by fairlead {escape(__version__)}.</p>")
    head = f'<meta charset="utf-8"><title>Figures of fairlead</title><style>{_STYLE}</style>'
    view = '<meta name="viewport" content="width=device-width">'
    return f'<!DOCTYPE html>\n<html lang="en"><head>{head}{view}</head>\n<body>\n' + (
        "\n".join(body) + "\n</body></html>\n"
    )


def _overview(results: Sequence[Result]) -> str:
    heads = ("result", "eval", "model", "version", "seed", "figures", "budgets missed")
    lines = []
    for number, result in enumerate(results):
        known = rows(result, result.report.measured.figures)
        missed = str(sum(row.missed for row in known)) if any(row.budget for row in known) else ""
        told = (result.report.eval, result.report.measured.model, result.version, result.seed)
        cells = [f'<a href="#r{number}">{escape(result.name)}</a>', *map(escape, told)]
        cells += [str(len(known) or len(result.values)), missed]
        lines.append("".join(f"<td>{cell}</td>" for cell in cells))
    return _table(heads, [f"<tr>{line}</tr>" for line in lines])


def _section(number: int, result: Result) -> Iterator[str]:
    shown, others = split(result)
    yield f'<h2 id="r{number}">{escape(result.name)}</h2>'
    yield f"<p>{escape(result.report.machine)}<br><code>{escape(result.path)}</code></p>"
    yield f"<pre>{escape(result.report.command)}</pre>"
    if shown:
        yield _figures(result, shown)
        yield from drawing.panels(shown, budgets(result))
    if others:
        table = _figures(result, others)
        yield f"<details><summary>{len(others):,} more</summary>{table}</details>"
    if result.values:
        pairs = result.values.items()
        yield _table(
            ("number", "value"),
            [f"<tr><td>{escape(n)}</td><td>{escape(v)}</td></tr>" for n, v in pairs],
        )
    for name, found in result.report.measured.reasons.items():
        counts = "".join(f"<li>{escape(why)} ({count:,})</li>" for why, count in found.items())
        yield f"<p>{escape(name)} could not be told:</p><ul>{counts}</ul>"


def _figures(result: Result, figures: Mapping[str, Figure]) -> str:
    lines = []
    for row in rows(result, figures):
        name, *numbers = map(escape, row.cells)
        cells = f"<td>{name}</td>" + "".join(f'<td class="number">{n}</td>' for n in numbers)
        lines.append(f'<tr class="missed">{cells}</tr>' if row.missed else f"<tr>{cells}</tr>")
    return _table(HEADS, lines)


def _table(heads: Sequence[str], lines: Sequence[str]) -> str:
    head = "".join(f"<th>{escape(cell)}</th>" for cell in heads)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{''.join(lines)}</tbody></table>"
