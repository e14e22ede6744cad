"""Deleting a program at random, step by step, so that no step leaves an error."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Set

from fairlead_server.training.lintseq.program import Program, Unit

Check = Callable[[Set[int]], "frozenset[int] | None"]
"""Returns which of the lines that are kept are in error without the others, None where they do not
parse."""


def sample(program: Program, check: Check, rng: random.Random) -> list[str]:
    """Return texts that become longer by insertions, from the shortest to all of the program.

    Each but the first is made from the one before by one insertion with all that has to come along.
    """
    kept = frozenset(range(len(program.lines)))
    texts = [program.text]
    while kept:
        kept = _smaller(program, check, kept, rng)
        text = program.state(kept)
        if text and text != texts[-1]:
            texts.append(text)
    return texts[::-1]


def _smaller(
    program: Program, check: Check, kept: frozenset[int], rng: random.Random
) -> frozenset[int]:
    """Return the lines that are left without one of their units, and without what rests on it."""
    units = program.units_of(kept)
    if not units:
        return frozenset()
    latest = {rng.choice(units)}
    while True:
        left = kept.difference(*(unit.lines() for unit in latest))
        faults = check(left)
        if faults is None:
            larger = _parents(program, latest)
            if larger == latest:
                return frozenset()
            latest = larger
        elif faults:
            kept, latest = left, {program.unit_at(line) for line in faults}
        else:
            return left


def _parents(program: Program, units: Iterable[Unit]) -> set[Unit]:
    """Return what is around each of the units, and the unit itself where nothing is."""
    return {program.parent(unit) or unit for unit in units}
