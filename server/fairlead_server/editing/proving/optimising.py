"""Edits that are to make a command faster: offered if it is, beyond noise, and the tests pass."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from fairlead_server.editing.candidate import Candidate, Outcome
from fairlead_server.editing.process import Cancelled
from fairlead_server.editing.proving.speed import ROUNDS, Speed, by_turns
from fairlead_server.editing.refactoring.job import Refused
from fairlead_server.errors import UserError
from fairlead_server.repair.sandbox import Outcome as Ended
from fairlead_server.repair.validation.contract import Runner
from fairlead_server.repair.validation.passes import last_words

INSTRUCTION = "make this faster without changing what it does"

_UNTESTED = "no tests were run: whether it still does the same is for you to see"
_QUOTED = 200


def check_base(run: Runner, bench: str, test: str) -> None:
    """Raise `UserError` where the benchmark or the tests fail on the project as it is."""
    for what, command in (("--bench", bench), ("--test", test)):
        if command and not (found := run({}, command)).passed:
            raise UserError(f"{what}: {command!r} fails as things are: {_why(found)}")


def proved_faster(
    outcome: Outcome,
    run: Runner,
    bench: str,
    test: str = "",
    *,
    rounds: int = ROUNDS,
    cancelled: Callable[[], bool] = lambda: False,
    progress: Callable[[str], None] = lambda said: None,
) -> Outcome:
    """Return the candidates with which `bench` is faster and `test` passes, the fastest first.

    Raises `Cancelled`.
    """
    found: list[tuple[Speed, Candidate]] = []
    reasons = list(outcome.reasons)
    count = len(outcome.candidates)
    for number, one in enumerate(outcome.candidates, 1):
        if cancelled():
            raise Cancelled
        progress(f"running candidate {number} of {count}")
        try:
            speed = _measured(one, run, bench, test, rounds, count)
        except Refused as error:
            reasons.append(f"candidate {number}: {error}")
        else:
            remarks = (str(speed), *([] if test else [_UNTESTED]), *one.remarks)
            found.append((speed, replace(one, remarks=remarks)))
    found.sort(key=lambda pair: -pair[0].ratio)
    return Outcome(tuple(one for _, one in found), tuple(dict.fromkeys(reasons)))


def _measured(
    candidate: Candidate, run: Runner, bench: str, test: str, rounds: int, count: int
) -> Speed:
    """Return how fast it is. Raises `Refused` when it fails tests, or is not faster."""
    files = {edit.path: edit.new for edit in candidate.files}
    # Twice: what passes once may have been lucky.
    for _ in range(2 if test else 0):
        if not (ended := run(files, test)).passed:
            raise Refused(f"the tests fail: {_why(ended)}")
        _check_network(ended)

    def seconds_with(changed: dict[str, str]) -> float:
        ended = run(changed, bench)
        if not ended.passed:
            raise Refused(f"the benchmark fails: {_why(ended)}")
        _check_network(ended)
        return ended.seconds

    speed = by_turns(lambda: seconds_with({}), lambda: seconds_with(files), rounds)
    if not speed.is_faster(count):
        raise Refused(f"it is not faster beyond noise: {speed}")
    return speed


def _check_network(ended: Ended) -> None:
    if ended.network:
        raise Refused("it tried to reach the network")


def _why(ended: Ended) -> str:
    if ended.stopped and ended.ended != "exited":
        return f"{ended.ended} after {ended.seconds:.1f} s"
    return " ".join(last_words(ended.output).split())[-_QUOTED:] or f"exit code {ended.code}"
