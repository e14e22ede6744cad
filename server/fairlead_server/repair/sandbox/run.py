"""Starting the supervisor, and understanding what it reports."""

from __future__ import annotations

import contextlib
import json
import os
import select
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import IO, Any

from fairlead_server.repair.sandbox.outcome import BOUNDS, Ended, Limits, Outcome, outcome

# Not `-m`: it would import from the current folder, the user's, before anything else.
_LAUNCH = "from fairlead_server.repair.sandbox.supervisor import main; main()"
_GRACE = 20.0
"""Seconds that the supervisor may take on top of the command's."""
_POLL = 0.05
_SECRET = ("TOKEN", "SECRET", "PASSWORD", "PASSWD", "API_KEY", "CREDENTIAL", "AUTH_SOCK")


@dataclass(frozen=True)
class Box:
    """Where a command runs: on `shadow`, a copy of `project`, of which it lacks `kept`.

    `scratch` takes temporary files. The command starts in `folder`, relative to the project.
    """

    project: str
    shadow: str
    scratch: str
    kept: tuple[str, ...] = ()
    folder: str = "."


def run(
    command: str,
    box: Box,
    limits: Limits | None = None,
    *,
    isolate: bool = True,
    bounds: Sequence[str] = BOUNDS,
    environ: Mapping[str, str] = os.environ,
    cancelled: Callable[[], bool] = lambda: False,
) -> Outcome:
    """Run a shell `command` in `box`, with all that it starts ended when this returns.

    Unless it is to `isolate`, or where it cannot, there are limits and nothing else. `bounds` names
    the hard limits on processes that may be used; without one, nothing is run.
    """
    if sys.platform != "linux":
        return Outcome("failed", None, "they are run on Linux alone", 0.0)
    held = limits or Limits()
    order = {
        "command": command,
        "isolate": isolate,
        "bounds": list(bounds),
        "env": environment(environ),
        "limits": asdict(held),
        "watched": [box.shadow, box.scratch],
        **asdict(box),
    }
    started = time.monotonic()
    try:
        process = subprocess.Popen(
            [sys.executable, "-I", "-c", _LAUNCH],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
    except OSError as error:
        return Outcome("failed", None, str(error), 0.0)
    with process:
        report = _report(process, order, held.seconds + _GRACE, cancelled)
    if report is None:
        ended: Ended = "cancelled" if cancelled() else "killed"
        return Outcome(ended, None, "the supervisor did not answer", time.monotonic() - started)
    return outcome(report)


def environment(environ: Mapping[str, str]) -> dict[str, str]:
    """Return what a command gets of `environ`: no secrets, and Python writes no bytecode.

    Bytecode is found to be stale by the second; several patches may be made in one.
    """
    kept = {k: v for k, v in environ.items() if not any(word in k.upper() for word in _SECRET)}
    return {**kept, "PYTHONDONTWRITEBYTECODE": "1", "PYTHONHASHSEED": "0"}


def _report(
    process: subprocess.Popen[bytes],
    order: Mapping[str, Any],
    limit: float,
    cancelled: Callable[[], bool],
) -> Mapping[str, Any] | None:
    """Send `order`, wait, and return what became of it; None if nothing was said."""
    asked: IO[bytes] = process.stdin  # type: ignore[assignment]
    answer: IO[bytes] = process.stdout  # type: ignore[assignment]
    with contextlib.suppress(BrokenPipeError):
        asked.write(json.dumps(order).encode() + b"\n")
        asked.flush()
    said, until = b"", time.monotonic() + limit
    while True:
        if select.select([answer], (), (), _POLL)[0]:
            new = os.read(answer.fileno(), 1 << 16)
            if not new:
                return json.loads(said) if said else None
            said += new
        if time.monotonic() >= until:
            process.kill()
        elif cancelled():
            # The supervisor takes the end of its input for the wish to end.
            asked.close()
