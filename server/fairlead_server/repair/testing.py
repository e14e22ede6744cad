"""The tests of a repair: run on the project as it is, then with each candidate, in a sandbox."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from fairlead_server.errors import UserError
from fairlead_server.repair.sandbox import Limits, Outcome, Shadow, run
from fairlead_server.repair.search import Found, Repaired
from fairlead_server.repair.validation import DEAR, Bench, PatchValidator, Suite, climb, validators
from fairlead_server.repair.validation.contract import Runner
from fairlead_server.repair.validation.passes import last_words

_NOT_EXECUTABLE, _NOT_FOUND = 126, 127
_QUOTED = 200


@dataclass(frozen=True)
class Bed:
    """A copy of the project and what may be used on it. `folder` is where commands start."""

    shadow: Shadow
    limits: Limits
    folder: str = "."
    cancelled: Callable[[], bool] = lambda: False

    def run(self, files: Mapping[str, str], command: str) -> Outcome:
        """Run `command` with `files`, by path, changed; the copy is put right again.

        Raises `UserError` when nothing can be run here.
        """
        with self.shadow.changed(files):
            box = self.shadow.box(self.folder)
            outcome = run(command, box, self.limits, cancelled=self.cancelled)
        if outcome.ended == "failed":
            raise UserError(f"tests cannot be run in a sandbox: {outcome.output}")
        return outcome


class AlreadyGreen(UserError):
    """The tests that should fail pass: there is nothing to repair."""


def suite(bed: Bed, command: str, all_tests: str = "") -> Suite:
    """Return the tests, after having seen them fail; see `failing`."""
    return Suite(bed.run, command, failing(bed.run, command), all_tests)


def failing(run: Runner, command: str) -> Outcome:
    """Return what becomes of the tests on the project as it is.

    Raises `UserError` when the command passes as it is, cannot be run, or is stopped by a limit.
    """
    base = run({}, command)
    if base.passed and run({}, command).passed:
        raise AlreadyGreen(
            f"{command!r} passes already: there is nothing to repair; name a test that fails"
        )
    _check_found(base, command)
    if base.stopped and base.ended not in ("timeout", "cancelled"):
        raise UserError(
            f"{command!r} is stopped already without a patch ({base.ended}); "
            "allow it more, see fairlead repair --help"
        )
    return base


def passing(run: Runner, command: str, more: str) -> Outcome:
    """Return what becomes of the tests on the project as it is.

    Raises `UserError` when they do not pass; `more` are the options that allow them more.
    """
    base = run({}, command)
    _check_found(base, command)
    if base.stopped:
        raise UserError(
            f"{command!r} is stopped as the project is ({base.ended} after {base.seconds:.1f} s); "
            f"allow it more with {more}"
        )
    if not base.passed:
        why = telling_line(base.output) or f"exit code {base.code}"
        raise UserError(f"{command!r} does not pass as the project is: {why}")
    return base


def _check_found(base: Outcome, command: str) -> None:
    if base.code in (_NOT_FOUND, _NOT_EXECUTABLE):
        raise UserError(f"{command!r} cannot be run: {_line(base)}")


def said(tests: Suite) -> str:
    """Return the last line that the failing tests print which says something."""
    return telling_line(tests.base.output)


def telling_line(output: str) -> str:
    """Return the last line of `output` that says what is wrong, if one does."""
    lines = [line.strip() for line in output.splitlines()]
    telling = [line for line in lines if "Error" in line or "assert" in line.lower()]
    return (telling or [""])[-1][:_QUOTED]


def tried(
    found: Found,
    bench: Bench,
    *,
    most: int | None = None,
    steps: Sequence[PatchValidator] | None = None,
    cancelled: Callable[[], bool] = lambda: False,
    progress: Callable[[int, int], None] = lambda done, of: None,
) -> Found:
    """Return `found` with the candidates run that have passed so far, the most promising first.

    It ends with `most` of them that pass; those that were not run are left out.
    """
    ladder = [s for s in (validators() if steps is None else steps) if s.order >= DEAR]
    waiting = [one for one in found.candidates if one.plausible]
    judged: list[Repaired] = []
    for done, one in enumerate(waiting):
        if cancelled() or sum(other.plausible for other in judged) == most:
            break
        progress(done, len(waiting))
        result = climb(one.candidate.text, bench, ladder, cancelled, one.result)
        if result.verdict is not None:
            judged.append(replace(one, result=result))
    refused = [one for one in found.candidates if not one.plausible]
    order = [*sorted(judged, key=lambda one: not one.plausible), *refused]
    ranked = tuple(replace(one, rank=rank) for rank, one in enumerate(order, 1))
    return replace(found, candidates=ranked)


def _line(base: Outcome) -> str:
    return " ".join(last_words(base.output).split())[-_QUOTED:] or f"exit code {base.code}"


def folder_in(project: str, folder: str) -> str:
    """Return `folder` relative to `project`, or the project itself if it is elsewhere."""
    project, folder = os.path.realpath(project), os.path.realpath(folder)
    inside = os.path.commonpath([project, folder]) == project
    return os.path.relpath(folder, project) if inside else "."
