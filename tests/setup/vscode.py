"""What builds the extension for Visual Studio Code."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from tests.setup import npm
from tests.setup.errors import SetupError

CLIENT = Path(__file__).parents[2] / "vscode-client"


def find_client() -> Path | None:
    """Return the folder of the extension, if all that builds it is as its lock file says."""
    installed = CLIENT / "node_modules" / ".package-lock.json"
    if not installed.is_file() or npm.tool("npm") is None:
        return None
    recent = installed.stat().st_mtime >= (CLIENT / "package-lock.json").stat().st_mtime
    return CLIENT if recent else None


def obtain_client() -> None:
    """Install what builds the extension."""
    command = [npm.provided(), "ci", "--no-audit", "--no-fund"]
    done = subprocess.run(
        command,
        cwd=CLIENT,
        env={**os.environ, "PATH": npm.SEARCH},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
    )
    if done.returncode != 0:
        raise SetupError("npm ci failed", *done.stderr.splitlines()[-5:])
    (CLIENT / "node_modules" / ".package-lock.json").touch()
