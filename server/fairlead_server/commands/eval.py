"""Measure: how fast decoding is, what a model knows, how monitors judge real code.

Prints figures with 95 % intervals, and with --json one JSON value. `fairlead eval NAME --help`
says what an eval measures.
"""

from __future__ import annotations

import argparse
import json
import shlex
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from fairlead_decoding.errors import DecodingError
from fairlead_server.commands import options
from fairlead_server.commands.terminable import terminable
from fairlead_server.errors import UserError
from fairlead_server.evaluation import EVALS, Eval, Setting, load
from fairlead_server.evaluation.figures import Report, table
from fairlead_server.evaluation.machine import describe_machine
from fairlead_server.evaluation.plot import require_plotting, write_plot
from fairlead_server.settings import resolve

_NOT_OPTIONS = ("command", "eval", "run")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare an eval each, with its options."""
    evals = parser.add_subparsers(dest="eval", metavar="NAME", required=True)
    for name in EVALS:
        module = load(name)
        sub = evals.add_parser(
            name,
            help=(module.__doc__ or "").partition("\n")[0],
            description=module.__doc__,
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        sub.add_argument("--json", action="store_true", help="print one JSON value")
        sub.add_argument("--plot", metavar="FILE", help="draw the figures as .svg, .png or .pdf")
        sub.add_argument("--seed", type=options.natural, default=0)
        module.add_arguments(sub)
        options.add_model_arguments(sub)


def run(arguments: argparse.Namespace) -> int:
    """Measure, print, and return the exit code."""
    module = load(arguments.eval)
    picture = Path(arguments.plot) if arguments.plot else None
    if picture:
        require_plotting(picture)
    setting = Setting(arguments, resolve(options.from_arguments(arguments)), _remark)
    try:
        with terminable():
            measured = module.measure(setting)
    except DecodingError as error:
        raise UserError(str(error)) from error
    report = Report(
        arguments.eval, measured, describe_machine(), arguments.seed, command_of(arguments)
    )
    if picture:
        write_plot(_for_people(report, module), module.BUDGETS, picture)
    if arguments.json:
        print(json.dumps(report.to_json(), ensure_ascii=False, indent=1))
    else:
        print(table(_for_people(report, module), module.BUDGETS))
    return 0


def _for_people(report: Report, module: Eval) -> Report:
    """Return `report` with the figures that are drawn and tabled; an eval of many says which."""
    drawn: Callable[[str], bool] | None = getattr(module, "drawn", None)
    if drawn is None:
        return report
    figures = {name: found for name, found in report.measured.figures.items() if drawn(name)}
    return replace(report, measured=replace(report.measured, figures=figures))


def _remark(text: str) -> None:
    print(f"fairlead: {text}", file=sys.stderr)


def command_of(arguments: argparse.Namespace) -> str:
    """Return the command line that measures the same again, with all numbers it depends on."""
    words = ["fairlead", "eval", arguments.eval]
    for name, value in vars(arguments).items():
        if name in _NOT_OPTIONS or value is None or value is False:
            continue
        option = "--" + name.replace("_", "-")
        for one in value if isinstance(value, list) else [value]:
            words += [option] if one is True else [option, str(one)]
    return shlex.join(words)
