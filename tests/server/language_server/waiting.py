"""How long a monitor's question to a faulty server keeps a completion waiting past its deadline."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fairlead_monitors.context import Context
from fairlead_monitors.engine import Kind
from fairlead_monitors.lookup import MemberLookup
from tests.server.language_server.faulty import engine

FAULTS = (
    "none",
    "hangs",
    "crashes",
    "never starts",
    "ends at once",
    "ends output",
    "babbles",
    "shouts",
    "deaf",
    "slow",
    "null",
    "number",
    "incomplete",
    "wrong kinds",
    "labels",
    "old version",
    "many",
    "guesses",
    "no such program",
)


@dataclass(frozen=True)
class Wait:
    """How many seconds an answer took, and how far beyond the deadline it was."""

    fault: str
    seconds: float
    late: float
    complete: bool


def waits(fault: str, folder: Path, deadline: float, questions: int) -> list[Wait]:
    """Ask a server with `fault` again and again, each time with `deadline` seconds to go."""
    other: dict[str, Any] = {"limit": 5.0}
    if fault == "no such program":
        other["command"] = [fault]
    measured = []
    with engine(fault, folder / "log", None, **other) as asked:
        for number in range(questions):
            start = time.monotonic()
            context = Context(
                "a.x", f"# {number}\nx.", "\n", asked, patience=60.0, deadline=start + deadline
            )
            found = MemberLookup(context, "\n").wait(Kind.MEMBER, b"")
            took = time.monotonic() - start
            measured.append(Wait(fault, took, max(0.0, took - deadline), found.complete))
    return measured
