"""Spectrum-based localisation: which lines do failing tests run that passing ones do not?

Lines are scored by Ochiai's coefficient, which Abreu et al., "On the Accuracy of Spectrum-based
Fault Localization", 2007, found to be the best of those that were in use.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from fairlead_server.errors import UserError
from fairlead_server.repair.localisation.suspect import Suspect
from fairlead_server.repair.localisation.trace import is_test, java_files
from fairlead_server.repair.testing import Bed

MARK = "fairlead-spectrum: "
"""What the program that runs the tests prints before its report."""
_SCRIPT = Path(__file__).with_name("spectrum_script.py")
_SLOWER = 4
"""How many times longer tests may take while coverage is recorded."""
_MODULE = re.compile(r"(?P<python>[^\s;&|()]+)\s+-m\s+(?P<name>pytest|unittest)(?!\S)")
_PROGRAM = re.compile(r"(?<![^\s;&|()])(?P<program>(?:[^\s;&|()]*/)?(?:pytest|py\.test))(?!\S)")
_STOPS = re.compile(r"(?<=\s)(?:--exitfirst|--failfast|-f|-([qvsl]*)x([qvsl]*))(?!\S)")
"""Options by which tests end with the first failure; passing tests tell as much."""


def suspects(command: str, bed: Bed) -> list[Suspect]:
    """Run the tests of `command`, of Python, with coverage; return the lines by suspicion.

    Raises `UserError` when the command is not one of unittest or pytest, or coverage is missing.
    """
    return report_of(traced(command), command, bed)


def report_of(program: str, command: str, bed: Bed) -> list[Suspect]:
    """Run `program`, which runs the tests of `command` and prints a report, and read it.

    Raises `UserError` where it prints none, or no test failed.
    """
    limits = bed.limits
    longer = replace(limits, seconds=limits.seconds * _SLOWER, cpu=limits.cpu * _SLOWER)
    output = replace(bed, limits=longer).run({}, program).output
    found = [line for line in output.splitlines() if line.startswith(MARK)]
    if not found:
        why = " ".join(output.split())[-200:] or "they print nothing"
        raise UserError(f"the tests cannot be run with coverage: {why}")
    report = json.loads(found[-1].removeprefix(MARK))
    if not report["failed"]:
        raise UserError(f"{command!r} has no failing test to go by; name the line to repair")
    why = f"run by {report['failed']} failing and few of {report['passed']} passing tests"
    project = bed.shadow.project
    path_of = _finder(project, bed.shadow.box().shadow)
    made = [Suspect(path_of(path), line, score, why) for path, line, score in report["lines"]]
    return [one for one in made if not is_test(one.path, project)]


def _finder(project: Path, copy: str) -> Callable[[str], str]:
    """Return what finds the file that a report means: in the copy, or by a package's path."""
    sources = java_files(project)

    def find(path: str) -> str:
        if os.path.isabs(path):
            return str(project) + path[len(copy) :] if path.startswith(copy) else path
        named = sources.get(os.path.basename(path), ())
        inside = [name for name in named if f"{os.sep}{name}".endswith(f"{os.sep}{path}")]
        return str(project / (inside[0] if inside else path))

    return find


def traced(command: str) -> str:
    """Return the command that runs the tests of `command` with coverage.

    Raises `UserError` where it is not seen to run tests of Python.
    """
    script = shlex.quote(str(_SCRIPT))
    if found := _MODULE.search(command):
        start, name = found["python"], found["name"]
    elif found := _PROGRAM.search(command):
        start, name = shlex.quote(_python_beside(found["program"])), "pytest"
    else:
        raise UserError(
            f"{command!r}: coverage is recorded of `pytest …` and `python -m unittest …` only; "
            "name the line to repair"
        )
    rest = _STOPS.sub(_others, command[found.end() :])
    return f"{command[: found.start()]}{start} {script} {name}{rest}"


def _others(stop: re.Match[str]) -> str:
    """Return the options that are joined to the one that stops."""
    letters = (stop[1] or "") + (stop[2] or "")
    return f"-{letters}" if letters else ""


def _python_beside(program: str) -> str:
    found = shutil.which(program)
    beside = Path(found).parent / "python" if found else None
    return str(beside) if beside and beside.exists() else sys.executable
