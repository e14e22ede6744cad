"""Tasks: a unit of a file that is taken out and to be written anew."""

from __future__ import annotations

import random
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from fairlead_server.context.privacy import is_ignored
from fairlead_server.document import DocumentSnapshot, decode
from fairlead_server.errors import UserError
from fairlead_server.evaluation.completion.units import units


@dataclass(frozen=True)
class Task:
    """A unit of `level` that is at ``text[start:end]`` of the file `path` below `root`.

    `path` is ``.`` if the root is that file.
    """

    root: str
    path: str
    text: str
    language: str
    level: str
    start: int
    end: int

    @property
    def wanted(self) -> str:
        """What stood there."""
        return self.text[self.start : self.end]

    @property
    def file(self) -> str:
        """Where the file lies."""
        return str(Path(self.root, self.path).absolute())

    @property
    def key(self) -> tuple[str, str, str, int, int]:
        """What tells the task from others."""
        return self.root, self.path, self.level, self.start, self.end

    def document(self, *, suffix: bool) -> DocumentSnapshot:
        """Return the document without the unit and, unless `suffix`, without what follows it."""
        after = self.text[self.end :] if suffix else ""
        return DocumentSnapshot(self.file, self.text[: self.start] + after, self.language)


def draw(
    root: str,
    files: Sequence[Path],
    language: str,
    levels: Collection[str],
    count: int,
    seed: int,
) -> list[Task]:
    """Draw up to `count` tasks of each of `levels` from `files`, ordered by file.

    A file gives one of each level, or more where there are too few files. Files that git ignores
    give none, unless it ignores the root as well, which somebody has named.
    """
    rng = random.Random(f"{seed} {Path(root).name}")
    order, left = list(files), dict.fromkeys(levels, count)
    rng.shuffle(order)
    most = -(-count // max(1, len(order)))
    # Of a folder that is ignored, so is what is in it.
    anyhow = is_ignored(root) or is_ignored(str(Path(root, "_")))
    drawn: list[Task] = []
    for path in order:
        if not any(left.values()):
            break
        if not anyhow and is_ignored(str(path)):
            continue
        text = _read(path)
        found = units(text, language) if text else {}
        for level in levels:
            extents = found.get(level, [])
            for start, end in rng.sample(extents, min(most, left[level], len(extents))):
                drawn.append(
                    Task(root, path.relative_to(root).as_posix(), text, language, level, start, end)
                )
                left[level] -= 1
    return drawn


def by_file(tasks: Sequence[Task]) -> list[list[Task]]:
    """Return the tasks of each file."""
    found: dict[str, list[Task]] = {}
    for task in tasks:
        found.setdefault(task.file, []).append(task)
    return list(found.values())


def _read(path: Path) -> str:
    try:
        return decode(path.read_bytes(), str(path))
    except (OSError, UserError):
        return ""
