"""Places with recent edits, from the history of a repository.

A commit stands for a stretch of work: one added line of it is being written, its other hunks were
edited before, and the other files that it changes are open. In which order the hunks were made is
not known; it is drawn.
"""

from __future__ import annotations

import io
import random
import re
import subprocess
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from fairlead_server.context.source import Edit
from fairlead_server.document import DocumentSnapshot

COMMITS = 4000
MOST_HUNKS, MOST_FILES = 30, 8
LONGEST = 24
"""Lines of a hunk; of a longer one, only the first ones count as an edit."""

_FILE = re.compile(r"\+\+\+ b/(.+)")
_HUNK = re.compile(r"@@ -\S+ \+(\d+)(?:,(\d+))? @@")


@dataclass(frozen=True)
class Hunk:
    """Lines of a file as a commit left them: from `start`, counted from 0, to before `end`."""

    path: str
    start: int
    end: int


@dataclass(frozen=True)
class Moment:
    """A document in the middle of some work, without what was written later in the same hunk."""

    document: DocumentSnapshot
    offset: int
    wanted: str
    others: tuple[DocumentSnapshot, ...]
    edits: tuple[Edit, ...]


def moments(repository: Path, size: int, rng: random.Random, copies: Path) -> Iterator[Moment]:
    """Draw `size` moments from different commits; the files are written below `copies`."""
    listed = _git(repository, "log", "--no-merges", f"-{COMMITS}", "--format=%H", "--", "*.py")
    commits = listed.decode().split()
    rng.shuffle(commits)
    found = 0
    for commit in commits:
        hunks = _hunks(repository, commit)
        lines = [(hunk, row) for hunk in hunks for row in range(hunk.start, hunk.end)]
        if not 2 <= len(hunks) <= MOST_HUNKS or len({h.path for h in hunks}) > MOST_FILES:
            continue
        folder = copies / repository.parent.name / commit
        _unpack(repository, commit, folder)
        rng.shuffle(lines)
        moment = next(filter(None, (_moment(folder, hunks, *pair, rng) for pair in lines)), None)
        if moment is not None:
            yield moment
            found += 1
            if found == size:
                return


def _moment(
    folder: Path, hunks: list[Hunk], hunk: Hunk, row: int, rng: random.Random
) -> Moment | None:
    lines = (folder / hunk.path).read_text("utf-8").splitlines(keepends=True)
    line = lines[row].rstrip()
    indent = len(line) - len(line.lstrip())
    if len(line) - indent < 4 or line.lstrip().startswith("#"):
        return None
    column = rng.randint(indent, len(line) - 1)
    before = "".join(lines[:row]) + line[:column]
    after = "\n" + "".join(lines[hunk.end :])
    edits = [_edit(folder, other) for other in hunks if other is not hunk and other.end]
    rng.shuffle(edits)
    paths = sorted({other.path for other in hunks} - {hunk.path})
    return Moment(
        DocumentSnapshot(str(folder / hunk.path), before + after, "python"),
        len(before),
        line[column:],
        tuple(_read(folder / path) for path in paths),
        tuple(edits[:8]),
    )


def _edit(folder: Path, hunk: Hunk) -> Edit:
    lines = (folder / hunk.path).read_text("utf-8").splitlines(keepends=True)
    end = min(hunk.end, hunk.start + LONGEST)
    return Edit(str(folder / hunk.path), "".join(lines[max(0, hunk.start - 1) : end + 1]))


def _read(path: Path) -> DocumentSnapshot:
    return DocumentSnapshot(str(path), path.read_text("utf-8"), "python")


def _hunks(repository: Path, commit: str) -> list[Hunk]:
    """Return the hunks of a commit in Python files that are not tests."""
    shown = _git(repository, "show", "-U0", "--format=", commit, "--", "*.py")
    path, hunks = "", []
    for line in shown.decode("utf-8", "replace").splitlines():
        if named := _FILE.match(line):
            path = named[1]
        elif (found := _HUNK.match(line)) and "test" not in path:
            count = int(found[2] or 1)
            if count:
                hunks.append(Hunk(path, int(found[1]) - 1, int(found[1]) - 1 + count))
    return hunks


def _unpack(repository: Path, commit: str, folder: Path) -> None:
    data = _git(repository, "archive", "--format=tar", commit)
    with tarfile.open(fileobj=io.BytesIO(data)) as archive:
        archive.extractall(folder, filter="data")


def _git(repository: Path, *arguments: str) -> bytes:
    command = ["git", "-C", str(repository), *arguments]
    return subprocess.run(command, capture_output=True, check=True).stdout
