"""Answers of analysis, kept on disk from one run to the next.

A question is known by what it is about, to the letter: the engine, the kind of question, the path
in the project, the text on both sides of the cursor, and what else answers depend on
(`fingerprint`). So templates, samples and later runs share answers, and an answer is never taken
for that to another question. What is not known, such as what came late, is not kept.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import logging
import os
import sqlite3
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Generic, TypeVar

from fairlead_monitors.engine import (
    Completeness,
    CompletionEngine,
    Declaration,
    Diagnostics,
    Kind,
    Names,
    Signatures,
    Source,
    answered,
)
from fairlead_server.analysis import wire

log = logging.getLogger(__name__)

T = TypeVar("T")

LARGEST = 200_000
"""Answers that are kept; the oldest go first."""

LARGEST_FILE = 256 << 20
"""Bytes that answers may take when the file is opened; the oldest go first."""

OLDEST = 30 * 24 * 3600.0
"""Seconds for which an answer is kept: it may depend on what nobody looks at."""

_SETUP = """
PRAGMA journal_mode=WAL;
PRAGMA synchronous=NORMAL;
CREATE TABLE IF NOT EXISTS answers (key BLOB PRIMARY KEY, answer TEXT, made REAL);
CREATE INDEX IF NOT EXISTS answers_made ON answers (made);
"""

# Each goes by the index alone: to read the answers for it takes long.
TOO_OLD = "DELETE FROM answers WHERE made < ?"
TOO_MANY = """
DELETE FROM answers WHERE rowid IN (SELECT rowid FROM answers ORDER BY made DESC LIMIT -1 OFFSET ?)
"""
_USED = """
SELECT (page_count - freelist_count) * page_size
FROM pragma_page_count(), pragma_freelist_count(), pragma_page_size()
"""


class Memo:
    """A file of answers, for several threads and processes.

    One that is broken is made anew, and where none can be had, nothing is kept. Without a path,
    answers are kept until it is closed.
    """

    def __init__(self, path: Path | None, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._base: sqlite3.Connection | None = None
        try:
            self._base = _opened(path) if path else _set_up(":memory:")
        except (OSError, sqlite3.Error) as error:
            self._fail(error)
        self._forget()

    def get(self, key: bytes) -> Any:
        """Return what was kept under `key`, None if nothing was.

        Raises `ValueError` if that is no JSON.
        """
        found = self._do("SELECT answer FROM answers WHERE key = ?", key)
        return json.loads(found[0][0]) if found else None

    def put(self, key: bytes, answer: Any) -> None:
        """Keep `answer`, a JSON value."""
        kept = json.dumps(answer)
        self._do("INSERT OR REPLACE INTO answers VALUES (?, ?, ?)", key, kept, self._clock())

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            if self._base is not None:
                self._base.close()
                self._base = None

    def _forget(self) -> None:
        self._do(TOO_OLD, self._clock() - OLDEST)
        self._do(TOO_MANY, LARGEST)
        while (used := self._first(_USED)) and used > LARGEST_FILE:
            count = self._first("SELECT COUNT(*) FROM answers")
            if not count:
                return
            self._do(TOO_MANY, count * 3 // 4)

    def _first(self, statement: str) -> int:
        found = self._do(statement)
        return int(found[0][0]) if found else 0

    def _do(self, statement: str, *values: Any) -> list[Any]:
        with self._lock:
            if self._base is None:
                return []
            try:
                with self._base:
                    return self._base.execute(statement, values).fetchall()
            except sqlite3.Error as error:
                self._fail(error)
                return []

    def _fail(self, error: Exception) -> None:
        log.warning("answers of analysis are not kept: %s", error)
        if self._base is not None:
            self._base.close()
        self._base = None


def _opened(path: Path) -> sqlite3.Connection:
    path.parent.mkdir(parents=True, exist_ok=True)
    # Names of whatever project was repaired are in it.
    path.touch(mode=0o600)
    try:
        return _set_up(path)
    except sqlite3.DatabaseError as error:
        if isinstance(error, sqlite3.OperationalError):
            raise
        log.warning("%s: is broken (%s), and is made anew", path, error)
    # What SQLite has written beside the file belongs to what was in it.
    for suffix in ("", "-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)
    path.touch(mode=0o600)
    return _set_up(path)


def _set_up(path: Path | str) -> sqlite3.Connection:
    base = sqlite3.connect(path, timeout=10.0, check_same_thread=False)
    try:
        base.executescript(_SETUP)
    except sqlite3.Error:
        base.close()
        raise
    return base


@dataclass(frozen=True)
class _Ask(Generic[T]):
    """How a question is put, and how its answer is written down and read; None is not kept."""

    put: Callable[[], Future[T]]
    write: Callable[[T], Mapping[str, Any] | None]
    read: Callable[[Mapping[str, Any], str], T]


class MemoEngine:
    """Asks `engine` what `memo` does not know. `asked` and `known` count the questions.

    `state` tells the project as it is now from others, and from itself at other times.
    """

    def __init__(
        self, engine: CompletionEngine, memo: Memo, project: str | None, state: str
    ) -> None:
        self._engine, self._memo, self._project = engine, memo, project
        self._state = state
        self._counting = threading.Lock()
        self.asked = self.known = 0

    @property
    def name(self) -> str:
        """The name of the engine behind."""
        return self._engine.name

    def names(self, kind: Kind, source: Source, offset: int) -> Future[Names]:
        """Ask for names."""
        ask = _Ask(lambda: self._engine.names(kind, source, offset), _from_names, _to_names)
        return self._known(self._key(kind.value, source, offset), ask)

    def types(self, source: Source, offset: int) -> Future[Names]:
        """Ask for types."""
        ask = _Ask(lambda: self._engine.types(source, offset), _from_names, _to_names)
        return self._known(self._key("types", source, offset), ask)

    def signatures(self, source: Source, offset: int) -> Future[Signatures]:
        """Ask for signatures."""
        ask = _Ask(
            lambda: self._engine.signatures(source, offset),
            lambda answer: None if _is_unknown(answer) else wire.signatures_to_json(answer),
            wire.signatures_from_json,
        )
        return self._known(self._key("signatures", source, offset), ask)

    def diagnostics(self, source: Source) -> Future[Diagnostics]:
        """Ask for diagnostics."""
        ask = _Ask(
            lambda: self._engine.diagnostics(source),
            lambda answer: None if _is_unknown(answer) else wire.diagnostics_to_json(answer),
            wire.diagnostics_from_json,
        )
        return self._known(self._key("diagnostics", source, 0), ask)

    def declarations(self, source: Source, offset: int) -> Future[tuple[Declaration, ...]]:
        """Ask for declarations."""
        ask = _Ask(
            lambda: self._engine.declarations(source, offset),
            lambda answer: wire.declarations_to_json(answer) if answer else None,
            lambda answer, engine: wire.declarations_from_json(answer),
        )
        # Unlike other answers, this one has paths in it.
        return self._known(self._key(f"declarations {self._project}", source, offset), ask)

    def warm(self, source: Source) -> None:
        """Do nothing: the engine may not be needed at all."""

    def close(self) -> None:
        """Close the engine behind."""
        self._engine.close()

    def _key(self, question: str, source: Source, offset: int) -> bytes:
        path = os.path.relpath(source.path, self._project) if self._project else source.path
        told = (self.name, self._state, question, path, offset, source.text)
        return hashlib.blake2b(repr(told).encode(errors="replace"), digest_size=20).digest()

    def _known(self, key: bytes, ask: _Ask[T]) -> Future[T]:
        with contextlib.suppress(AttributeError, KeyError, TypeError, ValueError):
            kept = self._memo.get(key)
            if kept is not None:
                answer = ask.read(kept["answer"], kept["engine"])
                self._count(is_known=True)
                return answered(answer)
        self._count(is_known=False)
        future = ask.put()
        future.add_done_callback(lambda done: self._keep(key, ask, done))
        return future

    def _count(self, *, is_known: bool) -> None:
        with self._counting:
            self.known += is_known
            self.asked += not is_known

    def _keep(self, key: bytes, ask: _Ask[T], done: Future[T]) -> None:
        if done.cancelled() or done.exception() is not None:
            return
        answer = done.result()
        if (said := ask.write(answer)) is not None:
            engine = getattr(answer, "engine", self.name)
            self._memo.put(key, {"engine": engine, "answer": said})


def _is_unknown(answer: Names | Signatures | Diagnostics) -> bool:
    return answer.completeness is Completeness.UNKNOWN


def _from_names(answer: Names) -> Mapping[str, Any] | None:
    if _is_unknown(answer):
        return None
    sets = {name: sorted(getattr(answer, name)) for name in _SETS}
    return wire.names_to_json(answer) | sets


def _to_names(answer: Mapping[str, Any], engine: str) -> Names:
    doubted, importable, modules = (frozenset(answer[name]) for name in _SETS)
    names = wire.names_from_json(answer, engine)
    return replace(names, doubted=doubted, importable=importable, modules=modules)


_SETS = ("doubted", "importable", "modules")
