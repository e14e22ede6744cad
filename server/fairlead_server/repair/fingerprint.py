"""What the answers of analysis depend on besides the document: the project and what it uses."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path
from urllib.parse import unquote, urlsplit

from fairlead_server.document import language_of

_PACKAGES = ("fairlead", "jedi", "ty", "multilspy")
_CONFIGURATION = (".toml", ".cfg", ".ini", ".json", ".xml", ".gradle", ".kts", ".properties")
_LEFT_OUT = frozenset({"node_modules", "__pycache__", "venv"})
_LARGE = 4_000_000
"""Bytes; of a larger file, its size and time of change have to do."""


def fingerprint(project: str | None, interpreter: str | None, settings: str = "") -> str:
    """Return what differs wherever answers about a document of `project` may differ.

    It goes by what is in the files, so another checkout of the same is the same. `interpreter` is
    the Python whose packages count, and `settings` what else is known to matter.
    """
    told = hashlib.blake2b(settings.encode(errors="replace"), digest_size=16)
    for package in _PACKAGES:
        told.update(f"{package} {_version(package)}\n".encode())
    for path in _files(project):
        if content := _content(path):
            told.update(os.path.relpath(path, project).encode(errors="replace"))
            told.update(content)
    for line in _installed(interpreter):
        told.update(line.encode(errors="replace"))
    return told.hexdigest()


def _files(folder: str | None) -> Iterator[str]:
    for here, folders, files in os.walk(folder) if folder else ():
        folders[:] = sorted(n for n in folders if n not in _LEFT_OUT and not n.startswith("."))
        yield from (os.path.join(here, name) for name in sorted(files))


def _content(path: str) -> bytes:
    """Return what stands for the content of a file that analysis may read; nothing for others."""
    if language_of(path) == "plaintext" and not path.endswith((*_CONFIGURATION, ".jar")):
        return b""
    try:
        if path.endswith(".jar") or os.stat(path).st_size > _LARGE:
            return _stamp(path).encode()
        return hashlib.blake2b(Path(path).read_bytes(), digest_size=16).digest()
    except OSError:
        return b""


def _installed(interpreter: str | None) -> Iterator[str]:
    """Yield what tells the packages that an interpreter sees from others."""
    if interpreter is None:
        return
    yield interpreter
    prefix = Path(interpreter).parent.parent
    for folder in sorted((*prefix.glob("lib/python*/*-packages"), *prefix.glob("Lib/*-packages"))):
        yield f"{folder} {_stamp(folder)}"
        # The folder itself does not change with a package that is installed anew.
        for package in sorted(folder.glob("*-info")):
            yield f"{package} {_stamp(package)}"
            for path in _files(_edited_at(package)):
                if language_of(path) == "python":
                    yield f"{path} {_stamp(path)}"


def _edited_at(package: Path) -> str | None:
    """Return the folder of the sources of a package that was installed to be edited (PEP 610)."""
    try:
        told = json.loads((package / "direct_url.json").read_text(encoding="utf-8"))
        return unquote(urlsplit(told["url"]).path) if told["dir_info"]["editable"] else None
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def _stamp(path: str | Path) -> str:
    try:
        found = os.stat(path)
    except OSError:
        return "none"
    return f"{found.st_mtime_ns} {found.st_size}"


def _version(package: str) -> str:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return "none"
