"""Go on with a run of `fairlead repair batch` that was interrupted.

What has been done is not done again, but for the one sample or test that was under way. The run
is told what it was told before.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from fairlead_server.commands.batch_run import add_run_arguments, carry_out
from fairlead_server.repair.batch.folder import told_in
from fairlead_server.repair.batch.running import dataset_of, told


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("out", metavar="DIR", help="the folder of the run")
    add_run_arguments(parser)


def run(arguments: argparse.Namespace) -> int:
    """Go on, report, and return the exit code."""
    out = Path(arguments.out)
    order = told_in(out).order
    return carry_out(out, told(order, dataset_of(order.dataset)), arguments)
