"""All that a failing test says about where the fault is, put together."""

from __future__ import annotations

import logging
from typing import Literal

from fairlead_server.errors import UserError
from fairlead_server.repair.batch.bug import Bug, Place
from fairlead_server.repair.localisation import spectrum, trace
from fairlead_server.repair.localisation.suspect import Suspect, places
from fairlead_server.repair.sandbox import Outcome
from fairlead_server.repair.testing import Bed

log = logging.getLogger(__name__)

Way = Literal["trace", "spectrum"]

_IN_TRACE = 0.2
"""What a line's score gains by being in the trace: it decides between lines that tie."""


def suspects(
    bed: Bed, command: str, base: Outcome, way: Way = "trace", coverage: str = ""
) -> list[Suspect]:
    """Return the lines that the failing tests of `command`, whose outcome is `base`, point at.

    Those of tests are left out. By coverage, if that is the `way` or the trace says nothing: the
    command `coverage` records it, or else `command`, if it can be made to. Raises `UserError`.
    """
    project, copy = bed.shadow.project, bed.shadow.box().shadow
    traced = trace.suspects(base.output, project, copy)
    traced = [one for one in traced if not trace.is_test(one.path, project)]
    if traced and way == "trace":
        return traced
    try:
        program = coverage or spectrum.traced(command)
        covered = spectrum.report_of(program, command, bed)
    except UserError as error:
        if not traced:
            raise
        log.warning("%s", error)
        return traced
    return combined(covered, traced)


def combined(covered: list[Suspect], traced: list[Suspect]) -> list[Suspect]:
    """Return both, scored together."""
    gains = {(one.path, one.line): one.score * _IN_TRACE for one in traced}
    ran = {(one.path, one.line): one.score for one in covered}
    found = {(one.path, one.line): one for one in (*traced, *covered)}

    def score(key: tuple[str, int]) -> float:
        return ran.get(key, 0.0) + gains.get(key, 0.0)

    return [found[key] for key in sorted(found, key=lambda key: (-score(key), key))]


def localised(bug: Bug, bed: Bed, way: Way = "spectrum", most: int = 5) -> tuple[Place, ...]:
    """Return the places that may be at fault, the most suspicious first; any one may be it.

    Raises `UserError` where the tests say nothing of the project's own lines.
    """
    command, coverage = bug.commands.test, bug.commands.coverage
    found = suspects(bed, command, bed.run({}, command), way, coverage)
    if made := places(found, bed.shadow.project, most):
        return made
    raise UserError(f"{bug.name}: no line of the project is seen in its failing tests")
