"""The DotPrompts format: a CSV file of places in Java methods, given in characters.

Columns are ``repo``, ``classFileName`` (relative to the repository), ``methodStartIdx`` and
``methodStopIdx`` of the method's braces, and ``dot_idx`` of the dot behind which is written;
others are not looked at.
"""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path, PurePosixPath

from fairlead_server.document import decode, language_of, read_document
from fairlead_server.errors import UserError

COLUMNS = ("repo", "classFileName", "methodStartIdx", "methodStopIdx", "dot_idx")
LANGUAGE = "java"
_OFFSETS = {"methodStartIdx": "{", "methodStopIdx": "}", "dot_idx": "."}


@dataclass(frozen=True)
class Case:
    """A dot in a method of the file ``folder/file``, whose lines end with ``\\n`` in `text`.

    `repo`, `file` and the offsets `row` are as in the dataset; `start`, `stop` and `dot` count in
    `text`, which may have fewer characters where lines of the file end otherwise.
    """

    repo: str
    file: str
    row: tuple[int, int, int]
    folder: str
    text: str
    start: int
    stop: int
    dot: int

    @property
    def before(self) -> str:
        """The method's body up to and with the dot, without the brace that opens it."""
        return self.text[self.start + 1 : self.dot + 1]

    @property
    def wanted(self) -> str:
        """What stood behind the dot, to the brace that closes the method."""
        return self.text[self.dot + 1 : self.stop + 1]

    @property
    def path(self) -> str:
        """Where the file lies."""
        return str(Path(self.folder, self.file).absolute())

    @property
    def key(self) -> tuple[str, str, int, int, int]:
        """What tells the case from others."""
        return self.repo, self.file, *self.row


class _Unfit(Exception):
    """Says in its text why a line of the dataset is no case."""


def read(data: Path, repos: Path) -> tuple[list[Case], dict[str, list[int]]]:
    """Return the cases of the dataset `data`, and why which lines are none.

    The repository ``owner/name`` lies in ``repos/owner/name``, or else in ``repos/name``. Raises
    `UserError` when the dataset as a whole cannot be read.
    """
    if not repos.is_dir():
        raise UserError(f"{repos}: no such folder")
    cases: dict[tuple[str, str, int, int, int], Case] = {}
    faults: dict[str, list[int]] = {}
    for line, row in _rows(data):
        try:
            case = _case(row, repos)
            if case.key in cases:
                raise _Unfit("states a case again")
            cases[case.key] = case
        except _Unfit as unfit:
            faults.setdefault(str(unfit), []).append(line)
    _located.cache_clear()
    return list(cases.values()), faults


def _rows(data: Path) -> Iterator[tuple[int, Mapping[str, str | None] | csv.Error]]:
    """Yield the lines of the dataset with their numbers, those of their ends."""
    text = read_document(str(data)).text.removeprefix("\ufeff")
    rows = csv.DictReader(io.StringIO(text, newline=""))
    missing = [name for name in COLUMNS if name not in (rows.fieldnames or ())]
    if missing:
        raise UserError(
            f"{data}: line 1: no column {', '.join(missing)}; DotPrompts has {', '.join(COLUMNS)}"
        )
    while True:
        try:
            row = next(rows, None)
            if row is None:
                return
            yield rows.line_num, row
        except csv.Error as error:
            yield rows.line_num + 1, error


def _case(row: Mapping[str, str | None] | csv.Error, repos: Path) -> Case:
    if isinstance(row, csv.Error):
        raise _Unfit(str(row))
    stated = {name: row[name] or "" for name in COLUMNS}
    for name, value in stated.items():
        if not value.strip():
            raise _Unfit(f"{name} is missing")
        if name in _OFFSETS and not (value.isascii() and value.isdecimal()):
            raise _Unfit(f"{name} {value!r} is not a whole number")
    repo, file = stated["repo"], stated["classFileName"]
    start, stop, dot = (int(stated[name]) for name in _OFFSETS)
    folder, raw, text = _located(repos, repo, file)
    if not start < dot < stop:
        raise _Unfit(f"{file}: dot_idx {dot} is not between {start} and {stop}, the method's ends")
    if _misfit(text, (start, stop, dot)) is None:
        return Case(repo, file, (start, stop, dot), folder, text, start, stop, dot)
    if raw != text and _misfit(raw, (start, stop, dot)) is None:
        moved = [offset - raw.count("\r\n", 0, offset) for offset in (start, stop, dot)]
        return Case(repo, file, (start, stop, dot), folder, text, *moved)
    raise _Unfit(f"{file}: {_misfit(text, (start, stop, dot))}")


def _misfit(text: str, offsets: tuple[int, int, int]) -> str | None:
    """Return what is wrong with `offsets` in `text`, None if they fit."""
    for (name, sign), offset in zip(_OFFSETS.items(), offsets, strict=True):
        if offset >= len(text):
            return f"{name} {offset} is outside the file, which has {len(text)} characters"
        if text[offset] != sign:
            return (
                f"{name} {offset}: {text[offset]!r} stands there, not {sign!r}; "
                "is the repository at the commit that the dataset was made of?"
            )
    return None


@lru_cache(maxsize=256)
def _located(repos: Path, repo: str, file: str) -> tuple[str, str, str]:
    """Return the folder of the repository, and the file's text as it is and with equal line ends.

    All cases of a file share its text.
    """
    if not (_is_inside(repo) and _is_inside(file)):
        raise _Unfit(f"{repo}, {file}: leads out of the folder of repositories")
    if language_of(file) != LANGUAGE:
        raise _Unfit(f"{file}: is not Java")
    places = (repos / repo, repos / PurePosixPath(repo).name)
    folder = next((place for place in places if place.is_dir()), None)
    if folder is None:
        raise _Unfit(f"no repository {repo} in {repos}")
    try:
        # Language servers may know files by their real paths alone.
        raw = decode((folder / file).read_bytes(), file)
        return os.path.realpath(folder), raw, raw.replace("\r\n", "\n").replace("\r", "\n")
    except UserError as error:
        raise _Unfit(str(error)) from None
    except OSError as error:
        raise _Unfit(f"{repo}: {file}: {error.strerror}") from None


def _is_inside(path: str) -> bool:
    """Tell whether a path that is stated cannot lead to elsewhere."""
    parts = PurePosixPath(path.replace("\\", "/"))
    return not parts.is_absolute() and ".." not in parts.parts and "\0" not in path
