"""Install multilspy where only its own worker sees it.

It depends on versions of jedi and pygls that fairlead cannot use, so it gets a folder of its own.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from fairlead_server.errors import UserError

MULTILSPY = "multilspy==0.1.1"


def fetch(folder: Path, say: Callable[[str], None]) -> None:
    """Install multilspy and what it needs into `folder`. Raises `UserError`."""
    if any(folder.glob(f"{MULTILSPY.replace('==', '-')}.dist-info")):
        say(f"{MULTILSPY} is in {folder}")
        return
    say(f"installing {MULTILSPY} with pip, about 25 MB")
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder.parent, prefix="fetching-") as scratch:
            target = Path(scratch) / "multilspy"
            _install(target)
            shutil.rmtree(folder, ignore_errors=True)
            target.rename(folder)
    except OSError as error:
        raise UserError(f"{MULTILSPY} cannot be put into {folder}: {error}") from None
    say(f"{MULTILSPY} is now in {folder}")


def _install(target: Path) -> None:
    pip = [sys.executable, "-m", "pip", "install", "--no-input", "--target", str(target), MULTILSPY]
    done = subprocess.run(pip, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    if done.returncode != 0:
        lines = [line for line in done.stderr.splitlines() if line.startswith("ERROR")]
        why = (lines or done.stderr.splitlines() or ["pip says nothing"])[-1]
        raise UserError(f"pip cannot install {MULTILSPY}: {why}")
