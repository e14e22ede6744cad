"""The files beside a document, which stand for open ones where there is no editor."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from fairlead_server.context.privacy import is_admissible
from fairlead_server.document import DocumentSnapshot, read_document
from fairlead_server.errors import UserError

MOST = 16
LARGEST = 200_000
"""Bytes; a larger file is left out."""


def siblings(path: str) -> tuple[DocumentSnapshot, ...]:
    """Return the source files in the folder of `path` that are in the same language.

    Hidden, secret and ignored files and links are left out, and of more than `MOST` files those
    that were changed the longest ago.
    """
    own = Path(os.path.abspath(path))
    files = sorted(_beside(own), key=lambda file: (-file.stat().st_mtime_ns, file.name))
    return tuple(_read(files[:MOST]))


def _beside(own: Path) -> Iterator[Path]:
    if not own.parent.is_dir():
        return
    for file in own.parent.iterdir():
        if file.suffix != own.suffix or file.name == own.name or file.name.startswith("."):
            continue
        if file.is_symlink() or not file.is_file() or file.stat().st_size > LARGEST:
            continue
        if is_admissible(str(file)):
            yield file


def _read(files: list[Path]) -> Iterator[DocumentSnapshot]:
    for file in files:
        try:
            yield read_document(str(file))
        except UserError:
            continue
