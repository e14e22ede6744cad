"""Folders that are written to."""

from __future__ import annotations

from pathlib import Path

from fairlead_server.errors import UserError


def make_folder(path: Path) -> Path:
    """Make the folder `path` unless it is there. Raises `UserError` when it cannot be."""
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UserError(f"{path} cannot be made: {error.strerror}; name another folder") from None
    return path
