"""Say what is installed, which model and engines would be used, and how to mend what is missing.

Exit code 0 when guided completion works, 1 when something it needs is missing. ``--fix java``
fetches what completion in Java needs: Eclipse JDT LS and a Java runtime, about 90 MB. ``--fix
multilspy`` installs multilspy in a folder of its own.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from dataclasses import asdict
from functools import partial
from pathlib import Path

from fairlead_server import fetch_java, fetch_multilspy
from fairlead_server.commands import options
from fairlead_server.diagnosis import Check, examine
from fairlead_server.settings import resolve
from fairlead_server.user_data import data_folder

_FIXES: dict[str, Callable[[Path, Callable[[str], None]], None]] = {
    "java": fetch_java.fetch,
    "multilspy": fetch_multilspy.fetch,
}
_MARKS = {"ok": "ok  ", "missing": "MISS", "optional": "-   "}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("--json", action="store_true", help="print one JSON value")
    parser.add_argument("--fix", choices=sorted(_FIXES), help="fetch what is missing for it first")
    options.add_model_arguments(parser)


def run(arguments: argparse.Namespace) -> int:
    """Examine, print, and return the exit code."""
    if arguments.fix:
        _FIXES[arguments.fix](data_folder() / arguments.fix, partial(print, file=sys.stderr))
    checks = examine(resolve(options.from_arguments(arguments)))
    if arguments.json:
        print(json.dumps([asdict(check) for check in checks], ensure_ascii=False))
    else:
        print("\n".join(_line(check) for check in checks))
    return 1 if any(check.state == "missing" for check in checks) else 0


def _line(check: Check) -> str:
    line = f"{_MARKS[check.state]} {check.name}: {check.finding}"
    return f"{line}\n       -> {check.remedy}" if check.remedy else line
