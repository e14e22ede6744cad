"""Do the tests of a project pass with what was written? They run on a copy of it, in a sandbox.

A task counts only if the tests can tell: if they fail where something that cannot work stands in
the place of the unit. A text that stood there before passes, and one that does not compile fails,
without a run.
"""

from __future__ import annotations

import argparse
import hashlib
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from fairlead_server.commands import options
from fairlead_server.commands.telling import reached
from fairlead_server.errors import UserError
from fairlead_server.evaluation.completion.gone import without
from fairlead_server.evaluation.completion.journal import Entry
from fairlead_server.evaluation.completion.tasks import Task
from fairlead_server.evaluation.completion.trial import WAYS, completed
from fairlead_server.repair.sandbox import Limits, Outcome, Shadow
from fairlead_server.repair.testing import Bed, folder_in, passing
from fairlead_server.repair.validation.compiles import compile_error
from fairlead_server.repair.validation.passes import finding_of
from fairlead_server.settings.files import project_around
from fairlead_server.suggestion import Suggestion

_SECONDS = 60.0
_MEMORY_MB = 2048
_OF_TESTS = ("test_limit", "test_memory", "project")
_LANGUAGE = "python"
_MORE = "--test-limit or --test-memory"

UNNOTICED = "no test fails without it"
UNFIT = "nothing can stand in for it"
FOREIGN = "the file is not as it was read"

Remark = Callable[[str], None]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument(
        "--test", metavar="CMD", help="what passes now, run in a sandbox with what is written"
    )
    parser.add_argument(
        "--test-limit", type=float, metavar="SECONDS", help="that CMD may take; default: 60"
    )
    parser.add_argument(
        "--test-memory", type=options.positive, metavar="MB", help="that CMD may take; default 2048"
    )
    parser.add_argument("--project", metavar="FOLDER", help="with --test: what is copied")


@dataclass(frozen=True)
class Ground:
    """Where the tests of a project run, and what became of them as it is."""

    bed: Bed
    base: Outcome


@dataclass
class Suites:
    """The tests that are run for each task; `given` is what tells them from others.

    `grounds` are found by the roots of tasks.
    """

    given: Mapping[str, Any]
    grounds: Mapping[str, Ground]
    _said: dict[tuple[str, str], str] = field(default_factory=dict)

    def are_in(self, entry: Entry) -> bool:
        """Tell whether a task in a journal has been tested with these tests."""
        return "test" in entry and entry["test"]["given"] == self.given

    def added(self, task: Task, entry: Entry) -> Entry:
        """Return the entry of `task` with what the tests say of either text."""
        why = self._blindness(task)
        ways = {way: _untested(entry[way]) for way in WAYS}
        if not why:
            for written in ways.values():
                written["tests"] = self._say(task, _document(task, written))
        return {**entry, **ways, "test": {"given": dict(self.given), "why": why}}

    def _blindness(self, task: Task) -> str:
        """Return why the tests cannot tell anything of `task`; blank if they can."""
        gone = without(task)
        if gone is None:
            return UNFIT
        copy = _copy(self.grounds[task.root].bed.shadow, task.file)
        if copy.read_bytes() != task.text.encode(errors="surrogatepass"):
            return FOREIGN
        return UNNOTICED if self._say(task, gone) == "passed" else ""

    def _say(self, task: Task, text: str) -> str:
        """Return whether the tests have ``passed`` or ``failed`` with `text`, or took too long."""
        if text == task.text:
            return "passed"
        if compile_error(text) is not None:
            return "failed"
        key = task.file, hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()
        if key not in self._said:
            self._said[key] = self._run(self.grounds[task.root], task.file, text)
        return self._said[key]

    def _run(self, ground: Ground, file: str, text: str) -> str:
        outcome = ground.bed.run({file: text}, self.given["command"])
        verdict = finding_of(outcome, ground.base).verdict
        return {None: "passed", "timeout": "timeout"}.get(verdict, "failed")


