"""The page: one file that needs no other, nor a network."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape

from fairlead_server.evaluation.figures import Report
from fairlead_server.repair.batch.outcome import SEARCHED, BugOutcome, first_rank
from fairlead_server.repair.batch.report import drawing
from fairlead_server.repair.batch.report.figures import ARMS, wrote
from fairlead_server.repair.batch.report.text import (
    Table,
    bugs,
    compared,
    facts,
    others,
    trouble,
)

_SHOWN = 3
"""Plausible patches of a bug that are shown."""

_STYLE = """
:root { color-scheme: light dark; --ink: #1c1c1c; --paper: #fff; --faint: #8884; --guided: #0b6e99;
  --unguided: #b3541e; --added: #1a7f37; --removed: #b3261e; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6e6e6; --paper: #161616; --guided: #5bb8e0;
  --unguided: #e59a63; --added: #6fd08c; --removed: #ff8a80; } }
body { font: 15px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper);
  max-width: 64rem; margin: 2rem auto; padding: 0 1rem; }
table { border-collapse: collapse; margin: 1rem 0; display: block; overflow-x: auto; }
th, td { text-align: left; padding: .25rem .75rem .25rem 0; border-bottom: 1px solid var(--faint);
  vertical-align: top; }
figure { margin: 1.5rem 0; max-width: 640px; } figcaption { font-weight: 600; }
svg { width: 100%; height: auto; overflow: visible; }
svg text { font-size: 12px; fill: var(--ink); }
.grid { stroke: var(--faint); } .interval { stroke-width: 4; opacity: .5; }
.guided * { stroke: var(--guided); fill: var(--guided); }
.unguided * { stroke: var(--unguided); fill: var(--unguided); } .bar rect { fill: var(--guided); }
pre { overflow-x: auto; padding: .5rem; border: 1px solid var(--faint); }
.added { color: var(--added); } .removed { color: var(--removed); }
"""


def page(report: Report, outcomes: Sequence[BugOutcome]) -> str:
    """Return the page, as HTML."""
    title = f"Repair of {len(outcomes)} bugs"
    body = [f"<h1>{escape(title)}</h1>", "<ul>"]
    body += [f"<li>{escape(fact[2:])}</li>" for fact in facts(report)]
    body += ["</ul>", "<h2>Guided and unguided</h2>", _table(compared(report.measured.figures))]
    body += [drawing.shares(report.measured.figures)]
    body += ["<h2>Time and rank</h2>", _table(others(report.measured.figures)), *_plots(outcomes)]
    body += ["<h2>Bugs</h2>", _table(bugs(outcomes))]
    if in_trouble := trouble(outcomes):
        body += ["<h2>Not searched</h2>", _table(in_trouble)]
    body += ["<h2>Plausible patches</h2>", *_patches(outcomes)]
    head = f'<meta charset="utf-8"><title>{escape(title)}</title><style>{_STYLE}</style>'
    view = '<meta name="viewport" content="width=device-width">'
    return f'<!DOCTYPE html>\n<html lang="en"><head>{head}{view}</head>\n<body>\n' + (
        "\n".join(body) + "\n</body></html>\n"
    )


def _plots(outcomes: Sequence[BugOutcome]) -> Iterator[str]:
    searched = [one for one in outcomes if one.status in SEARCHED]
    found = [rank for one in searched if (rank := first_rank(one.records)) is not None]
    if found:
        yield drawing.ranks(found)
    if searched:
        yield drawing.seconds({one.bug: one.seconds for one in searched})


def _patches(outcomes: Sequence[BugOutcome]) -> Iterator[str]:
    for one in outcomes:
        good = [record for record in one.records if record["verdict"] == "plausible"]
        if not good:
            continue
        yield f"<details><summary>{escape(one.bug)}: {len(good)}</summary>"
        for record in good[:_SHOWN]:
            arms = " and ".join(arm for arm in ARMS if wrote(record, arm))
            same = ", what the developers wrote" if record["fixed"] else ""
            yield f"<p>{record['rank']}: {arms}{same}</p><pre>{_diff(record['diff'])}</pre>"
        if len(good) > _SHOWN:
            yield f"<p>and {len(good) - _SHOWN} more in results.jsonl</p>"
        yield "</details>"


def _diff(text: str) -> str:
    return "\n".join(map(_coloured, text.splitlines()))


def _coloured(line: str) -> str:
    kinds = {"+": "added", "-": "removed"}
    if line[:1] not in kinds or line.startswith(("+++", "---")):
        return escape(line)
    return f'<span class="{kinds[line[0]]}">{escape(line)}</span>'


def _table(table: Table) -> str:
    heads, rows = table
    head = "".join(f"<th>{escape(cell)}</th>" for cell in heads)
    body = "".join(
        "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in rows
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
