"""Do the tests pass with the patch? They run in the sandbox, on a copy of the project."""

from __future__ import annotations

from dataclasses import replace

from fairlead_server.repair.sandbox import Outcome
from fairlead_server.repair.validation.contract import DEAR, Bench, Finding, Verdict

_STOPPED: dict[str, tuple[Verdict, str]] = {
    "timeout": ("timeout", "the tests did not end in time"),
    "memory": ("rejected", "the tests ran out of memory"),
    "disk": ("rejected", "the tests wrote too much to the disk"),
    "processes": ("rejected", "the tests started too many processes"),
    "output": ("rejected", "the tests printed too much"),
    "killed": ("rejected", "the tests were killed"),
    "cancelled": ("rejected", "cancelled"),
    "failed": ("rejected", "the sandbox could not be started"),
}
_QUOTED = 400
"""Characters of what tests print that are kept."""


class CompilesByCommand:
    """Runs the command that compiles what the patch is in, before anything dearer is run."""

    name = "compiles"
    order = DEAR

    def wanted(self, bench: Bench) -> bool:
        """Tell whether there is such a command."""
        return bench.suite is not None and bool(bench.suite.compiles)

    def check(self, text: str, bench: Bench) -> Finding:
        """Run it; whatever makes it fail is said of compiling."""
        found = judged(bench.execute(text, bench.suite.compiles if bench.suite else ""), bench)
        return (
            replace(found, verdict="does_not_compile") if found.verdict == "fails_tests" else found
        )


class PassesTests:
    """Runs the command that has to pass, and once more if it does: it may be a matter of luck."""

    name = "tests"
    order = DEAR + 4

    def wanted(self, bench: Bench) -> bool:
        """Tell whether there are tests."""
        return bench.suite is not None

    def check(self, text: str, bench: Bench) -> Finding:
        """Run them."""
        command = bench.suite.command if bench.suite else ""
        finding = judged(bench.execute(text, command), bench)
        if finding.verdict is None:
            again = judged(bench.execute(text, command), bench)
            if again.verdict is not None:
                return Finding(again.verdict, f"passed once, then not: {again.detail}")
        return finding


class PassesRelevantTests:
    """Runs the tests that have to do with what the patch is in."""

    name = "relevant-tests"
    order = DEAR + 7

    def wanted(self, bench: Bench) -> bool:
        """Tell whether there is a command of its own for them."""
        return bench.suite is not None and bool(bench.suite.relevant)

    def check(self, text: str, bench: Bench) -> Finding:
        """Run them."""
        return judged(bench.execute(text, bench.suite.relevant if bench.suite else ""), bench)


class PassesAllTests:
    """Runs the tests of the whole project."""

    name = "all-tests"
    order = DEAR + 10

    def wanted(self, bench: Bench) -> bool:
        """Tell whether there is a command of its own for them."""
        return bench.suite is not None and bool(bench.suite.all_tests)

    def check(self, text: str, bench: Bench) -> Finding:
        """Run them."""
        return judged(bench.execute(text, bench.suite.all_tests if bench.suite else ""), bench)


def judged(outcome: Outcome, bench: Bench) -> Finding:
    """Return what `outcome` says of the patch."""
    return finding_of(outcome, bench.suite.base if bench.suite else None)


def finding_of(outcome: Outcome, base: Outcome | None) -> Finding:
    """Return what `outcome` says; `base` is what became of the tests on the project as it is."""
    if outcome.network and not (base and base.network):
        return Finding(
            "rejected", "the tests tried to reach the network, which they did not before"
        )
    if outcome.ended in _STOPPED:
        verdict, why = _STOPPED[outcome.ended]
        return Finding(verdict, f"{why} ({outcome.seconds:.1f} s)")
    if not outcome.passed:
        return Finding("fails_tests", last_words(outcome.output) or f"exit code {outcome.code}")
    return Finding()


def last_words(output: str) -> str:
    """Return the end of what was printed, from the start of a line."""
    text = output.strip()
    if len(text) <= _QUOTED:
        return text
    return text[-_QUOTED:].partition("\n")[2] or text[-_QUOTED:]
