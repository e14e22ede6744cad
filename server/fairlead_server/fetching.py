"""Put what users ask for into fairlead's data folder: the whole of it, or nothing."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from fairlead_server.errors import UserError

Say = Callable[[str], None]

_STAMP = ".fetched"


def provide(place: Path, what: str, get: Callable[[Path, Say], Path], say: Say) -> None:
    """Let `get` fetch `what` to become the folder `place`, unless it is there.

    `get` is given a folder to work in, and returns the one in it that is wanted. Raises
    `UserError`.
    """
    stamp = place / _STAMP
    if stamp.is_file() and stamp.read_text() == what:
        say(f"{what} is in {place}")
        return
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=place.parent, prefix="fetching-") as scratch:
            unpacked = get(Path(scratch), say)
            (unpacked / _STAMP).write_text(what)
            shutil.rmtree(place, ignore_errors=True)
            unpacked.rename(place)
    except OSError as error:
        raise UserError(f"{what} cannot be put into {place}: {error}") from None
    say(f"{what} is now in {place}")


def run_pip(command: str, *options: str, failed: str, remedy: str = "") -> None:
    """Run a command of pip; raises `UserError` with what it says, between `failed` and `remedy`."""
    pip = [sys.executable, "-m", "pip", command, "--no-input", *options]
    done = subprocess.run(pip, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    if done.returncode != 0:
        lines = [line for line in done.stderr.splitlines() if line.startswith("ERROR")]
        why = (lines or done.stderr.splitlines() or ["pip says nothing"])[-1]
        raise UserError(f"{failed}: {why}{remedy}")
