"""Repair all bugs of a dataset, and report what came of it.

Each bug is searched guided and unguided, with as many tokens of the model for each, and its tests
are run with what passes all other checks, in a sandbox. All that is done is kept in the folder DIR
as it is done: after an interruption, the same command goes on, and so does `fairlead repair
resume DIR`. DIR/report.html tells what was found, and DIR/results.jsonl has all candidates.
"""

from __future__ import annotations

import argparse
import math
from pathlib import Path

from fairlead_server.commands import options
from fairlead_server.commands.batch_run import add_run_arguments, carry_out
from fairlead_server.errors import UserError
from fairlead_server.repair.batch.order import Order
from fairlead_server.repair.batch.running import anchored, dataset_of, told


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument(
        "--dataset", metavar="NAME[:ARGUMENT]", required=True, help="e.g. jsonl:FILE"
    )
    parser.add_argument("--out", metavar="DIR", required=True, help="where all is kept")
    parser.add_argument("--bugs", metavar="REGEX", default="", help="only bugs with such names")
    parser.add_argument(
        "--samples", type=options.positive, default=40, help="questions to the model; default: 40"
    )
    parser.add_argument(
        "--tokens", type=options.positive, help="tokens that the model may write for a bug"
    )
    parser.add_argument("--seconds", type=_seconds, help="seconds of search for a bug")
    parser.add_argument("--seed", type=options.natural, default=0)
    parser.add_argument(
        "--first", action="store_true", help="one plausible patch of each half is enough"
    )
    parser.add_argument("--guided-only", action="store_true", help="do not sample unguided as well")
    parser.add_argument("--unguided", action="store_true", help="do not sample guided at all")
    parser.add_argument(
        "--localise",
        choices=("trace", "spectrum"),
        help="find the lines oneself; default: those of the dataset, else spectrum",
    )
    parser.add_argument(
        "--beam",
        type=options.positive,
        default=3,
        help="of several places, how many ways to mend the ones before are built on; default: 3",
    )
    parser.add_argument(
        "--test-timeout", type=_seconds, metavar="S", help="seconds for a command of a bug"
    )
    parser.add_argument(
        "--memory", type=options.positive, metavar="MB", help="memory for a command of a bug"
    )
    add_run_arguments(parser)
    options.add_model_arguments(parser)


def run(arguments: argparse.Namespace) -> int:
    """Repair, report, and return the exit code."""
    order = order_of(arguments)
    return carry_out(Path(arguments.out), told(order, dataset_of(order.dataset)), arguments)


def order_of(arguments: argparse.Namespace) -> Order:
    """Return what the command line orders."""
    stated = options.from_arguments(arguments)
    return Order(
        anchored(arguments.dataset),
        arguments.bugs,
        arguments.samples,
        arguments.tokens,
        arguments.seconds,
        arguments.seed,
        _arms(arguments),
        arguments.first,
        arguments.test_timeout,
        arguments.memory,
        arguments.beam,
        arguments.localise,
        stated,
    )


def _arms(arguments: argparse.Namespace) -> tuple[bool, ...]:
    if arguments.unguided and arguments.guided_only:
        raise UserError("--unguided and --guided-only leave nothing to sample; name one of them")
    if arguments.unguided:
        return (False,)
    return (True,) if arguments.guided_only else (True, False)


def _seconds(text: str) -> float:
    """Read a number above 0."""
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not 0 < number < math.inf:
        raise argparse.ArgumentTypeError("must be a number above 0")
    return number
