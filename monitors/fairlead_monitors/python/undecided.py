"""Names of which only what follows tells whether they are bound: by a comprehension further on.

An element comes before the ``for`` that binds its names, in a bracket around it. A comma ends that
possibility for the bracket that it stands in, and so does the bracket's end; then an absent name
is one that is read. (The Python Language Reference, sections 6.2.4 to 6.2.8 and 6.3.4.)
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from fairlead_monitors.grammar import Opening
from fairlead_monitors.python.statement import Statement, read

DECIDING = re.compile(rb"[,)\]}]")
"""What may end the possibility that a comprehension follows."""

_BINDING = re.compile(rb"\bfor\b(.*?)\bin\b|([\w\x80-\xff]+)\s*:=", re.DOTALL)
_NAME = re.compile(rb"[A-Za-z_\x80-\xff][\w\x80-\xff]*")
FAR = 2048
"""Bytes after the cursor among which brackets around it are looked for the end of."""


@dataclass(frozen=True)
class MayBind(Opening):
    """How a name begins that the brackets at the levels `within` may bind.

    `word` is the first of the statement.
    """

    within: tuple[int, ...] = ()
    word: bytes = b""

    def after(self, state: Statement, *, commas: bool = True) -> MayBind | None:
        """Return the same at a later place; None where another statement has begun.

        Without `commas` it is only brackets that end the possibility.
        """
        if self.word not in (b"", state.word):
            return None
        levels = state.levels
        within = tuple(
            # What is settled since has its ``for``, and may have more of them.
            level
            for level in self.within
            if level < len(levels) and (levels[level].first or levels[level].settled or not commas)
        )
        return self if within == self.within else replace(self, within=within)


@dataclass(frozen=True)
class Undecided:
    """A name that is known to be bound nowhere, unless what follows binds it.

    `start` and `end` are its offsets in the generated text; the end includes what of it stands
    after the cursor. `engine` listed as many names as `candidates` says.
    """

    name: bytes
    start: int
    end: int
    opening: MayBind
    engine: str
    candidates: int


def decided(
    names: Iterable[Undecided], state: Statement, text: bytes, *, commas: bool = True
) -> tuple[tuple[Undecided, ...], tuple[Undecided, ...]]:
    """Return the names that are absent at the end of `text`, and those that are undecided still.

    `text` is all that is generated, and leads to `state`.
    """
    absent, left = list[Undecided](), list[Undecided]()
    for name in names:
        opening = name.opening.after(state, commas=commas)
        if opening is not None and opening.within:
            left.append(replace(name, opening=opening))
        elif opening is not None:
            absent.append(name)
    return tuple(unbound(absent, text)), tuple(left)


def decided_by(
    names: tuple[Undecided, ...], start: Statement, begun: bytes, text: bytes, suffix: bytes
) -> list[Undecided]:
    """Return the names of which what stands after the cursor proves that they are absent.

    `start` is the state at the start of the line, of which `begun` is there and ends `text`. On
    further lines, where another statement may begin after a bracket that was left open, no comma
    counts.
    """
    found, before = list[Undecided](), text
    for number, line in enumerate(suffix[:FAR].splitlines(keepends=True)):
        state, piece, done = start, begun, 0
        for match in DECIDING.finditer(line):
            piece += line[done : match.end()]
            state, piece, done = read(state, piece), b"", match.end()
            absent, names = decided(names, state, before + line[:done], commas=number == 0)
            found += absent
            if not names:
                return found
            if state.comment:
                break  # What follows the beginning of a comment is read as code on its own.
        start, begun, before = read(start, begun + line), b"", before + line
    return found


def unbound(names: Iterable[Undecided], text: bytes) -> list[Undecided]:
    """Return those of the `names` that nothing binds which follows them in `text`."""
    return [name for name in names if name.name not in _bound(text[max(0, name.end) :])]


def _bound(text: bytes) -> set[bytes]:
    """Return what `text` may bind, and perhaps more."""
    return {
        name
        for match in _BINDING.finditer(text)
        for name in _NAME.findall(match[1] or match[2] or b"")
    }
