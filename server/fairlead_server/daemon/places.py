"""Where model processes meet their clients: a folder that only the user can reach."""

from __future__ import annotations

import os
import socket
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from fairlead_server.errors import UserError

_LONGEST_PATH = 100
"""Bytes in the path of a socket: systems take 104 at least."""


@dataclass(frozen=True)
class Place:
    """The files of one model process: its socket, its two locks and its log."""

    folder: Path
    name: str

    @property
    def socket(self) -> Path:
        """Return what clients connect to."""
        return self.folder / f"{self.name}.sock"

    @property
    def lock(self) -> Path:
        """Return what the process holds for as long as it lives."""
        return self.folder / f"{self.name}.lock"

    @property
    def start_lock(self) -> Path:
        """Return what a client holds while it starts the process."""
        return self.folder / f"{self.name}.start"

    @property
    def log(self) -> Path:
        """Return what the process writes its log to."""
        return cache_folder() / "log" / f"model-{self.name}.log"


def are_possible() -> bool:
    """Tell whether this system has sockets that only the user can reach."""
    return hasattr(socket, "AF_UNIX")


def cache_folder(environ: Mapping[str, str] = os.environ) -> Path:
    """Return where fairlead keeps what can be made anew; FAIRLEAD_CACHE names another folder."""
    if stated := environ.get("FAIRLEAD_CACHE"):
        return Path(stated)
    base = environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
    return Path(base) / "fairlead"


def run_folder(environ: Mapping[str, str] = os.environ) -> Path:
    """Return the folder for sockets, made if need be.

    Raises `UserError` when others could reach into it, or when it cannot be made.
    """
    runtime = environ.get("XDG_RUNTIME_DIR")
    folder = cache_folder(environ) / "run"
    if runtime and _is_own(Path(runtime)):
        folder = Path(runtime) / "fairlead"
    if len(os.fsencode(folder)) > _LONGEST_PATH - len("/0123456789ab.sock"):
        raise UserError(f"{folder}: is too long a path for a socket; {_WAY_OUT}")
    return private(folder)


def places(folder: Path) -> list[Place]:
    """Return the places in `folder` that have a socket; its process need not be alive."""
    return [Place(folder, path.stem) for path in sorted(folder.glob("*.sock"))]


def private(folder: Path) -> Path:
    """Make `folder` if need be and return it; raises `UserError` unless it is the user's alone."""
    try:
        folder.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder.mkdir(mode=0o700, exist_ok=True)
        found = folder.lstat()
    except OSError as error:
        raise UserError(f"{folder}: cannot be made: {error.strerror}; {_WAY_OUT}") from None
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid():
        raise UserError(f"{folder}: belongs to somebody else; remove it, or {_WAY_OUT}")
    if found.st_mode & 0o077:
        raise UserError(f"{folder}: others can reach into it; chmod 700 it, or {_WAY_OUT}")
    return folder


_WAY_OUT = "set process to inside, which lets every editor load a model of its own"


def _is_own(folder: Path) -> bool:
    try:
        return folder.stat().st_uid == os.geteuid()
    except OSError:
        return False
