"""A run over the bugs of a dataset, and what it needs to begin or to go on."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol, cast

from fairlead_server import plugins
from fairlead_server.errors import UserError
from fairlead_server.model_files import find_model
from fairlead_server.repair.batch.bug import Dataset
from fairlead_server.repair.batch.folder import RunFolder, Told
from fairlead_server.repair.batch.order import Order
from fairlead_server.repair.batch.outcome import BugOutcome
from fairlead_server.settings import resolve

_SAMPLE = 1 << 20
"""Bytes at both ends of a model that are looked at to tell it from others."""
_SHOWN = 5


class Crew(Protocol):
    """Whoever works on the bugs."""

    def outcomes(self, bugs: Sequence[str]) -> Iterator[BugOutcome]:
        """Yield what becomes of each, in any order. May raise `UserError`, which ends the run."""


def dataset_of(stated: str) -> Dataset:
    """Return the dataset that ``NAME`` or ``NAME:ARGUMENT`` means. Raises `UserError`."""
    name, _, argument = stated.partition(":")
    return cast(Dataset, plugins.load("datasets", name)(argument))


def anchored(stated: str) -> str:
    """Return `stated` with an argument that is a path made absolute: a run may go on elsewhere."""
    name, _, argument = stated.partition(":")
    is_path = argument and os.path.exists(os.path.expanduser(argument))
    return f"{name}:{os.path.abspath(os.path.expanduser(argument))}" if is_path else stated


def told(order: Order, dataset: Dataset) -> Told:
    """Return what a run is told by `order`. Raises `UserError` where it has no bugs or no model."""
    names = dataset.names()
    try:
        chosen = tuple(name for name in names if re.search(order.bugs, name))
    except re.error as error:
        raise UserError(f"--bugs {order.bugs!r} is no regular expression: {error}") from None
    if not chosen:
        some = ", ".join(names[:_SHOWN]) or "none"
        raise UserError(f"--bugs {order.bugs!r} matches no bug; the first are: {some}")
    return Told(order, chosen, dataset.version, _model_of(order))


def run(
    folder: RunFolder,
    crew: Crew,
    waiting: Sequence[str],
    finished: Callable[[BugOutcome], None] = lambda outcome: None,
) -> None:
    """Have `crew` work on the bugs that are `waiting`. Raises `UserError`."""
    if waiting:
        for outcome in crew.outcomes(waiting):
            folder.keep(outcome)
            finished(outcome)
    folder.arrange()


def _model_of(order: Order) -> Mapping[str, Any]:
    """Return what tells the model from others."""
    path = find_model(resolve(order.options).model)
    files = sorted(path.iterdir()) if path.is_dir() else [path]
    made = hashlib.blake2b(digest_size=16)
    total = 0
    for file in (one for one in files if one.is_file()):
        size = file.stat().st_size
        total += size
        made.update(f"{file.name} {size}\n".encode())
        with file.open("rb") as content:
            made.update(content.read(_SAMPLE))
            content.seek(max(0, size - _SAMPLE))
            made.update(content.read(_SAMPLE))
    return {"name": Path(path).stem, "bytes": total, "hash": made.hexdigest()}
