"""Say what is installed, which model and engines would be used, and how to mend what is missing.

Exit code 0 when guided completion works, 1 when something it needs is missing.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict

from fairlead_server.commands import options
from fairlead_server.diagnosis import Check, examine
from fairlead_server.settings import resolve

_MARKS = {"ok": "ok  ", "missing": "MISS", "optional": "-   "}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("--json", action="store_true", help="print one JSON value")
    options.add_model_arguments(parser)


def run(arguments: argparse.Namespace) -> int:
    """Examine, print, and return the exit code."""
    checks = examine(resolve(options.from_arguments(arguments)))
    if arguments.json:
        print(json.dumps([asdict(check) for check in checks], ensure_ascii=False))
    else:
        print("\n".join(_line(check) for check in checks))
    return 1 if any(check.state == "missing" for check in checks) else 0


def _line(check: Check) -> str:
    line = f"{_MARKS[check.state]} {check.name}: {check.finding}"
    return f"{line}\n       -> {check.remedy}" if check.remedy else line
