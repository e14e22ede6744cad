"""What stands in for a unit that is taken out, so that nothing that needs it can work."""

from __future__ import annotations

import re
from collections.abc import Iterator

from fairlead_server.evaluation.completion.tasks import Task
from fairlead_server.repair.validation.compiles import compile_error

NAME = "_fairlead_took_this_out"
"""A name that nothing binds."""

_TOKEN = re.compile(r"\w+|[^\w\s]")


def without(task: Task) -> str | None:
    """Return the Python document of `task` with what fails when it is run in place of its unit.

    None is the answer if nothing that could stand there compiles.
    """
    before, after = task.text[: task.start], task.text[task.end :]
    documents = (before + text + after for text in _texts(task))
    return next((text for text in documents if compile_error(text) is None), None)


def _texts(task: Task) -> Iterator[str]:
    """Yield what could stand there, the best first: as much as can be is left out."""
    if task.level == "member":
        yield NAME
        return
    # An attribute is also what can be assigned to; a name alone, what can be defined or imported.
    for gone in (f"{NAME}.it", NAME):
        yield gone
        if task.level == "line":
            yield from (gone + end for end in _ends(task.wanted))
    start = task.text[: task.start].rpartition("\n")[2]
    if not start.strip():
        yield f"{NAME}.it\n{start}{task.wanted}"


def _ends(text: str) -> Iterator[str]:
    """Yield the ends of `text` that begin with a token, the shortest first.

    What a line opens, or the colon it ends with, belongs to the lines that follow.
    """
    starts = [found.start() for found in _TOKEN.finditer(text)]
    return (text[start:] for start in reversed(starts))
