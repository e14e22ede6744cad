"""What a step of the ladder is given, and what it answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal, Protocol

from fairlead_monitors.engine import Diagnostic, Diagnostics
from fairlead_server.document import DocumentSnapshot
from fairlead_server.repair.hunk import Hunk
from fairlead_server.repair.sandbox import Outcome

Verdict = Literal[
    "plausible",
    "fails_tests",
    "does_not_compile",
    "new_diagnostic",
    "does_not_parse",
    "timeout",
    "rejected",
]
"""What is said of a patch in the end. *plausible*: it passed all steps. *rejected*: it does not
mend what it should, could not be checked, keeps analysis from speaking, or misbehaved when it was
run, e.g. took all memory."""


@dataclass(frozen=True)
class Finding:
    """What one step says. Without a `verdict` the patch may go on; else that is the last word.

    `detail` is for people, `facts` are numbers for the ranking.
    """

    verdict: Verdict | None = None
    detail: str = ""
    facts: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Step:
    """A step that was taken: ``passed``, or the verdict that ended it."""

    step: str
    verdict: str
    seconds: float
    detail: str = ""


Runner = Callable[[Mapping[str, str], str], Outcome]
"""Runs a command on a copy of the project in which files, by path, have other texts."""


@dataclass(frozen=True)
class Suite:
    """Tests: `command` has to pass, and, as far as there are any, `relevant` and then `all_tests`.

    `compiles` comes before it, a cheap check. `base` is what became of `command` on the project as
    it is.
    """

    run: Runner
    command: str
    base: Outcome
    all_tests: str = ""
    compiles: str = ""
    relevant: str = ""


@dataclass(frozen=True)
class Bench:
    """All that steps may use to check patches of one hunk.

    `diagnose` asks analysis, `before` is what it says of the document as it is, and `targets` are
    those of its diagnostics that a patch has to remove. Where there is a `suite`, what is wrong is
    what it says.
    """

    hunk: Hunk
    diagnose: Callable[[DocumentSnapshot], Diagnostics]
    before: Diagnostics
    targets: tuple[Diagnostic, ...] = ()
    suite: Suite | None = None

    def execute(self, text: str, command: str) -> Outcome:
        """Run `command` with `text` in the place of the hunk; only the hunk's file changes."""
        if self.suite is None:
            raise ValueError("nothing can be run on this bench")
        return self.suite.run({self.hunk.document.path: self.hunk.patched(text).text}, command)


class PatchValidator(Protocol):
    """One step of the ladder."""

    @property
    def name(self) -> str:
        """What records call the step."""

    @property
    def order(self) -> int:
        """Steps are taken in rising order; those from `DEAR` on when all candidates are ranked."""

    def wanted(self, bench: Bench) -> bool:
        """Tell whether there is anything to check on `bench`."""

    def check(self, text: str, bench: Bench) -> Finding:
        """Check `text` in the place of the hunk."""


DEAR = 40
"""The order from which on a step runs programs."""