def counted(entries: Sequence[Entry], tests: Suites | None) -> list[Entry]:
    """Return `entries` without what other tests than these have said."""
    return [
        entry
        if tests and tests.are_in(entry)
        else {
            **{name: value for name, value in entry.items() if name != "test"},
            **{way: _untested(entry[way]) for way in WAYS},
        }
        for entry in entries
    ]


def _untested(written: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in written.items() if name != "tests"}


def _document(task: Task, written: Mapping[str, Any]) -> str:
    """Return the document with what was written."""
    replaced = len(written["wanted"]) - len(task.wanted)
    imports = tuple(written["imports"])
    accepted = Suggestion(written["text"], 0.0, "stop", False, replaces=replaced, imports=imports)
    return completed(task, accepted)[0]


@contextmanager
def suites_of(
    arguments: argparse.Namespace, tasks: Sequence[Task], remark: Remark
) -> Iterator[Suites | None]:
    """Copy the projects of `tasks`, and see that their tests pass; None where none are named.

    Raises `UserError` where they do not, or cannot be run.
    """
    if arguments.test is None:
        for name in _OF_TESTS:
            if getattr(arguments, name) is not None:
                raise UserError(
                    f"--{name.replace('_', '-')} goes with --test; name what passes now"
                )
        yield None
        return
    if tasks[0].language != _LANGUAGE:
        raise UserError(f"--test tells of Python alone, and this is {tasks[0].language}")
    limits = _limits(arguments)
    with ExitStack() as stack:
        grounds = _grounds(arguments, tasks, limits, stack, remark)
        unlike = {"seconds": limits.seconds, "memory_mb": limits.memory_mb}
        yield Suites({"command": arguments.test, **unlike, "project": arguments.project}, grounds)


def _limits(arguments: argparse.Namespace) -> Limits:
    seconds = _SECONDS if arguments.test_limit is None else arguments.test_limit
    if not 0 < seconds < float("inf"):
        raise UserError("--test-limit takes a number of seconds above 0")
    memory = arguments.test_memory or _MEMORY_MB
    return Limits(seconds, cpu=int(seconds) + 1, memory_mb=memory)


def _grounds(
    arguments: argparse.Namespace,
    tasks: Sequence[Task],
    limits: Limits,
    stack: ExitStack,
    remark: Remark,
) -> dict[str, Ground]:
    """Return where the tasks of each root are tested; what is one project is copied once."""
    projects = {task.root: arguments.project or _project(task.root) for task in tasks}
    made = {}
    for project in dict.fromkeys(projects.values()):
        if not Path(project).is_dir():
            raise UserError(f"{project}: is not a folder; name the project's with --project")
        shadow = stack.enter_context(Shadow(project))
        own = [task.file for task in tasks if projects[task.root] == project]
        for file in dict.fromkeys(own):
            _check_copied(shadow, file)
        bed = Bed(shadow, limits, folder_in(project, os.getcwd()))
        made[project] = Ground(bed, passing(bed.run, arguments.test, _MORE))
    for told in dict.fromkeys(reached(ground.base.isolation) for ground in made.values()):
        if told:
            remark(f"the sandbox is not complete here: what the model writes reaches {told}")
    return {root: made[project] for root, project in projects.items()}


def _check_copied(shadow: Shadow, file: str) -> None:
    """Raise `UserError` unless `file` is in the copy."""
    if not _copy(shadow, file).is_file():
        raise UserError(f"{file}: is in a folder of {shadow.project} that tests run without")


def _copy(shadow: Shadow, file: str) -> Path:
    """Return where the copy of `file` lies. Raises `UserError` if it is not in the project."""
    return Path(shadow.box().shadow, shadow.relative(file))


def _project(root: str) -> str:
    """Return the folder that stands for the project of `root`, as for a repair."""
    place = Path(os.path.realpath(root))
    folder, here = place if place.is_dir() else place.parent, Path.cwd().resolve()
    # What is asked for a folder is what is around a file in it.
    around = project_around(str(folder / "_"))
    return around or str(here if folder.is_relative_to(here) else folder)
