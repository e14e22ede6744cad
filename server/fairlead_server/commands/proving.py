"""``fairlead edit --optimise`` and ``--tests``: edits that are proved by running the project.

It is run by the shell, on a copy, in a sandbox.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from fairlead_server.commands import options
from fairlead_server.commands.telling import reached, say
from fairlead_server.commands.terminable import terminable
from fairlead_server.editing.candidate import EditRequest, Outcome
from fairlead_server.editing.proving.optimising import INSTRUCTION, check_base, proved_faster
from fairlead_server.editing.proving.subject import Subject, place_for_tests, subject_of, text_of
from fairlead_server.editing.proving.testing import (
    MOST_MUTANTS,
    Proof,
    command_for,
    write_tests,
)
from fairlead_server.editing.refactoring.job import Refused
from fairlead_server.editing.writing import Means, write
from fairlead_server.errors import UserError
from fairlead_server.repair.sandbox import Limits, Shadow
from fairlead_server.repair.testing import Bed, folder_in

_SECONDS = 60.0
_SECONDS_OF_A_MUTANT = 20.0
_MEMORY_MB = 2048
_OPTIMISING, _TESTING = ("bench",), ("test_file", "mutants")
_BOTH = ("test", "project", "timeout", "memory")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    which = parser.add_mutually_exclusive_group()
    which.add_argument(
        "--optimise", action="store_true", help="offer only what makes --bench faster"
    )
    which.add_argument(
        "--tests", action="store_true", help="write tests that pass, and fail for mutants"
    )
    parser.add_argument("--bench", metavar="CMD", help="with --optimise: what is to be faster")
    parser.add_argument(
        "--test",
        metavar="CMD",
        help="with --optimise: what has to pass; with --tests: what runs them; default: pytest",
    )
    parser.add_argument("--test-file", metavar="FILE", help="with --tests: where they go")
    parser.add_argument(
        "--mutants",
        type=options.positive,
        metavar="N",
        help=f"with --tests: mistakes to be noticed, at most; default: {MOST_MUTANTS}",
    )
    parser.add_argument("--project", metavar="FOLDER", help="with these two: what is copied")
    parser.add_argument("--timeout", type=float, help="seconds that CMD may take")
    parser.add_argument(
        "--memory", type=options.positive, help="MB that CMD may take; default: 2048"
    )


def wanted(arguments: argparse.Namespace) -> bool:
    """Tell whether something is to be proved. Raises `UserError` for options that do not fit."""
    _check("--optimise", arguments, _OPTIMISING, given=arguments.optimise)
    _check("--tests", arguments, _TESTING, given=arguments.tests)
    either = arguments.optimise or arguments.tests
    _check("--optimise or --tests", arguments, _BOTH, given=either)
    if arguments.optimise and not arguments.bench:
        raise UserError("--optimise takes a --bench CMD that is to be faster")
    for name in ("instruction", "sequence") if arguments.tests else ():
        if getattr(arguments, name):
            raise UserError(f"--tests takes no --{name}")
    return bool(either)


def _check(
    option: str, arguments: argparse.Namespace, names: tuple[str, ...], *, given: bool
) -> None:
    for name in names if not given else ():
        if getattr(arguments, name) is not None:
            raise UserError(f"--{name.replace('_', '-')} goes with {option}")


def proved(arguments: argparse.Namespace, request: EditRequest, means: Means) -> Outcome:
    """Return what is proved. Raises `UserError` where nothing can be."""
    if arguments.optimise:
        return _faster(arguments, request, means)
    if request.document.language != "python":
        return Outcome((), ("tests are written for Python alone",))
    return _tests(arguments, request, means)


def _faster(arguments: argparse.Namespace, request: EditRequest, means: Means) -> Outcome:
    request = replace(request, instruction=request.instruction or INSTRUCTION)
    with _bed(arguments, request, os.getcwd()) as bed:
        check_base(bed.run, arguments.bench, arguments.test or "")
        outcome = write(request, means)
        return proved_faster(outcome, bed.run, arguments.bench, arguments.test or "", progress=say)


def _tests(arguments: argparse.Namespace, request: EditRequest, means: Means) -> Outcome:
    try:
        subject = subject_of(request)
    except Refused as error:
        return Outcome((), (str(error),))
    path = place_for_tests(request, subject, arguments.test_file)
    text = text_of(path)
    folder = os.getcwd() if arguments.test else _project(arguments, request, subject)
    with _bed(arguments, request, folder, subject) as bed:
        project = str(bed.shadow.project)
        bed.shadow.relative(path)
        command = arguments.test or command_for(path, subject, project, request.interpreter)
        most = arguments.mutants or MOST_MUTANTS
        proof = Proof(path, text, bed.run, command, most, progress=say)
        return write_tests(request, subject, means, proof)


def _project(
    arguments: argparse.Namespace, request: EditRequest, subject: Subject | None = None
) -> str:
    """Return the folder that is copied."""
    folder = arguments.project or request.project or (subject and subject.root)
    return str(folder or os.path.dirname(request.document.path))


@contextlib.contextmanager
def _bed(
    arguments: argparse.Namespace,
    request: EditRequest,
    folder: str,
    subject: Subject | None = None,
) -> Iterator[Bed]:
    """Copy the project; commands start in `folder`."""
    project = _project(arguments, request, subject)
    if not Path(project).is_dir():
        raise UserError(f"{project}: is not a folder; name the project's with --project")
    usual = _SECONDS if arguments.optimise else _SECONDS_OF_A_MUTANT
    seconds = usual if arguments.timeout is None else arguments.timeout
    if not 0 < seconds < float("inf"):
        raise UserError("--timeout takes a number of seconds above 0")
    limits = Limits(seconds, cpu=int(seconds) + 1, memory_mb=arguments.memory or _MEMORY_MB)
    with terminable(), Shadow(project) as shadow:
        shadow.relative(request.document.path)
        bed = Bed(shadow, limits, folder_in(project, folder))
        _warn(bed)
        yield bed
    say("")


def _warn(bed: Bed) -> None:
    """Say what code that a model has written can reach when it is run."""
    if told := reached(bed.run({}, "true").isolation):
        print(
            "fairlead: the sandbox is not complete here: what the model has written reaches "
            f"{told} when it is run",
            file=sys.stderr,
        )
