"""Source files of folders, and which of them may and should be learned from."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from fairlead_server.errors import UserError
from fairlead_server.training.cleaning import is_generated, is_prose_or_data, is_vendored
from fairlead_server.training.exclusions import excluded_file
from fairlead_server.training.licences import admits_file
from fairlead_server.training.lintseq.program import LANGUAGES, Unfit

MOST_LINES = 1000
"""Longer files are left out: each step is checked as a whole."""

_NOT_OURS = frozenset({"node_modules", "__pycache__", "venv", "build", "dist", "target"})


@dataclass(frozen=True)
class SourceFile:
    """A file, and its name in records: the path from its folder on, which goes along."""

    path: Path
    name: str
    language: str


def source_files(
    places: Iterable[str], languages: Collection[str] = tuple(LANGUAGES.values())
) -> list[SourceFile]:
    """Return the source files that `places` name or hold, in order.

    Hidden folders are left out, and those that tools make. Raises `UserError` for a place that is
    not there, and if there is nothing.
    """
    found: dict[Path, SourceFile] = {}
    for place in map(Path, places):
        if not place.exists():
            raise UserError(f"{place}: no such file or folder")
        base = place.resolve()
        for path in _files(base) if base.is_dir() else [base]:
            language = LANGUAGES.get(path.suffix)
            if language is not None and language in languages:
                name = path.relative_to(base.parent).as_posix()
                found.setdefault(path, SourceFile(path, name, language))
    if not found:
        raise UserError(f"no {' or '.join(sorted(languages))} file in {', '.join(places)}")
    return list(found.values())


def _files(folder: Path) -> Iterator[Path]:
    for root, folders, names in os.walk(folder):
        folders[:] = sorted(f for f in folders if not f.startswith(".") and f not in _NOT_OURS)
        yield from (Path(root, name) for name in sorted(names) if not name.startswith("."))


def text_of(file: SourceFile) -> str:
    """Return the text of a file, line ends as they are. Raises `Unfit` if it is to be left out."""
    try:
        text = file.path.read_bytes().decode()
    except (OSError, UnicodeDecodeError):
        raise Unfit("cannot be read") from None
    if is_vendored(file.name):
        raise Unfit("vendored")
    if is_generated(text):
        raise Unfit("generated")
    if is_prose_or_data(text):
        raise Unfit("data")
    if not admits_file(text):
        raise Unfit("licence")
    if excluded_file(file.name, text):
        raise Unfit("excluded")
    if text.count("\n") > MOST_LINES:
        raise Unfit("long")
    return text
