"""Report what a run of `fairlead repair batch` has found so far.

Writes DIR/report.html, DIR/report.md and DIR/report.json, and prints the table.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from fairlead_server.commands.batch_run import report


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("out", metavar="DIR", help="the folder of the run")
    parser.add_argument("--json", action="store_true", help="print the report as one JSON value")


def run(arguments: argparse.Namespace) -> int:
    """Report, and return the exit code."""
    return report(Path(arguments.out), as_json=arguments.json)
