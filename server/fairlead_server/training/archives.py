"""Reading the source files in an archive without unpacking it."""

from __future__ import annotations

import lzma
import re
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from fairlead_server.errors import UserError

LARGEST = 400_000
"""Bytes of a file beyond which it is a table or made by a program."""

_DAMAGED = (
    *(OSError, EOFError, lzma.LZMAError, zlib.error),
    *(tarfile.TarError, zipfile.BadZipFile),
)


def source_files(path: Path, suffix: str, inside: str = "") -> Iterator[tuple[str, str]]:
    """Yield the path and the text of each file whose name ends in `suffix`, in order of path.

    Only files below the folder `inside` count. Otherwise as `matching_files`.
    """
    return matching_files(path, re.compile(f"{re.escape(inside)}.*{re.escape(suffix)}"))


def matching_files(path: Path, name: re.Pattern[str]) -> Iterator[tuple[str, str]]:
    """Yield the path and the text of each file whose whole path matches `name`, in order of path.

    The folder that a tarball has all its files in is no part of a path. What is not UTF-8 is left
    out. Raises `UserError` for a damaged archive.
    """
    read = _read_wheel if path.suffix == ".whl" else _read_tarball
    try:
        found = sorted(read(path, name))
    except _DAMAGED as error:
        raise UserError(f"{path.name} cannot be read: {error}; delete it to get it again") from None
    for own, data in found:
        text = decoded(data)
        if text is not None:
            yield own, text


def decoded(data: bytes) -> str | None:
    """Return the text with plain line breaks, or None for what is not UTF-8 text."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return None
    return None if "\0" in text else text.replace("\r\n", "\n")


def _read_wheel(path: Path, name: re.Pattern[str]) -> Iterator[tuple[str, bytes]]:
    with zipfile.ZipFile(path) as wheel:
        for entry in wheel.infolist():
            if name.fullmatch(entry.filename) and entry.file_size <= LARGEST:
                yield entry.filename, wheel.read(entry)


def _read_tarball(path: Path, name: re.Pattern[str]) -> Iterator[tuple[str, bytes]]:
    with tarfile.open(path) as tarball:
        for entry in tarball:
            own = PurePosixPath(entry.name).parts[1:]
            if not entry.isfile() or ".." in own or not name.fullmatch("/".join(own)):
                continue
            file = tarball.extractfile(entry)
            if file is not None and entry.size <= LARGEST:
                yield "/".join(own), file.read()
        # A damaged entry is taken for the end. Reading on compares with the checksum of it all.
        while tarball.fileobj is not None and tarball.fileobj.read(LARGEST):
            pass
