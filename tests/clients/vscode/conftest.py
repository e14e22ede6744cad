"""The packaged extension."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from tests.components import where
from tests.setup import npm


def npm_run(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a script of the extension's package."""
    return subprocess.run(
        [npm.provided(), "run", *arguments],
        cwd=where("vscode-client"),
        env={**os.environ, "PATH": npm.SEARCH},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=240,
    )


@pytest.fixture(scope="session")
def vsix(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Package the extension."""
    path = tmp_path_factory.mktemp("vsix") / "fairlead.vsix"
    packed = npm_run("package", "--", "--out", str(path))
    assert packed.returncode == 0, packed.stdout + packed.stderr
    return path
