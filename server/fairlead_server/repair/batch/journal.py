"""What has been done for a bug, line by line, each written to the disk as it is made.

An entry is known by what it is the answer to. Whoever repairs the bug asks the journal first, so
that a run that goes on makes nothing again but what was not written to its end. Who repairs is
the only one who writes: the file is locked.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import logging
import os
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import IO, Any

from fairlead_server.repair.batch.stopping import Interrupted, NoRoom, is_full

log = logging.getLogger(__name__)

_POLL = 0.1


def key_of(kind: str, told: object) -> str:
    """Return what stands for a question of a `kind`; `told` is all that the answer depends on."""
    digest = hashlib.blake2b(repr(told).encode(errors="replace"), digest_size=16)
    return f"{kind} {digest.hexdigest()}"


class Journal:
    """The entries of one bug, which are JSON values with a ``key``.

    Entries may say how many ``seconds`` they took: `clock` counts those of an earlier run too.
    """

    def __init__(self, path: Path, cancelled: Callable[[], bool] = lambda: False) -> None:
        """Read what is there, without a last line that was not written to its end.

        Waits for another process to leave the file. Raises `Interrupted` when `cancelled`.
        """
        self._path = path
        self._entries: dict[str, Mapping[str, Any]] = {}
        self._earlier: set[str] = set()
        self._skipped = 0.0
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file: IO[bytes] = path.open("a+b", buffering=0)
        try:
            while not locked(self._file):
                if cancelled():
                    raise Interrupted
                time.sleep(_POLL)
            self._read()
        except BaseException:
            self._file.close()
            raise

    def __enter__(self) -> Journal:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._file.close()

    def __len__(self) -> int:
        return len(self._entries)

    def __contains__(self, key: str) -> bool:
        return key in self._entries

    def clock(self) -> float:
        """Return the time on a clock that also counts what was recalled."""
        return time.monotonic() + self._skipped

    def total(self, name: str) -> float:
        """Return the sum of a number over all entries that have it."""
        return float(sum(entry.get(name, 0) for entry in self._entries.values()))

    def recall(self, key: str) -> Mapping[str, Any] | None:
        """Return the entry of `key`, None if there is none."""
        found = self._entries.get(key)
        if found is not None and key in self._earlier:
            self._earlier.discard(key)
            self._skipped += float(found.get("seconds", 0.0))
        return found

    def add(self, key: str, entry: Mapping[str, Any]) -> Mapping[str, Any]:
        """Write an entry to the disk, and return it. Raises `NoRoom`."""
        made = {"key": key, **entry}
        line = json.dumps(made).encode() + b"\n"
        begun = os.fstat(self._file.fileno()).st_size
        try:
            write_all(self._file, line)
            os.fsync(self._file.fileno())
        except OSError as error:
            with contextlib.suppress(OSError):
                self._file.truncate(begun)
            raise NoRoom(f"{self._path}: cannot be written: {error.strerror}") from error
        self._entries[key] = made
        return made

    def _read(self) -> None:
        self._file.seek(0)
        data = self._file.read()
        whole = data[: data.rfind(b"\n") + 1]
        if len(whole) < len(data):
            self._file.truncate(len(whole))
        for number, line in enumerate(whole.splitlines(), 1):
            try:
                entry = json.loads(line)
                self._entries[entry["key"]] = entry
            except (ValueError, KeyError, TypeError):
                log.warning("%s: line %d is broken, and is made anew", self._path, number)
        self._earlier = set(self._entries)


def write_all(file: IO[bytes], data: bytes) -> None:
    """Write all of `data` to an unbuffered file. Raises `OSError`."""
    while data:
        data = data[file.write(data) or 0 :]


def locked(file: IO[bytes]) -> bool:
    """Lock `file` for this process until it is closed; return False if another has."""
    import fcntl  # Tests are run on Linux alone, but the command line is made everywhere.

    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def written(path: Path, text: str) -> None:
    """Give a file a new content, at once or not at all. Raises `NoRoom` or `OSError`."""
    part = path.with_name(f".{path.name}.part")
    try:
        with part.open("wb", buffering=0) as file:
            write_all(file, text.encode("utf-8", errors="backslashreplace"))
            os.fsync(file.fileno())
        part.replace(path)
    except OSError as error:
        with contextlib.suppress(OSError):
            part.unlink()
        if is_full(error):
            raise NoRoom(f"{path}: cannot be written: {error.strerror}") from error
        raise
