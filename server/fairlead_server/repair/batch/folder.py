"""The folder of a run: what it was told, what became of each bug, and one run at a time.

====================  ============================================================================
run.json              what the run was told, and the versions that it depends on
bugs/BUG/             ``journal.jsonl`` with all that was done for the bug, ``outcome.json`` when it
                      is finished, and the checkout until then
bugs.jsonl            a line for each finished bug
results.jsonl         a line for each candidate
report.*              what they come to
====================  ============================================================================

The last three are made of the others: appended to while the run goes on, and in the order of the
dataset when it ends.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
import re
import shutil
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, Any

from fairlead_server import __version__
from fairlead_server.errors import UserError
from fairlead_server.repair.batch.journal import locked, write_all, written
from fairlead_server.repair.batch.order import Order, order_from
from fairlead_server.repair.batch.outcome import SEARCHED, BugOutcome, outcome_of
from fairlead_server.repair.batch.stopping import NoRoom, is_full

_PLAIN = re.compile(r"[\w.-]{1,60}")
_OTHER = re.compile(r"[^\w.-]")
_OPTIONS = {"test_seconds": "test-timeout", "memory_mb": "memory", "arms": "unguided/--guided-only"}
"""Options that are called otherwise than the fields of an order."""


@dataclass(frozen=True)
class Told:
    """What decides the results of a run: its order, and the versions of what it uses.

    `names` are the bugs, `model` says which one, and `dataset` is the version of the bugs.
    """

    order: Order
    names: tuple[str, ...]
    dataset: str
    model: Mapping[str, Any]

    def to_json(self) -> dict[str, Any]:
        """Return all of it as a JSON value."""
        return {
            "fairlead": __version__,
            "order": self.order.to_json(),
            "names": list(self.names),
            "dataset": self.dataset,
            "model": dict(self.model),
        }


def told_in(out: Path) -> Told:
    """Return what the run in a folder was told. Raises `UserError` where there is none."""
    path = out / "run.json"
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
        order = order_from(value["order"])
        return Told(order, tuple(value["names"]), value["dataset"], value["model"])
    except FileNotFoundError:
        raise UserError(f"{out}: holds no run of fairlead repair batch") from None
    except OSError as error:
        raise UserError(f"{path}: cannot be read: {error.strerror}") from None
    except (ValueError, KeyError, TypeError, AttributeError):
        raise UserError(f"{path}: is not what a run has written; choose another --out") from None


class RunFolder:
    """The folder of a run, which no other run writes to until it is closed."""

    def __init__(self, out: Path, told: Told) -> None:
        """Begin a run in `out`, or go on with the one that is there, if it was told the same.

        Raises `UserError`.
        """
        self.out, self.told = out, told
        self._prepare()
        self._lock: IO[bytes] = (out / "lock").open("a+b", buffering=0)
        try:
            self._take()
            self.goes_on = self._begin()
        except BaseException:
            self._lock.close()
            raise

    def __enter__(self) -> RunFolder:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        shutil.rmtree(self.temporary, ignore_errors=True)
        self._lock.close()

    @property
    def temporary(self) -> Path:
        """Where copies of projects lie; what a killed run has left there is removed by the next."""
        return self.out.absolute() / "tmp"

    def folder(self, bug: str) -> Path:
        """Return the folder of a bug, from wherever a run goes on."""
        return folder_of(self.out.absolute(), bug)

    def waiting(self, *, retry: bool = False) -> list[str]:
        """Return the bugs that are not finished; with `retry`, also those that were in trouble."""
        found = []
        for bug in self.told.names:
            path = self.folder(bug) / "outcome.json"
            if retry and (one := read_outcome(self.out, bug)) and one.status not in SEARCHED:
                path.unlink()
                if one.status != "crashed":
                    # What was found to be wrong is looked at anew as well.
                    (self.folder(bug) / "journal.jsonl").unlink(missing_ok=True)
            if not path.exists():
                found.append(bug)
        return found

    def keep(self, outcome: BugOutcome) -> None:
        """Write down what became of a bug, and remove its checkout. Raises `NoRoom`."""
        folder = self.folder(outcome.bug)
        folder.mkdir(parents=True, exist_ok=True)
        value = {**outcome.to_json(), "records": list(outcome.records)}
        written(folder / "outcome.json", _line(value))
        self._append("results.jsonl", "".join(map(_line, outcome.records)))
        self._append("bugs.jsonl", _line(outcome.to_json()))
        shutil.rmtree(folder / "checkout", ignore_errors=True)

    def arrange(self) -> None:
        """Write the lists anew, in the order of the dataset. Raises `NoRoom`."""
        for name in ("results.jsonl", "bugs.jsonl"):
            part = self.out / f".{name}.part"
            try:
                with part.open("wb", buffering=0) as file:
                    for outcome in outcomes(self.out, self.told.names):
                        lines = outcome.records if name[0] == "r" else (outcome.to_json(),)
                        write_all(file, "".join(map(_line, lines)).encode(errors="replace"))
                part.replace(self.out / name)
            except OSError as error:
                part.unlink(missing_ok=True)
                raise _unwritable(self.out / name, error) from error

    def _prepare(self) -> None:
        out = self.out
        try:
            is_new = not out.exists() or not any(out.iterdir())
            if not is_new and not (out / "run.json").exists() and not (out / "lock").exists():
                raise UserError(f"{out}: is not empty, and holds no run; choose another --out")
            out.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise _unwritable(out, error) from None

    def _take(self) -> None:
        if not locked(self._lock):
            self._lock.seek(0)
            who = self._lock.read().decode(errors="replace").strip() or "another process"
            raise UserError(
                f"{self.out}: {who} is at work there; wait for it, or choose another --out"
            )
        self._lock.truncate(0)
        since = time.strftime("%H:%M:%S")
        who = f"process {os.getpid()} on {platform.node()}, since {since},"
        write_all(self._lock, who.encode())

    def _begin(self) -> bool:
        path = self.out / "run.json"
        shutil.rmtree(self.temporary, ignore_errors=True)
        try:
            self.temporary.mkdir()
            if not path.exists():
                written(path, json.dumps(self.told.to_json(), indent=1) + "\n")
                return False
        except OSError as error:
            raise _unwritable(path, error) from None
        require_same(self.out, told_in(self.out), self.told)
        self.arrange()
        return True

    def _append(self, name: str, text: str) -> None:
        try:
            with (self.out / name).open("ab", buffering=0) as file:
                write_all(file, text.encode(errors="replace"))
        except OSError as error:
            raise _unwritable(self.out / name, error) from error


def require_same(out: Path, made: Told, told: Told) -> None:
    """Raise `UserError` unless both are told the same: what is there would not fit."""
    before, now = made.order.to_json(), told.order.to_json()
    for value in (before, now):
        # How many there are makes no difference to what is written.
        value["options"].pop("threads", None)
    other = [f"--{_option(n)}" for n in now if n != "options" and before[n] != now[n]]
    stated = before["options"], now["options"]
    either = sorted({**stated[0], **stated[1]})
    other += [f"--{n}" for n in either if stated[0].get(n) != stated[1].get(n)]
    if not other:
        checks = (("dataset", "--dataset: its bugs have changed"), ("names", "--bugs"))
        other = [said for name, said in checks if getattr(made, name) != getattr(told, name)]
        if dict(made.model) != dict(told.model):
            other.append("--model: the file has changed")
    if other:
        raise UserError(
            f"{out}: was made with another {', '.join(other)}; choose another --out, or go on "
            f"with: fairlead repair resume {out}"
        )


def read_outcome(out: Path, bug: str) -> BugOutcome | None:
    """Return what became of a bug, None if it is not finished."""
    try:
        text = (folder_of(out, bug) / "outcome.json").read_text(encoding="utf-8")
        value = json.loads(text)
        return outcome_of(value, value["records"])
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return None


def outcomes(out: Path, names: Sequence[str]) -> Iterator[BugOutcome]:
    """Yield what became of those of the bugs that are finished."""
    return (one for name in names if (one := read_outcome(out, name)) is not None)


def folder_of(out: Path, bug: str) -> Path:
    """Return the folder of a bug in that of a run."""
    if _PLAIN.fullmatch(bug) and bug.strip("."):
        return out / "bugs" / bug
    # What cannot be the name of a folder may be alike when it is made one.
    digest = hashlib.blake2b(bug.encode(errors="replace"), digest_size=4).hexdigest()
    return out / "bugs" / f"{_OTHER.sub('_', bug)[:60]}-{digest}"


def _line(value: Mapping[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False) + "\n"


def _option(name: str) -> str:
    return _OPTIONS.get(name, name)


def _unwritable(path: Path, error: OSError) -> UserError:
    said = f"{path}: cannot be written: {error.strerror}"
    return NoRoom(said) if is_full(error) else UserError(said)
