"""Sequences as they are written down: a line of JSON each, with the steps as unified diffs."""

from __future__ import annotations

import hashlib
import json
import random
import re
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, fields
from itertools import pairwise
from typing import NamedTuple

from fairlead_server.diffs import unified
from fairlead_server.training.lintseq import java, python
from fairlead_server.training.lintseq.program import read_program
from fairlead_server.training.lintseq.sampling import sample

Keep = Callable[[str], bool]
"""Tells whether a text may be a state."""

_CHECKS = {"python": python.checks, "java": java.checks}
_HUNK = re.compile(r"@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,\d+)? @@\n")
_LINE = re.compile(r"(?<=\n)")
_UNENDED = "\\ No newline at end of file\n"


class Key(NamedTuple):
    """What tells one record from all others."""

    file: str
    sha256: str
    seed: int
    number: int


@dataclass(frozen=True)
class Record:
    """How a file may have been written: the diffs `steps` make its text of nothing.

    `number` tells apart the records of one file and one seed.
    """

    file: str
    language: str
    sha256: str
    seed: int
    number: int
    steps: tuple[str, ...]

    @property
    def key(self) -> Key:
        """What tells it from others."""
        return Key(self.file, self.sha256, self.seed, self.number)

    def states(self) -> list[str]:
        """Return the text after each step."""
        states = [""]
        for step in self.steps:
            states.append(applied(states[-1], step))
        return states[1:]

    def to_json(self) -> str:
        """Return the line that it is written as."""
        return json.dumps(asdict(self), ensure_ascii=False) + "\n"


def from_json(line: str) -> Record:
    """Read a line. Raises `ValueError` for any other."""
    data = json.loads(line)
    if not isinstance(data, dict) or set(data) != {field.name for field in fields(Record)}:
        raise ValueError("no sequence of insertions")
    return Record(**{**data, "steps": tuple(data["steps"])})


def key_of(file: str, text: str, seed: int, number: int) -> Key:
    """Return the key of a record that is to be made."""
    return Key(file, hashlib.sha256(text.encode()).hexdigest(), seed, number)


def make(key: Key, text: str, language: str, keep: Keep = lambda text: True) -> Record:
    """Sample a sequence of states, none of which `keep` refuses, but for the last one.

    Raises `Unfit` for a text of which none can be made.
    """
    program = read_program(text, language)
    rng = random.Random(f"{key.seed} {key.number} {key.file}")
    *between, last = sample(program, _CHECKS[language](program), rng)
    states = ["", *filter(keep, between), last]
    name = key.file
    steps = (unified(old, new, name) for old, new in pairwise(states))
    return Record(key.file, language, key.sha256, key.seed, key.number, tuple(steps))


def applied(text: str, diff: str) -> str:
    """Return what `diff`, which fits, makes of `text`."""
    old = _lines(text)
    new: list[str] = []
    done = 0
    for line in _whole_lines(diff)[2:]:
        if found := _HUNK.fullmatch(line):
            # An insertion at the very begin is said to be after line 0.
            start = int(found[1]) - (found[2] != "0")
            new += old[done:start]
            done = start
            continue
        if line[0] in " -":
            done += 1
        if line[0] in " +":
            new.append(line[1:])
    return "".join([*new, *old[done:]])


def inserted(diff: str) -> list[tuple[int, int]]:
    """Return where in the new text lines have been inserted: numbers from 0, of the first and of
    that after the last."""
    found: list[tuple[int, int]] = []
    place = 0
    for line in _whole_lines(diff)[2:]:
        if hunk := _HUNK.fullmatch(line):
            place = int(hunk[3]) - 1
        elif line[0] == "+":
            first = found.pop()[0] if found and found[-1][1] == place else place
            found.append((first, place + 1))
        place += line[0] in " +"
    return found


def _whole_lines(diff: str) -> list[str]:
    """Return the lines of `diff`, without the ends of those that have none."""
    found: list[str] = []
    for line in _lines(diff):
        if line == _UNENDED:
            found[-1] = found[-1].removesuffix("\n")
        else:
            found.append(line)
    return found


def _lines(text: str) -> Sequence[str]:
    return [line for line in _LINE.split(text) if line]
