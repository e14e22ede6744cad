"""Anyone's own bugs: a file with a JSON object a line, each a project, a command and places.

Paths are relative to the file. The project is used where it is: nothing in it is changed.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from fairlead_server.document import language_of
from fairlead_server.errors import UserError
from fairlead_server.repair.batch.bug import Bug, Commands, Place
from fairlead_server.repair.datasets.checkouts import digest

_COMMANDS: Mapping[str, type | tuple[type, ...]] = {
    "test": str,
    "compiles": str,
    "relevant": str,
    "all_tests": str,
    "seconds": (int, float),
    "memory_mb": int,
    "coverage": str,
}
_PLACE: Mapping[str, type | tuple[type, ...]] = {
    "file": str,
    "start_line": int,
    "end_line": int,
    "fixed": str,
}
_OTHERS = {"name": str, "project": str, "language": str, "places": list, "facts": dict}
_KNOWN = {**_OTHERS, **_COMMANDS, **_PLACE}
_FILES = 2000
"""Files that are looked at to tell a project's language."""


class JsonLines:
    """The bugs that a file lists."""

    def __init__(self, path: str) -> None:
        """Read the file. Raises `UserError`, with the number of the line that is wrong."""
        if not path:
            raise UserError("--dataset jsonl takes a file: jsonl:FILE")
        self._path = Path(path).absolute()
        try:
            self._text = self._path.read_text(encoding="utf-8")
        except OSError as error:
            raise UserError(f"{path}: cannot be read: {error.strerror}") from None
        except UnicodeDecodeError as error:
            raise UserError(f"{path}: is not UTF-8 (byte {error.start})") from None
        self._bugs: dict[str, tuple[str, Mapping[str, Any]]] = {}
        for number, line in enumerate(self._text.split("\n"), 1):
            if line.strip():
                self._add(f"{path}:{number}", number, line)
        if not self._bugs:
            raise UserError(f"{path}: lists no bugs; each line is a JSON object, see the manual")

    @property
    def version(self) -> str:
        """A hash of the list, and of the files with places in them."""
        contents = {"bugs": self._text}
        for where, value in self._bugs.values():
            for place in _places(value, where):
                # Paths as they are stated: another folder makes no other dataset.
                stated = os.path.join(value["project"], place.path)
                file = self._path.parent / stated
                if file.is_file():
                    contents[stated] = file.read_text(encoding="utf-8", errors="replace")
        return digest(contents)

    def names(self) -> Sequence[str]:
        """Return the names, in the order of the file."""
        return list(self._bugs)

    def checkout(self, name: str, folder: Path) -> Bug:
        """Return the bug, in its own project. Raises `UserError` where there is no project."""
        where, value = self._bugs[name]
        root = Path(os.path.abspath(self._path.parent / value["project"]))
        if not root.is_dir():
            raise UserError(f"{where}: the project {root} is not a folder")
        places = _places(value, where)
        language = value.get("language") or _language(root, places)
        commands = Commands(**{key: value[key] for key in _COMMANDS if key in value})
        facts = {str(key): str(item) for key, item in value.get("facts", {}).items()}
        return Bug(name, root, language, commands, places, facts)

    def _add(self, where: str, number: int, line: str) -> None:
        try:
            value = json.loads(line)
        except ValueError as error:
            raise UserError(f"{where}: is no JSON: {error}") from None
        _require(where, value, _KNOWN, ("project", "test"))
        if not value["test"].strip():
            raise UserError(f"{where}: test is empty; name a command that fails")
        if value.get("seconds", 1) <= 0 or value.get("memory_mb", 1) <= 0:
            raise UserError(f"{where}: seconds and memory_mb have to be above 0")
        _places(value, where)
        name = value.get("name") or f"bug-{number}"
        if name in self._bugs:
            raise UserError(f"{where}: a bug before it is called {name!r} as well")
        self._bugs[name] = (where, value)


def _places(value: Mapping[str, Any], where: str) -> tuple[Place, ...]:
    """Return the places of a line: a list of them, or the one that it names itself."""
    listed = value.get("places")
    if listed is None:
        listed = [value] if "file" in value else []
    elif "file" in value:
        raise UserError(f"{where}: name either a file or places, not both")
    known = _KNOWN if listed and listed[0] is value else _PLACE
    found = []
    for place in listed:
        _require(where, place, known, ("file", "start_line"))
        first = place["start_line"]
        last = place.get("end_line", first)
        if first < 1 or last < first - 1:
            raise UserError(f"{where}: lines {first}-{last} are none; they count from 1")
        found.append(Place(place["file"], first, last, place.get("fixed")))
    return tuple(found)


def _require(where: str, value: Any, known: Mapping[str, Any], needed: Sequence[str]) -> None:
    """Raise `UserError` unless `value` is an object of what is known, with what is needed."""
    if not isinstance(value, dict):
        raise UserError(f"{where}: is no JSON object")
    for name, item in value.items():
        if name not in known:
            raise UserError(f"{where}: {name!r} is unknown; known are {', '.join(sorted(known))}")
        if not isinstance(item, known[name]) or isinstance(item, bool):
            kind = known[name][0] if isinstance(known[name], tuple) else known[name]
            raise UserError(f"{where}: {name} has to be of type {_NAMES[kind]}")
    for name in needed:
        if name not in value:
            raise UserError(f"{where}: {name!r} is missing")


_NAMES = {str: "string", int: "number", list: "list", dict: "object"}


def _language(root: Path, places: Sequence[Place]) -> str:
    """Return the language of the first place, else that of most files."""
    if places:
        return language_of(places[0].path)
    found: Counter[str] = Counter()
    for _, folders, files in os.walk(root):
        folders[:] = [name for name in folders if not name.startswith(".")]
        found.update(map(language_of, files))
        if found.total() > _FILES:
            break
    del found["plaintext"]
    return found.most_common(1)[0][0] if found else "plaintext"
