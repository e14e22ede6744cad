"""Climbing the ladder: step after step, until one has the last word."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import cast

from fairlead_server import plugins
from fairlead_server.errors import UserError
from fairlead_server.repair.validation.contract import (
    Bench,
    Finding,
    PatchValidator,
    Step,
    Verdict,
)

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Result:
    """How far a patch has come. Without a verdict, it was not checked to the end."""

    verdict: Verdict | None = None
    steps: tuple[Step, ...] = ()
    facts: dict[str, int] = field(default_factory=dict)


def validators() -> list[PatchValidator]:
    """Return all that are installed, in their order."""
    made = [plugins.load("validators", name)() for name in plugins.names("validators")]
    return sorted(cast("list[PatchValidator]", made), key=lambda step: (step.order, step.name))


def climb(
    text: str,
    bench: Bench,
    steps: Sequence[PatchValidator],
    cancelled: Callable[[], bool] = lambda: False,
    so_far: Result | None = None,
) -> Result:
    """Take `steps` with `text`, on top of those taken `so_far`.

    When cancelled between steps, what has been found is returned, without a verdict. Raises
    `UserError` where a step can check nothing.
    """
    taken = list(so_far.steps) if so_far else []
    facts = dict(so_far.facts) if so_far else {}
    for step, finding, seconds in _findings(text, bench, steps):
        taken.append(Step(step.name, finding.verdict or "passed", seconds, finding.detail))
        facts.update(finding.facts)
        if finding.verdict or cancelled():
            return Result(finding.verdict, tuple(taken), facts)
    return Result("plausible", tuple(taken), facts)


def _findings(
    text: str, bench: Bench, steps: Sequence[PatchValidator]
) -> Iterator[tuple[PatchValidator, Finding, float]]:
    for step in steps:
        if step.wanted(bench):
            started = time.monotonic()
            finding = _checked(step, text, bench)
            yield step, finding, time.monotonic() - started


def _checked(step: PatchValidator, text: str, bench: Bench) -> Finding:
    """Check; a patch whose check fails is not called good.

    Raises `UserError` where nothing can be checked, whatever the patch.
    """
    try:
        return step.check(text, bench)
    except UserError:
        raise
    except Exception as error:
        log.exception("the step %s failed", step.name)
        return Finding("rejected", f"the step itself failed: {type(error).__name__}: {error}")
