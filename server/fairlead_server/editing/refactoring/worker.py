"""The child process that does one refactoring: a job as JSON on standard input, proposals out."""

from __future__ import annotations

import json
import os
import sys
import warnings
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict
from typing import Any

from fairlead_server.editing.refactoring.job import Job, Proposal, Refused

_DEEP = 5000


def operations() -> Mapping[str, Callable[[Job], Iterator[Proposal]]]:
    """Return what does each of the known refactorings."""
    # Late: the process that only starts this one does without the engines.
    from fairlead_server.editing.refactoring.extract import extract
    from fairlead_server.editing.refactoring.hints import add_type_hints
    from fairlead_server.editing.refactoring.imports import organise_imports, remove_unused_imports
    from fairlead_server.editing.refactoring.inline import inline
    from fairlead_server.editing.refactoring.rename import rename

    return {
        "rename": rename,
        "extract_variable": extract,
        "extract_function": extract,
        "inline": inline,
        "organise_imports": organise_imports,
        "remove_unused_imports": remove_unused_imports,
        "add_type_hints": add_type_hints,
    }


def answer(job: Job) -> dict[str, Any]:
    """Return the proposals for `job`, or the reason why there are none."""
    try:
        found = list(operations()[job.operation](job))
    except Refused as error:
        return {"proposals": [], "reason": str(error)}
    distinct: dict[tuple[tuple[str, str], ...], Proposal] = {}
    for one in found:
        distinct.setdefault(tuple(sorted(one.files.items())), one)
    shapes = [{**asdict(one), "named": sorted(one.named)} for one in distinct.values()]
    return {"proposals": shapes, "reason": ""}


def main() -> None:
    """Read the job, and answer."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    # Whatever prints in the course of it must not print among the answers.
    os.dup2(2, 1)
    warnings.simplefilter("ignore")
    sys.setrecursionlimit(_DEEP)
    job = Job(**json.load(sys.stdin))
    json.dump(answer(job), answers)
    answers.close()
