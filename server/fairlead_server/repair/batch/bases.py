"""What a bug's commands do without any candidate: they have to fail now, and be able to pass."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from fairlead_server.errors import UserError
from fairlead_server.repair.batch.bug import Commands
from fairlead_server.repair.batch.journal import Journal, key_of
from fairlead_server.repair.batch.places import Texts
from fairlead_server.repair.batch.stopping import Interrupted, is_full
from fairlead_server.repair.batch.trials import outcome_from_json, outcome_to_json
from fairlead_server.repair.sandbox import Outcome
from fairlead_server.repair.testing import AlreadyGreen, failing
from fairlead_server.repair.validation.contract import Runner
from fairlead_server.repair.validation.passes import last_words

_QUOTED = 160


@dataclass(frozen=True)
class Trier:
    """What runs commands, and the journal of what became of them; `cancelled` says it is over."""

    run: Runner
    journal: Journal
    cancelled: Callable[[], bool] = lambda: False

    def once(self, key: str, make: Callable[[], Mapping[str, Any]]) -> Mapping[str, Any]:
        """Return the entry of `key`, which is made if there is none. Raises `Interrupted`."""
        entry = self.journal.recall(key)
        if entry is not None:
            return entry
        made = make()
        if self.cancelled():
            raise Interrupted
        return self.journal.add(key, made)


def base_of(commands: Commands, trier: Trier) -> Outcome:
    """Return what becomes of the tests as they are. Raises `UserError` unless they fail."""
    key = key_of("base", commands)
    entry = trier.once(key, lambda: _failing(commands.test, trier.run))
    if "green" in entry:
        raise AlreadyGreen(str(entry["green"]))
    if "error" in entry:
        raise UserError(str(entry["error"]))
    return outcome_from_json(entry["outcome"])


def _failing(command: str, run: Runner) -> dict[str, Any]:
    try:
        outcome = failing(run, command)
    except AlreadyGreen as error:
        return {"green": str(error), "seconds": 0.0}
    except UserError as error:
        if is_full(error):
            raise
        return {"error": str(error), "seconds": 0.0}
    return {"outcome": outcome_to_json(outcome), "seconds": outcome.seconds}


def require_possible(commands: Commands, fix: Texts | None, trier: Trier) -> None:
    """Raise `UserError` if the tests fail even with what the developers wrote, if that is known."""
    if fix and (said := _failed(commands.test, fix.files(), trier)):
        raise UserError(f"the tests fail with what the developers wrote, too: {said}")


def confirming(
    commands: Commands, fix: Texts | None, trier: Trier
) -> tuple[Commands, tuple[str, ...]]:
    """Return those of the commands that can tell a candidate, and remarks about the others.

    What fails with what the developers wrote cannot; where that is not known, nor can a command
    that compiles and fails as it is.
    """
    remarks = []
    files = fix.files() if fix else {}
    for name in ("compiles", "relevant", "all_tests") if fix else ("compiles",):
        command = getattr(commands, name)
        if command and (said := _failed(command, files, trier)):
            whom = "with what the developers wrote" if fix else "without a patch"
            remarks.append(f"{name.replace('_', ' ')} is left out: it fails {whom}: {said}")
            commands = _without(commands, name)
    return commands, tuple(remarks)


def _without(commands: Commands, name: str) -> Commands:
    left: Mapping[str, Any] = {name: ""}
    return replace(commands, **left)


def _failed(command: str, files: Mapping[str, str], trier: Trier) -> str:
    """Return why `command` does not pass with `files`; nothing if it does."""

    def tried() -> dict[str, Any]:
        outcome = trier.run(files, command)
        said = "" if outcome.passed else _said(outcome)
        return {"failed": said, "seconds": outcome.seconds}

    key = key_of("confirmed", (command, sorted(files.items())))
    return str(trier.once(key, tried)["failed"])


def _said(outcome: Outcome) -> str:
    if outcome.stopped:
        return f"stopped ({outcome.ended}, {outcome.seconds:.0f} s)"
    return " ".join(last_words(outcome.output).split())[-_QUOTED:] or f"exit code {outcome.code}"
