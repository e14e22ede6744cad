"""Files of records: written as they are made, and gone on with where they end."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from fairlead_server.errors import UserError
from fairlead_server.training.lintseq.program import Unfit
from fairlead_server.training.lintseq.records import Keep, Key, Record, from_json, key_of, make
from fairlead_server.training.lintseq.sources import SourceFile, text_of


@dataclass
class Tally:
    """How far it has got: `records` are new, `known` were there before."""

    files: int = 0
    records: int = 0
    known: int = 0
    steps: int = 0
    left_out: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True)
class Order:
    """How many records of each file are wanted, by which seed.

    `judge` returns what else says whether a text may be a state, given the file and its text.
    """

    per_file: int = 1
    seed: int = 0
    judge: Callable[[SourceFile, str], Keep] = lambda file, text: lambda state: True


def write(
    files: Iterable[SourceFile], out: Path, order: Order, remark: Callable[[Tally], None]
) -> Tally:
    """Add the records of `files` to `out` that it lacks; `remark` is told after each file.

    Raises `UserError` if `out` cannot be written, or holds something else.
    """
    tally = Tally()
    known = _whole_records(out)
    with _opened(out) as sink:
        for file in files:
            _add(file, known, order, sink, tally)
            tally.files += 1
            remark(tally)
    return tally


def _add(file: SourceFile, known: set[Key], order: Order, sink: IO[str], tally: Tally) -> None:
    try:
        text = text_of(file)
        keep = order.judge(file, text)
        for number in range(order.per_file):
            key = key_of(file.name, text, order.seed, number)
            if key in known:
                tally.known += 1
                continue
            record = make(key, text, file.language, keep)
            known.add(key)
            sink.write(record.to_json())
            sink.flush()
            tally.records += 1
            tally.steps += len(record.steps)
    except Unfit as reason:
        tally.left_out[str(reason)] += 1


def read_records(path: Path) -> Iterator[Record]:
    """Yield the records of a file. Raises `UserError` if it holds anything else."""
    try:
        with path.open(encoding="utf-8", newline="\n") as source:
            for number, line in enumerate(source, 1):
                yield _read(path, number, line)
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"{path} cannot be read: {error}") from None


def _read(path: Path, number: int, line: str) -> Record:
    try:
        return from_json(line)
    except (ValueError, TypeError):
        raise UserError(
            f"{path}:{number}: no sequence of insertions; they are made by "
            "fairlead model data lintseq"
        ) from None


def _whole_records(path: Path) -> set[Key]:
    """Return the keys of what a file holds; what an interruption has left of a line is cut off."""
    if not path.exists():
        return set()
    try:
        with path.open("rb+") as file:
            data = file.read()
            end = data.rfind(b"\n") + 1
            lines = data[:end].decode().split("\n")[:-1]
            keys = {_read(path, number, line).key for number, line in enumerate(lines, 1)}
            # What begins like a record is one that was being written.
            if end < len(data) and not data[end:].startswith(b'{"file"'[: len(data) - end]):
                _read(path, len(lines) + 1, "")
            file.truncate(end)
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"{path} cannot be gone on with: {error}") from None
    return keys


@contextmanager
def _opened(path: Path) -> Iterator[IO[str]]:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        sink = path.open("a", encoding="utf-8", newline="\n")
    except OSError as error:
        raise UserError(f"{path} cannot be written: {os.strerror(error.errno or 0)}") from None
    with sink:
        yield sink
