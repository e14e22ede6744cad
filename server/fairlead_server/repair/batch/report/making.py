"""Making the report of a run, from what the run has written down."""

from __future__ import annotations

import json
import shlex
from dataclasses import dataclass
from pathlib import Path

from fairlead_server.evaluation.figures import Measured, Report
from fairlead_server.evaluation.machine import describe_machine
from fairlead_server.repair.batch.folder import outcomes, told_in
from fairlead_server.repair.batch.journal import written
from fairlead_server.repair.batch.order import Order
from fairlead_server.repair.batch.outcome import BugOutcome
from fairlead_server.repair.batch.report.figures import figures, trouble
from fairlead_server.repair.batch.report.page import page
from fairlead_server.repair.batch.report.text import markdown
from fairlead_server.settings import stated


@dataclass(frozen=True)
class Made:
    """A report, what it is of, and how many bugs there are in all."""

    report: Report
    outcomes: tuple[BugOutcome, ...]
    bugs: int


def make(out: Path) -> Made:
    """Write ``report.json``, ``report.md`` and ``report.html``. Raises `UserError`."""
    told = told_in(out)
    found = tuple(outcomes(out, told.names))
    order = told.order
    measured = Measured(str(told.model["name"]), figures(found, order.seed), trouble(found))
    command = command_of(order, out)
    report = Report("repair batch", measured, describe_machine(), order.seed, command)
    value = json.dumps(report.to_json(), ensure_ascii=False, indent=1)
    written(out / "report.json", value + "\n")
    written(out / "report.md", markdown(report, found))
    written(out / "report.html", page(report, found))
    return Made(report, found, len(told.names))


def command_of(order: Order, out: Path) -> str:
    """Return the command line that does the same again."""
    words = ["fairlead", "repair", "batch", "--dataset", order.dataset, "--out", out.name]
    words += ["--samples", str(order.samples), "--seed", str(order.seed)]
    given = {
        "bugs": order.bugs or None,
        "tokens": order.tokens,
        "seconds": order.seconds,
        "localise": order.localise,
        "beam": order.beam if order.beam != Order("").beam else None,
        "test-timeout": order.test_seconds,
        "memory": order.memory_mb,
        "first": order.first,
        "guided-only": order.arms == (True,),
        "unguided": order.arms == (False,),
        **_model_options(order),
    }
    for name, value in given.items():
        if value is None or value is False:
            continue
        words += [f"--{name}"] if value is True else [f"--{name}", str(value)]
    return shlex.join(words)


def _model_options(order: Order) -> dict[str, object]:
    called = {"interpreter": "python", "trusted": "trust"}
    return {called.get(name, name): value for name, value in stated(order.options).items()}
