"""Say what is installed, which model and engines would be used, and how to mend what is missing.

Exit code 0 when guided completion works, 1 when something it needs is missing. ``--fix java``
fetches what completion in Java needs: Eclipse JDT LS and a Java runtime, about 90 MB. ``--fix
multilspy`` installs multilspy in a folder of its own.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable
from dataclasses import asdict
from functools import partial
from pathlib import Path

from fairlead_server import fetch_java, fetch_multilspy
from fairlead_server.commands import options
from fairlead_server.diagnosis import Check, examine
from fairlead_server.settings import Stack, resolve_for
from fairlead_server.user_data import data_folder

_FIXES: dict[str, Callable[[Path, Callable[[str], None]], None]] = {
    "java": fetch_java.fetch,
    "multilspy": fetch_multilspy.fetch,
}
_MARKS = {"ok": "ok  ", "missing": "MISS", "optional": "-   "}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("--json", action="store_true", help="print one JSON value")
    parser.add_argument(
        "--settings",
        action="store_true",
        help="print what is set, and who set it, for the project around the current folder",
    )
    parser.add_argument("--fix", choices=sorted(_FIXES), help="fetch what is missing for it first")
    options.add_model_arguments(parser)


def run(arguments: argparse.Namespace) -> int:
    """Examine, print, and return the exit code."""
    found = resolve_for(os.path.join(os.curdir, "-"), options.from_arguments(arguments))
    options.show_complaints(found)
    if arguments.settings:
        return _show_settings(found, as_json=arguments.json)
    if arguments.fix:
        _FIXES[arguments.fix](data_folder() / arguments.fix, partial(print, file=sys.stderr))
    checks = examine(found.settings())
    if arguments.json:
        print(json.dumps([asdict(check) for check in checks], ensure_ascii=False))
    else:
        print("\n".join(_line(check) for check in checks))
    return 1 if any(check.state == "missing" for check in checks) else 0


def _show_settings(found: Stack, *, as_json: bool) -> int:
    values, origins = asdict(found.settings()), found.origins()
    if as_json:
        told = {name: {"value": values[name], "source": origins[name]} for name in values}
        print(json.dumps(told, ensure_ascii=False, default=str))
    else:
        width = max(map(len, values))
        for name, value in values.items():
            print(f"{name:{width}}  {json.dumps(value, default=str)}  ({origins[name]})")
    return 0


def _line(check: Check) -> str:
    line = f"{_MARKS[check.state]} {check.name}: {check.finding}"
    return f"{line}\n       -> {check.remedy}" if check.remedy else line
