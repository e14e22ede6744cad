"""Places in held-out code at which a model is asked to go on."""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from fairlead_server.document import DocumentSnapshot, language_of
from fairlead_server.errors import UserError

LANGUAGES = ("python", "java")

# A member may be the receiver of the next one: only the receiver is consumed.
_MEMBER = re.compile(r"([A-Za-z_]\w*|[)\]])(?=\.([A-Za-z_]\w*))")
_NO_CODE = re.compile(r"\s*(?:[#'\"*@]|//|/\*|import\b|from\b|package\b)")
_SHORTEST_LINE = 8
_LEAST_LINES = 20
_TRIES = 200


@dataclass(frozen=True)
class HeldOut:
    """A file of a package that no model of fairlead is trained on, and the package's folder."""

    folder: Path
    document: DocumentSnapshot


@dataclass(frozen=True)
class Place:
    """A cursor in `file`, and what stands after it: `wanted`.

    In the text that the model is shown, the file's own text from `resume` on follows the cursor.
    """

    file: HeldOut
    offset: int
    wanted: str
    resume: int

    @property
    def document(self) -> DocumentSnapshot:
        """The document with what is wanted taken out."""
        own = self.file.document
        text = own.text[: self.offset] + own.text[self.resume :]
        return DocumentSnapshot(own.path, text, own.language)

    @property
    def before(self) -> str:
        """The text before the cursor."""
        return self.file.document.text[: self.offset]


def read_held_out(folder: Path) -> list[HeldOut]:
    """Return the files of the packages in `folder`. Raises `UserError` when there are none."""
    folder = folder.absolute()  # Engines know the files of a project by their whole paths.
    found = []
    packages = sorted(path for path in folder.iterdir()) if folder.is_dir() else []
    for package in packages:
        for path in sorted(p for p in package.rglob("*") if p.suffix in (".py", ".java")):
            text = path.read_text(encoding="utf-8")
            if text.count("\n") >= _LEAST_LINES:
                document = DocumentSnapshot(str(path), text, language_of(path.name))
                found.append(HeldOut(package, document))
    if not found:
        raise UserError(
            f"{folder} holds no source files: fairlead model data makes a corpus with "
            "held-out packages"
        )
    return found


def members(files: Sequence[HeldOut], count: int, seed: int) -> list[Place]:
    """Return places right after a dot in code; what is wanted is the name that stands there."""
    return _drawn(files, count, seed, _member_in)


def line_ends(files: Sequence[HeldOut], count: int, seed: int) -> list[Place]:
    """Return places within lines of code; what is wanted is the rest of the line."""
    return _drawn(files, count, seed, _line_end_in)


_Choice = Callable[[HeldOut, int, int, random.Random], "Place | None"]


def _drawn(files: Sequence[HeldOut], count: int, seed: int, choose: _Choice) -> list[Place]:
    """Draw files, a line of each, and a place in it, until there are `count`."""
    rng = random.Random(seed)
    lines = {id(file): list(_code_lines(file.document.text)) for file in files}
    usable = [file for file in files if lines[id(file)]]
    found: dict[tuple[str, int], Place] = {}
    for _ in range(count * _TRIES if usable else 0):
        if len(found) >= count:
            break
        file = rng.choice(usable)
        place = choose(file, *rng.choice(lines[id(file)]), rng)
        if place is not None:
            found[file.document.path, place.offset] = place
    return list(found.values())


def _code_lines(text: str) -> Iterator[tuple[int, int]]:
    """Yield start and end of the lines that are code, as far as a look at single lines tells."""
    start, inside = 0, False
    for line in text.splitlines(keepends=True):
        end = start + len(line.rstrip())
        quotes = line.count('"""') + line.count("'''")
        opens, closes = "/*" in line, "*/" in line
        prose = inside or quotes > 0 or opens
        if quotes % 2 or opens != closes:
            inside = not inside
        long = len(line.strip()) >= _SHORTEST_LINE
        if start and long and not prose and not _NO_CODE.match(line):
            yield start, end
        start += len(line)


def _member_in(file: HeldOut, start: int, end: int, rng: random.Random) -> Place | None:
    found = list(_MEMBER.finditer(file.document.text, start, end))
    if not found:
        return None
    match = rng.choice(found)
    return Place(file, match.start(2), match[2], match.end(2))


def _line_end_in(file: HeldOut, start: int, end: int, rng: random.Random) -> Place | None:
    text = file.document.text
    indent = len(text[start:end]) - len(text[start:end].lstrip())
    cursor = rng.randint(start + indent, end - 2)
    return Place(file, cursor, text[cursor:end], end)


def counted_member(place: Place) -> str:
    """Return the member that was most often written after the same receiver before, or any one.

    Of equals the latest. It is what a completer knows that counts and has no model.
    """
    before = place.before
    receiver = re.search(r"([A-Za-z_]\w*|[)\]])\.\Z", before)
    pairs = [(m[1], m[2]) for m in _MEMBER.finditer(before)]
    same = [name for owner, name in pairs if receiver and owner == receiver[1]]
    latest_first = (same or [name for _, name in pairs])[::-1]
    return Counter(latest_first).most_common(1)[0][0] if latest_first else ""
