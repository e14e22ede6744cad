"""Runs one refactoring in a process of its own, which ends when nobody waits for it any more."""

from __future__ import annotations

import contextlib
import json
import logging
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any

from fairlead_server.analysis.child import kill_group
from fairlead_server.editing.refactoring.job import Job, Proposal, Refused

log = logging.getLogger(__name__)

LIMIT = 60.0
"""Seconds that a refactoring may take; large projects are searched for a name."""

_POLL = 0.02
# Not `-m`: it would import from the current folder, the user's, before anything else.
_LAUNCH = (
    "import sys; sys.path[:] = filter(None, sys.path)\n"
    "from fairlead_server.editing.refactoring.worker import main; main()"
)


class Cancelled(Exception):
    """Nobody waits for the answer any more."""


def proposals(
    job: Job, cancelled: Callable[[], bool] = lambda: False, limit: float = LIMIT
) -> list[Proposal]:
    """Return what the engines make of `job`. Raises `Refused` with the reason, and `Cancelled`."""
    process = subprocess.Popen(
        [sys.executable, "-c", _LAUNCH],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        # Its own group: what it starts in turn (jedi does) ends with it.
        start_new_session=os.name == "posix",
    )
    answers: list[bytes] = []
    data = json.dumps(asdict(job)).encode()
    reader = threading.Thread(target=_talk, args=(process, data, answers), daemon=True)
    reader.start()
    end = time.monotonic() + limit
    try:
        while reader.is_alive():
            reader.join(_POLL)
            if cancelled():
                raise Cancelled
            if time.monotonic() > end:
                raise Refused(f"the refactoring took more than {limit:g} s")
    finally:
        kill_group(process)
        reader.join()
        process.wait()
    return _read(answers)


def _talk(process: subprocess.Popen[bytes], data: bytes, answers: list[bytes]) -> None:
    """Put the question and wait for the answer; ends when the process does."""
    with contextlib.suppress(OSError, ValueError):
        answers.append(process.communicate(data)[0])


def _read(answers: list[bytes]) -> list[Proposal]:
    try:
        answer: Mapping[str, Any] = json.loads(answers[0])
        found = [_proposal(one) for one in answer["proposals"]]
    except (IndexError, ValueError, KeyError, TypeError):
        log.warning("the refactoring process died")
        raise Refused("the refactoring process died") from None
    if not found:
        raise Refused(answer.get("reason") or "no engine can do it")
    return found


def _proposal(shape: Mapping[str, Any]) -> Proposal:
    parts = tuple(tuple((a, b, c) for a, b, c in part) for part in shape["parts"])
    return Proposal(
        shape["by"],
        shape["title"],
        shape["files"],
        frozenset(shape["named"]),
        shape["renames"],
        tuple(shape["remarks"]),
        parts,
    )
