"""A big edit as a sequence of small ones, after each of which nothing is newly wrong.

The criterion is that of LintSeq (Piterbarg et al., "Training Language Models on Synthetic Edit
Sequences Improves Code Synthesis", 2024): a linter finds no error in any state in between.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import partial

from fairlead_server.editing.candidate import Candidate, EditRequest
from fairlead_server.editing.checks import Analysed, Diagnosing, parses
from fairlead_server.editing.process import Cancelled
from fairlead_server.editing.texts import lines_of

MOST_CHECKS = 150
"""How many states are looked at; what is not in order by then is one step."""

_HEADINGS = ("@", "#", "//")
_PAIRS = 15
"""Hunks up to which any two are tried together, and not neighbours alone."""


@dataclass(frozen=True)
class Hunk:
    """From where to where in the old text, and what comes there."""

    start: int
    end: int
    text: str


def in_steps(
    old: str, new: str, is_clean: Callable[[str], bool], most: int = MOST_CHECKS
) -> list[str]:
    """Return the texts after each step from `old` to `new`, which is the last and taken for clean.

    Each step is as few hunks as can be made together: one by one in the order of the text, then
    two, then neighbours.
    """
    found = hunks(old, new)
    done: set[int] = set()
    states: list[str] = []
    checks = itertools.count()
    while len(done) < len(found):
        left = [place for place in range(len(found)) if place not in done]
        for group in _groups(left):
            is_last = len(group) == len(left) or next(checks) >= most
            step = left if is_last else group
            state = _with(old, found, done.union(step))
            if is_last or is_clean(state):
                done.update(step)
                states.append(state)
                break
    return states


def hunks(old: str, new: str) -> list[Hunk]:
    """Return what differs, in order; what is inserted comes statement by statement."""
    before, after = lines_of(old), lines_of(new)
    starts = list(itertools.accumulate(map(len, before), initial=0))
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    found: list[Hunk] = []
    for tag, i, j, k, m in matcher.get_opcodes():
        if tag != "equal":
            found += _split(before[i:j], starts[i], after[k:m])
    return found


def _split(removed: Sequence[str], start: int, added: Sequence[str]) -> Iterator[Hunk]:
    """Yield hunks of one statement each, where it is known which take the place of which.

    So many for so many do, in their order; for one, the one that is most similar, and the others
    are new.
    """
    old, new = list(_statements(removed)), list(_statements(added))
    end = start + sum(map(len, old))
    if len(old) == len(new):
        for was, part in zip(old, new, strict=True):
            yield Hunk(start, start + len(was), part)
            start += len(was)
    elif len(old) > 1 or not new:
        yield Hunk(start, end, "".join(new))
    else:
        chosen = new.index(max(new, key=partial(_likeness, old[0]))) if old else len(new)
        for place, part in enumerate(new):
            at = start if place < chosen else end
            yield Hunk(start, end, part) if place == chosen else Hunk(at, at, part)


def _likeness(one: str, other: str) -> float:
    return SequenceMatcher(None, one, other).quick_ratio()


def _statements(lines: Sequence[str]) -> Iterator[str]:
    """Yield parts, each of which begins with a line, and goes on with those further indented.

    A line that closes a bracket goes with what is before it, a decorator or a comment with what
    follows.
    """
    part, base = "", 0
    for line in lines:
        begins = line.strip() and _indent(line) <= base and line.lstrip()[0] not in ")]}"
        heading = part.rstrip().rpartition("\n")[2].lstrip().startswith(_HEADINGS)
        if begins and part.strip() and not heading:
            yield part
            part = ""
        if not part.strip() and line.strip():
            base = _indent(line)
        part += line
    if part:
        yield part


def _indent(line: str) -> int:
    return len(line.expandtabs()) - len(line.expandtabs().lstrip())


def _groups(left: Sequence[int]) -> Iterator[tuple[int, ...]]:
    """Yield what may be the next step, small ones first; the last is all that is left."""
    yield from ((place,) for place in left)
    if len(left) <= _PAIRS:
        yield from itertools.combinations(left, 2)
    for size in range(2, len(left) + 1):
        yield from (tuple(left[at : at + size]) for at in range(len(left) - size + 1))


def _with(old: str, found: Sequence[Hunk], done: set[int]) -> str:
    text, last = [], 0
    for place, hunk in enumerate(found):
        if place in done:
            text += [old[last : hunk.start], hunk.text]
            last = hunk.end
    return "".join([*text, old[last:]])


def steps_of(
    candidate: Candidate,
    request: EditRequest,
    analysis: Diagnosing,
    cancelled: Callable[[], bool] = lambda: False,
) -> tuple[str, ...]:
    """Return the texts of the document after each step to `candidate`.

    It is one step if other files are edited with it, or where there are no diagnostics. Raises
    `Cancelled`.
    """
    edit = candidate.files[0]
    analysed = Analysed(analysis, request.document, request.patience, request.project)
    if len(candidate.files) > 1 or not analysed.known:
        return (edit.new,)

    def is_clean(text: str) -> bool:
        if cancelled():
            raise Cancelled
        return parses(request.document.language, edit.old, text) and not analysed.complaint(text)

    return tuple(in_steps(edit.old, edit.new, is_clean))
