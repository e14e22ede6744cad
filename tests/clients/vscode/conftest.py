"""The packaged extension, a browser, and a project to work on.

Pictures of what was seen are kept in .cache/screenshots.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.clients.vscode import python_extension
from tests.clients.vscode.editor import Profile, browsing, serving
from tests.clients.vscode.looks import HARBOUR
from tests.clients.vscode.window import Window
from tests.components import where
from tests.setup import npm

ROOT = Path(__file__).parents[3]
PICTURES = ROOT / ".cache" / "screenshots"

SIZE = {"width": 1000, "height": 640}
FILE = "harbour/tariffs.py"
PLACE = 'invoice.charge("berth dues", self.berth_dues(booking))'
"""The line behind which is typed; `booking` and `invoice` are known there."""


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


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """Start the browser. Its driver has an event loop, so that it must not outlive the module."""
    with browsing() as started:
        yield started


@pytest.fixture(scope="session")
def pictures() -> Path:
    """Return the folder of the pictures."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    return PICTURES


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Return a copy of the example project."""
    return Path(shutil.copytree(HARBOUR, tmp_path / "harbour"))


@pytest.fixture(scope="package")
def address(tmp_path_factory: pytest.TempPathFactory, vsix: Path) -> Iterator[str]:
    """Start the editor for a user whose selected interpreter has fairlead; yield its address."""
    profile = Profile(tmp_path_factory.mktemp("user"))
    # The list of members comes when it is asked for: keys for ghost text would go to it.
    listing = {"editor.quickSuggestions": False, "editor.suggestOnTriggerCharacters": False}
    profile.settings({"fairlead.patience": 60, **listing})
    profile.install(vsix)
    profile.install(python_extension.package(profile.folder))
    with serving(profile, "--disable-workspace-trust") as started:
        yield started


@pytest.fixture(scope="module")
def opened(
    address: str, browser: Any, pictures: Path, tmp_path_factory: pytest.TempPathFactory
) -> Window:
    """Show a copy of the project in a window that all tests of a module share."""
    project = Path(shutil.copytree(HARBOUR, tmp_path_factory.mktemp("project") / "harbour"))
    window = Window(browser.new_page(viewport=SIZE), project, pictures)
    window.open(address, FILE)
    window.wait_for_state("Ready")
    return window


@pytest.fixture
def window(opened: Window) -> Window:
    """Show `FILE` as it was at first, with the cursor in a new line after `PLACE`."""
    text = (HARBOUR / FILE).read_text(encoding="utf-8")
    opened.close_files()
    (opened.project / FILE).write_text(text, encoding="utf-8")
    line = text.splitlines().index(8 * " " + PLACE) + 1
    opened.show(FILE, line)
    opened.press("End", "Enter")
    return opened
