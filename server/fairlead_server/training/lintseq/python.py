"""What is wrong with a part of a Python program: its syntax, names and members that it lacks."""

from __future__ import annotations

import ast
import builtins
import warnings
from collections.abc import Sequence, Set
from itertools import accumulate

from fairlead_monitors.python.scopes import Scopes
from fairlead_server.training.lintseq.facts import Facts, facts_of
from fairlead_server.training.lintseq.program import Program, Unfit
from fairlead_server.training.lintseq.sampling import Check

Lacking = frozenset[tuple[int, str]]
"""Names that are read and bound nowhere, with the numbers of their lines."""

_BUILT_IN = frozenset(dir(builtins))


def checks(program: Program) -> Check:
    """Return what checks parts of `program`. Raises `Unfit` if it is no Python itself.

    What the whole of it lacks already is no fault of a part, as long as it has all imports of all
    names of a module that the whole has.
    """
    lines = [program.lines[0].removeprefix("\ufeff"), *program.lines[1:]]
    whole = _facts("".join(lines))
    if whole is None:
        raise Unfit("does not compile")
    allowed = _lacking(lines, range(len(lines)), whole)
    above = {(read.row, read.name) for read in whole.reads if whole.is_bound_above(read)}

    def check(kept: Set[int]) -> frozenset[int] | None:
        numbers = sorted(kept)
        part = _facts("".join(lines[number] for number in numbers))
        if part is None:
            return None
        lacking = _lacking(lines, numbers, part)
        if part.stars == whole.stars:
            lacking -= allowed
        # Scopes do not ask whether a loop has bound a name when it is first read.
        early = {(numbers[r.row], r.name) for r in part.reads if not part.is_bound_above(r)} & above
        found = {line for line, _ in lacking | early}
        return frozenset(found | {numbers[row] for row in part.absent(whole)})

    return check


def _facts(text: str) -> Facts | None:
    """Return the facts of `text`, None if it does not compile."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(text)
            compile(tree, "program", "exec", dont_inherit=True)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    return facts_of(tree)


def _lacking(lines: Sequence[str], numbers: Sequence[int], facts: Facts) -> Lacking:
    kept = [lines[number] for number in numbers]
    starts = [0, *accumulate(map(len, kept))]
    scopes = Scopes("".join(kept))
    found = {
        (numbers[row], name) for name, row in facts.named if name not in facts.bound | _BUILT_IN
    }
    for name, row, column, _ in facts.reads:
        if name in _BUILT_IN:
            continue
        place = starts[row] + len(kept[row].encode()[:column].decode(errors="ignore"))
        # In the head of a function, scopes take any name to be that of a parameter.
        if name not in facts.bound or not scopes.reads(name, place):
            found.add((numbers[row], name))
    return frozenset(found)
