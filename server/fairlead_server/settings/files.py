"""The files with settings: the user's own, and the one in a project. Both are TOML.

A file is read again when it has changed on disk, and only then.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from fairlead_server.settings.reading import from_json
from fairlead_server.settings.values import NOT_FROM_PROJECTS, Options, stated

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

PROJECT_FILE = ".fairlead.toml"
_LARGEST = 1_000_000
"""Bytes; whatever is larger was not written for fairlead."""

Read = tuple[Options, tuple[str, ...]]
"""The options in a file, and warnings about what is not usable."""


def user_file(environ: Mapping[str, str] = os.environ) -> Path:
    """Return where the user's own settings are: FAIRLEAD_CONFIG, or the usual place for them."""
    if stated := environ.get("FAIRLEAD_CONFIG"):
        return Path(stated)
    base = environ.get("XDG_CONFIG_HOME") or os.path.join(os.path.expanduser("~"), ".config")
    return Path(base) / "fairlead" / "config.toml"


def project_file(project: str) -> Path:
    """Return where the settings of the project in the folder `project` are looked for."""
    return Path(project) / PROJECT_FILE


def project_around(path: str) -> str | None:
    """Return the folder of the project that a file belongs to, None where there is no sign of one.

    It is the nearest one above that has settings for fairlead, or is a working tree.
    """
    signs = (PROJECT_FILE, ".git", ".hg", ".jj", ".svn")
    for folder in Path(os.path.abspath(path)).parents:
        if any((folder / sign).exists() for sign in signs):
            return str(folder)
    return None


def read_user_file(path: Path) -> Read:
    """Read the user's own settings; there need not be any."""
    return _read(path, _stamp(path))


def read_project_file(path: Path) -> Read:
    """Read a project's settings, but for what a project may not decide about itself."""
    options, warnings = _read(path, _stamp(path))
    refused = [name for name in stated(options) if name in NOT_FROM_PROJECTS]
    remarks = (f"{path}: {name} is not for a project to decide; left out" for name in refused)
    return replace(options, **dict.fromkeys(refused, None)), (*warnings, *remarks)


def _stamp(path: Path) -> tuple[int, ...] | None:
    """Return what differs when the file has been written anew, None when there is no file."""
    try:
        status = path.stat()
    except OSError:
        return None
    return (status.st_mtime_ns, status.st_size, status.st_ino)


@lru_cache(maxsize=64)
def _read(path: Path, stamp: tuple[int, ...] | None) -> Read:
    if stamp is None:
        return Options(), ()
    if stamp[1] > _LARGEST:
        return Options(), (f"{path}: is larger than {_LARGEST:,} bytes, and is ignored",)
    try:
        text = path.read_bytes().decode("utf-8")
        table = tomllib.loads(text)
    except OSError as error:
        return Options(), (f"{path}: cannot be read, and is ignored: {error.strerror}",)
    except UnicodeDecodeError as error:
        return Options(), (f"{path}: is not UTF-8 (byte {error.start}), and is ignored",)
    except RecursionError:
        return Options(), (f"{path}: is nested too deeply, and is ignored",)
    except ValueError as error:
        # The error of a TOML parser is one, and names line and column, but for the last ones.
        last = f"at the end, line {len(text.splitlines()) or 1}"
        reason = str(error).replace("at end of document", last)
        return Options(), (f"{path}: {reason}; the file is ignored",)
    options, warnings = from_json(table, str(path))
    return _anchored(options, path.parent), tuple(warnings)


def _anchored(options: Options, folder: Path) -> Options:
    """Take relative paths for relative to `folder`, and ``~`` for the user's home."""
    engines = options.engines and {
        key: _recipe(item, folder) for key, item in options.engines.items()
    }
    folders = options.trusted_folders
    return replace(
        options,
        model=_path(options.model, folder),
        interpreter=_path(options.interpreter, folder),
        engines=engines,
        trusted_folders=folders and tuple(str(folder / os.path.expanduser(f)) for f in folders),
    )


def _recipe(item: Any, folder: Path) -> Any:
    is_path = isinstance(item, str) and item.endswith(".toml")
    return str(folder / os.path.expanduser(item)) if is_path else item


def _path(value: str | None, folder: Path) -> str | None:
    """Anchor `value` if it is a path; a bare name is something to be looked up."""
    if value is None or not set(value) & _separators():
        return value
    return os.path.normpath(folder / os.path.expanduser(value))


def _separators() -> set[str]:
    return set(filter(None, (os.sep, os.altsep)))
