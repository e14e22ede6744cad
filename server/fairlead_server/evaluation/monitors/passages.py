"""Lines of real code, each with the text on both sides of it."""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from fairlead_server.document import decode, language_of
from fairlead_server.errors import UserError

_LARGEST = 300_000  # bytes; larger files are data more often than code
_FROM_A_FILE = 10
_COMMENTS = ("#", "//", "/*", "*", '"""', "'''")


@dataclass(frozen=True)
class Passage:
    """A line of a file, without the blanks around it: it begins at character `offset` of `text`.

    `path` is absolute: engines take another one for a path in the project.
    """

    path: str
    text: str
    offset: int
    line: str

    def __str__(self) -> str:
        """Tell where it is, seen from the current folder."""
        number = self.text.count("\n", 0, self.offset) + 1
        return f"{os.path.relpath(self.path)}:{number}"

    def around(self, *, suffix: bool) -> tuple[str, str]:
        """Return the text before the line and, with `suffix`, that after it."""
        after = self.text[self.offset + len(self.line) :] if suffix else ""
        return self.text[: self.offset], after


def package_folder(name: str) -> Path:
    """Return where an installed package, or a module, is. Raises `UserError` if there is none."""
    spec = find_spec(name) if name.isidentifier() else None
    places = [*(spec.submodule_search_locations or ()), spec.origin or ""] if spec else []
    if not places or not Path(places[0]).exists():
        raise UserError(f"no package {name!r} with source files is installed here")
    return Path(places[0])


def sources(root: Path) -> dict[str, list[Path]]:
    """Return the source files under `root`, by language id. Hidden ones are left out.

    Raises `UserError` when there is no such file or folder.
    """
    if not root.exists():
        raise UserError(f"{root}: no such file or folder")
    found: dict[str, list[Path]] = {}
    for path in [root] if root.is_file() else sorted(root.rglob("*")):
        hidden = any(part.startswith(".") for part in path.relative_to(root).parts)
        if not hidden and path.is_file() and path.stat().st_size <= _LARGEST:
            found.setdefault(language_of(str(path)), []).append(path)
    return found


def draw(files: list[Path], count: int, seed: int) -> list[Passage]:
    """Draw up to `count` lines, a few from each file: an editor too asks about one file again."""
    rng = random.Random(seed)
    order, drawn = list(files), list[Passage]()
    rng.shuffle(order)
    most = max(_FROM_A_FILE, -(-count // max(1, len(order))))
    for path in order:
        lines = list(_lines(path))
        drawn += rng.sample(lines, min(most, len(lines), count - len(drawn)))
        if len(drawn) == count:
            break
    return drawn


def _lines(path: Path) -> Iterator[Passage]:
    try:
        text = decode(path.read_bytes(), str(path))
    except (OSError, UserError):
        return
    offset = 0
    for line in text.split("\n"):
        bare = line.strip()
        if bare and not bare.startswith(_COMMENTS):
            yield Passage(os.path.abspath(path), text, offset + line.index(bare), bare)
        offset += len(line) + 1
