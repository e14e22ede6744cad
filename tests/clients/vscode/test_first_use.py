"""The first minutes: a server that is not there yet, a workspace that is not trusted."""

from __future__ import annotations

import json
import shlex
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest

from tests.clients.vscode import python_extension
from tests.clients.vscode.conftest import SIZE
from tests.clients.vscode.editor import Profile, serving
from tests.clients.vscode.looks import suggested
from tests.clients.vscode.window import Window
from tests.components import where
from tests.setup import wheels

pytestmark = pytest.mark.needs("vscode-client", "code-server", "chromium", "playwright", "llama")

FILE = "harbour/berths.py"
# On a busy machine the analysis may take longer to start than a suggestion waits for it.
PATIENT = {"fairlead.patience": 60}
TOAST = ".notification-toast"
FAIRLEAD = Path(sys.executable).with_name("fairlead")


@pytest.mark.needs("wheels")
def test_from_nothing_to_ghost_text(
    tmp_path: Path, vsix: Path, browser: Any, project: Path, pictures: Path
) -> None:
    """Open a file, install, type. Where pip finds packages is said in the editor's environment."""
    own = tmp_path / "wheels"
    wheels.build(own)
    profile = Profile(tmp_path / "user", programs(tmp_path, python3=Path(sys.executable)))
    profile.settings(PATIENT)
    profile.install(vsix)
    pip = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": f"{own} {where('wheels')}"}
    with shown(profile, browser, project, pictures, environ=pip) as window:
        window.wait_for_state("The server is not installed")
        button = ".notification-toast .monaco-button >> text=Install"
        window.wait("the offer", lambda: window.page.query_selector(button))
        window.picture("the server is not installed")
        window.click(button)
        window.wait("progress", lambda: "installing" in " ".join(window.texts(TOAST)))
        window.wait_for_state("The server is being installed")
        window.picture("the server is being installed")
        window.wait_for_state("Ready")
        window.click(".view-lines")
        write_and_look(window)
        window.picture("first ghost text")
    assert list(profile.folder.glob("data/**/fairlead.fairlead/server/bin/fairlead"))


def test_a_workspace_that_is_not_trusted_runs_nothing_of_its_own(
    tmp_path: Path, vsix: Path, browser: Any, project: Path, pictures: Path
) -> None:
    ran = tmp_path / "ran"
    trap = project / "trap"
    trap.write_text(f"#!/bin/sh\ntouch {shlex.quote(str(ran))}\n")
    trap.chmod(0o755)
    (project / ".vscode").mkdir()
    own = {"fairlead.path": str(trap), "fairlead.interpreter": str(trap)}
    (project / ".vscode" / "settings.json").write_text(json.dumps(own))
    (project / ".fairlead.toml").write_text(f'interpreter = "{trap}"\n')
    profile = Profile(tmp_path / "user", programs(tmp_path, fairlead=FAIRLEAD))
    profile.settings({**PATIENT, "security.workspace.trust.startupPrompt": "never"})
    profile.install(vsix)
    with shown(profile, browser, project, pictures, trust=True) as window:
        window.wait_for_state("Ready")
        trust = ".statusbar-item[id='status.workspaceTrust']"
        window.wait("that the editor says it is restricted", lambda: window.texts(trust))
        write_and_look(window)
        window.picture("not trusted")
    assert not ran.exists()


def test_the_python_extension_is_not_started_before_a_server_is_wanted(
    tmp_path: Path, vsix: Path, browser: Any, project: Path, pictures: Path
) -> None:
    profile = Profile(tmp_path / "user", programs(tmp_path))
    profile.settings(PATIENT)
    profile.install(vsix)
    profile.install(python_extension.package(profile.folder))
    started = f"extensions/ms-python.python-*/{python_extension.STARTED}"
    with shown(profile, browser, project, pictures, file="") as window:
        window.run("fairlead: Show Log")
        window.wait("the log", lambda: window.texts(".part.panel .output-view"))
        assert not list(profile.folder.glob(started))
        window.show(FILE, 1)
        window.wait_for_state("Ready")
        assert list(profile.folder.glob(started))


def write_and_look(window: Window) -> None:
    """Dereference a class of the project at the end of the file, and look at what is offered."""
    window.press("Control+End", "Enter")
    suggested(window, "place = Quay.", "harbour.berths:Quay")


def programs(folder: Path, **links: Path) -> str:
    """Return a folder in which `links` are programs."""
    place = folder / "programs"
    place.mkdir()
    for name, target in links.items():
        (place / name).symlink_to(target)
    return str(place)


@contextmanager
def shown(
    profile: Profile,
    browser: Any,
    project: Path,
    pictures: Path,
    trust: bool = False,
    file: str = FILE,
    environ: Mapping[str, str] = MappingProxyType({}),
) -> Iterator[Window]:
    """Show the project in an editor of its own; with `trust`, one that asks for it."""
    options = () if trust else ("--disable-workspace-trust",)
    with serving(profile, *options, environ=environ) as address:
        window = Window(browser.new_page(viewport=SIZE), project, pictures)
        window.open(address, file)
        yield window
        window.page.close()


def test_a_server_that_did_not_start_can_be_started_again(
    tmp_path: Path, vsix: Path, browser: Any, project: Path, pictures: Path
) -> None:
    broken = tmp_path / "broken"
    broken.write_text("#!/bin/sh\necho nothing here works >&2\nexit 1\n")
    broken.chmod(0o755)
    profile = Profile(tmp_path / "user", programs(tmp_path, fairlead=broken))
    profile.settings(PATIENT)
    profile.install(vsix)
    with shown(profile, browser, project, pictures) as window:
        window.wait_for_state("The server does not run")
        window.picture("the server does not run")
        broken.unlink()
        broken.symlink_to(FAIRLEAD)
        window.run("fairlead: Restart Server")
        window.wait_for_state("Ready")
