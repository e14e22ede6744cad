"""Trials: candidates with which a bug's tests are run, here or elsewhere, each once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from fairlead_monitors.engine import Diagnostics
from fairlead_server.repair.batch.bug import Commands
from fairlead_server.repair.batch.journal import Journal, key_of
from fairlead_server.repair.hunk import Hunk
from fairlead_server.repair.sandbox import Outcome
from fairlead_server.repair.validation import (
    DEAR,
    Bench,
    PatchValidator,
    Result,
    Step,
    Suite,
    climb,
    validators,
)
from fairlead_server.repair.validation.contract import Runner


@dataclass(frozen=True)
class Trial:
    """`text` in the place of `hunk`, with the texts of `others`, by path, to be run.

    `commands` are run as far as they are not empty; `base` is what became of the tests without a
    patch, and `so_far` how far the candidate has come.
    """

    hunk: Hunk
    text: str
    commands: Commands
    base: Outcome
    so_far: Result = field(default_factory=Result)
    others: Mapping[str, str] = field(default_factory=dict)


Trying = Callable[[Iterable[Trial]], Iterator[Result]]
"""Runs trials, and yields what becomes of each in their order. It may be ahead by some."""


def suite_of(commands: Commands, base: Outcome, run: Runner) -> Suite:
    """Return the steps that run something."""
    return Suite(run, commands.test, base, commands.all_tests, commands.compiles, commands.relevant)


def tried(
    trial: Trial,
    run: Runner,
    steps: Sequence[PatchValidator],
    cancelled: Callable[[], bool] = lambda: False,
) -> Result:
    """Take those of `steps` that run something; what may have been cut short has no verdict."""

    def with_others(files: Mapping[str, str], command: str) -> Outcome:
        return run({**trial.others, **files}, command)

    unknown = Diagnostics.unknown("none", "analysis is not asked while tests run")
    suite = suite_of(trial.commands, trial.base, with_others)
    bench = Bench(trial.hunk, lambda document: unknown, unknown, (), suite)
    result = climb(trial.text, bench, dear(steps), cancelled, trial.so_far)
    return Result() if cancelled() else result


def dear(steps: Sequence[PatchValidator] | None = None) -> list[PatchValidator]:
    """Return the steps that run something."""
    return [step for step in (validators() if steps is None else steps) if step.order >= DEAR]


def one_by_one(run: Runner, cancelled: Callable[[], bool] = lambda: False) -> Trying:
    """Return how trials are run in this process, by `run`."""
    steps = dear()
    return lambda trials: (tried(trial, run, steps, cancelled) for trial in trials)


def recorded(trials: Sequence[Trial], journal: Journal, trying: Trying) -> Iterator[Result]:
    """Yield the results of `trials`: those in the journal, and others by `trying`."""
    keyed = {_key_of(trial): trial for trial in trials}
    new = trying([trial for key, trial in keyed.items() if key not in journal])
    for trial in trials:
        key = _key_of(trial)
        entry = journal.recall(key)
        if entry is None:
            result = next(new)
            if result.verdict is None:
                yield result
                continue
            before, after = (sum(s.seconds for s in r.steps) for r in (trial.so_far, result))
            entry = journal.add(key, {"seconds": after - before, **result_to_json(result)})
        yield result_from_json(entry)


def _key_of(trial: Trial) -> str:
    path = trial.hunk.document.path
    texts = {**trial.others, path: trial.hunk.patched(trial.text).text}
    return key_of("trial", ([texts[path] for path in sorted(texts)], trial.commands))


def result_to_json(result: Result) -> dict[str, Any]:
    """Encode how far a patch has come."""
    steps = [asdict(step) for step in result.steps]
    return {"verdict": result.verdict, "steps": steps, "facts": dict(result.facts)}


def result_from_json(value: Mapping[str, Any]) -> Result:
    """Decode how far a patch has come."""
    return Result(value["verdict"], tuple(Step(**s) for s in value["steps"]), dict(value["facts"]))


def outcome_to_json(outcome: Outcome) -> dict[str, Any]:
    """Encode what became of a command."""
    sets = {"isolation": sorted(outcome.isolation), "bounds": sorted(outcome.bounds)}
    return asdict(outcome) | sets


def outcome_from_json(value: Mapping[str, Any]) -> Outcome:
    """Decode what became of a command."""
    sets = {name: frozenset(value[name]) for name in ("isolation", "bounds")}
    return Outcome(**{**value, **sets})
