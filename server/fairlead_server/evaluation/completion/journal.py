"""A file of JSON lines to which every task is appended as it is made, so that a run can go on."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from fairlead_server.errors import UserError

Entry = Mapping[str, Any]
Key = tuple[Any, ...]

_FIELDS = ("root", "path", "level", "start", "end", "seed")


def key_of(entry: Entry, fields: Sequence[str] = _FIELDS) -> Key:
    """Return what tells one task from all others."""
    return tuple(entry[name] for name in fields)


class Journal:
    """The tasks that are made. Without a path they are only remembered."""

    def __init__(
        self, path: Path | None, options: Mapping[str, Any], fields: Sequence[str] = _FIELDS
    ) -> None:
        """Read what is there already, if it was made with the same `options`.

        The `fields` tell one task from all others. A last line that was not written to its end
        does not count. Raises `UserError`.
        """
        self._path, self._fields = path, fields
        self._entries: dict[Key, Entry] = {}
        if path is None:
            return
        options = json.loads(json.dumps(dict(options)))
        try:
            data = path.read_bytes() if path.exists() else b""
            whole = data[: data.rfind(b"\n") + 1]
            if whole:
                self._read(whole, options)
                with path.open("r+b") as file:
                    file.truncate(len(whole))
            else:
                path.write_text(_line({"options": options}), encoding="utf-8")
        except OSError as error:
            raise UserError(f"{path}: cannot be written: {error.strerror}") from None

    def _read(self, data: bytes, options: Mapping[str, Any]) -> None:
        try:
            head, *entries = [json.loads(line) for line in data.splitlines()]
            made = dict(head["options"])
            self._entries = {key_of(entry, self._fields): entry for entry in entries}
        except (ValueError, KeyError, TypeError):
            raise UserError(
                f"{self._path}: is not what an earlier run has written; choose another --out"
            ) from None
        other = [name for name in options if made.get(name) != options[name]]
        if other:
            raise UserError(
                f"{self._path}: was made with another {' and '.join(other)}; choose another --out"
            )

    def get(self, key: Key) -> Entry | None:
        """Return the task of `key` if it has been made."""
        return self._entries.get(key)

    def add(self, entry: Entry) -> None:
        """Keep a task that has been made."""
        if self._path is not None:
            with self._path.open("a", encoding="utf-8") as file:
                file.write(_line(entry))
        self._entries[key_of(entry, self._fields)] = entry


def _line(value: Mapping[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False) + "\n"
