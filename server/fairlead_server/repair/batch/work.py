"""Work on one bug, from its checkout to what became of it, wherever a process does it."""

from __future__ import annotations

import contextlib
import json
import logging
import shutil
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any, Protocol

from fairlead_server.errors import UserError
from fairlead_server.repair.batch.bug import Bug, Commands, Dataset, Place
from fairlead_server.repair.batch.journal import Journal, written
from fairlead_server.repair.batch.mending import Mended, Tools, mend
from fairlead_server.repair.batch.order import Order
from fairlead_server.repair.batch.outcome import BugOutcome
from fairlead_server.repair.batch.proposals import record_of
from fairlead_server.repair.batch.stopping import Interrupted, Lost, NoRoom, Unusable, is_full
from fairlead_server.repair.testing import AlreadyGreen

log = logging.getLogger(__name__)

Progress = Callable[[float, str], None]
_ARMS = {True: "guided", False: "unguided"}


class Workshop(Protocol):
    """Where bugs are repaired: what makes the tools for each."""

    def tools(
        self, bug: Bug, journal: Journal, cancelled: Callable[[], bool], progress: Progress
    ) -> AbstractContextManager[Tools]:
        """Return the tools for a bug; nothing is started before it is needed."""


def repaired(
    name: str,
    folder: Path,
    dataset: Dataset,
    order: Order,
    workshop: Workshop,
    cancelled: Callable[[], bool] = lambda: False,
    progress: Progress = lambda share, said: None,
) -> BugOutcome:
    """Repair the bug `name`, and return what became of it; what is done is kept in `folder`.

    A bug that is in trouble has an outcome that says so. Raises `NoRoom`, `Unusable` and
    `Interrupted`.
    """
    with Journal(folder / "journal.jsonl", cancelled) as journal:
        try:
            progress(0.0, "checkout")
            bug = checked_out(name, folder, dataset)
        except Exception as error:
            return _in_trouble(BugOutcome(name, "no_checkout"), error, journal)
        blank = BugOutcome(name, "failed", facts=dict(bug.facts))
        try:
            with workshop.tools(bug, journal, cancelled, progress) as tools:
                return _outcome(bug, mend(bug, order, tools), journal)
        except (NoRoom, Unusable, Interrupted):
            raise
        except Lost as error:
            return _in_trouble(replace(blank, status="crashed"), error, journal)
        except AlreadyGreen as error:
            return _in_trouble(replace(blank, status="green"), error, journal)
        except Exception as error:
            return _in_trouble(blank, error, journal)


def checked_out(name: str, folder: Path, dataset: Dataset) -> Bug:
    """Return the bug, as it was checked out before or else is now. Raises `UserError`."""
    note, place = folder / "bug.json", folder / "checkout"
    with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
        bug = _bug_from(json.loads(note.read_text(encoding="utf-8")))
        if bug.root.is_dir():
            return bug
    shutil.rmtree(place, ignore_errors=True)
    try:
        place.mkdir(parents=True)
        bug = dataset.checkout(name, place)
    except OSError as error:
        if is_full(error):
            raise NoRoom(f"{place}: {error.strerror}") from error
        raise UserError(f"{name}: cannot be checked out: {error}") from error
    except UserError as error:
        if is_full(error):
            raise NoRoom(str(error)) from error
        raise
    _require_usable(bug, place)
    written(note, json.dumps(asdict(bug) | {"root": str(bug.root), "facts": dict(bug.facts)}))
    return bug


def _require_usable(bug: Bug, place: Path) -> None:
    """Raise `UserError` unless the project can be copied, of which `place` is no part."""
    root, place = bug.root.resolve(), place.resolve()
    if not root.is_dir():
        raise UserError(f"the project {bug.root} is not a folder")
    if root in place.parents:
        raise UserError(f"the run's folder lies in the project {bug.root}; choose another --out")


def _bug_from(value: dict[str, Any]) -> Bug:
    places = tuple(Place(**place) for place in value["places"])
    commands, root = Commands(**value["commands"]), Path(value["root"])
    return Bug(value["name"], root, value["language"], commands, places, value["facts"])


def _outcome(bug: Bug, found: Mended, journal: Journal) -> BugOutcome:
    plausible = any(proposal.one.plausible for proposal in found.proposals)
    return BugOutcome(
        bug.name,
        "plausible" if plausible else "none",
        remarks=found.remarks,
        tokens={_ARMS[arm]: count for arm, count in found.tokens.items()},
        facts=dict(bug.facts),
        fix_known=found.fix_known,
        records=tuple(map(record_of, found.proposals)),
        **_spent(journal),
    )


def _in_trouble(outcome: BugOutcome, error: Exception, journal: Journal) -> BugOutcome:
    if is_full(error):
        raise NoRoom(str(error)) from error
    said = " ".join(str(error).split())
    if not isinstance(error, UserError):
        log.error("%s: cannot be worked on", outcome.bug, exc_info=error)
        said = f"defect of fairlead: {type(error).__name__}: {said}"
    return replace(outcome, reason=said, **_spent(journal))


def _spent(journal: Journal) -> dict[str, Any]:
    queries = {name: int(journal.total(name)) for name in ("asked", "known")}
    return {"seconds": journal.total("seconds"), "queries": queries}
