"""Who shares a process: everyone who would load the same model in the same way."""

from __future__ import annotations

import hashlib
import json
import os
import sys
from pathlib import Path

import fairlead_server
from fairlead_server import __version__
from fairlead_server.daemon.places import Place, run_folder
from fairlead_server.model_files import find_model
from fairlead_server.settings import Settings

_LENGTH = 12


def place_of(settings: Settings) -> Place:
    """Return where the process for `settings` is met.

    Raises `UserError` when there is no such model, or no safe place.
    """
    return Place(run_folder(), fingerprint(settings))


def fingerprint(settings: Settings) -> str:
    """Return a short hash of what decides which model is loaded, how, and by which code."""
    path = os.path.realpath(find_model(settings.model))
    found = os.stat(path)
    decisive = (
        __version__,
        # Other installations have other libraries, and may have other code of the same version.
        sys.prefix,
        os.path.dirname(os.path.realpath(fairlead_server.__file__)),
        path,
        found.st_size,
        found.st_mtime_ns,
        settings.backend,
        settings.threads,
        settings.speculate,
    )
    return hashlib.sha256(json.dumps(decisive).encode()).hexdigest()[:_LENGTH]


def size_of(path: Path) -> int:
    """Return the bytes of a model: of its file, or of the largest sort of files in its folder."""
    if path.is_file():
        return path.stat().st_size
    sizes: dict[str, int] = {}
    for file in path.iterdir():
        if file.is_file():
            sizes[file.suffix] = sizes.get(file.suffix, 0) + file.stat().st_size
    return max(sizes.values(), default=0)
