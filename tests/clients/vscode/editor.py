"""A real Visual Studio Code: code-server, with the packaged extension, in a headless browser."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from tests.components import where

CALM: Mapping[str, object] = {
    "breadcrumbs.enabled": False,
    "chat.disableAIFeatures": True,
    "editor.minimap.enabled": False,
    "editor.wordBasedSuggestions": "off",
    "extensions.ignoreRecommendations": True,
    "files.autoSave": "off",
    "workbench.reduceMotion": "on",
    "workbench.secondarySideBar.defaultVisibility": "hidden",
    "workbench.startupEditor": "none",
}
"""Settings that keep the window to what is looked at."""

# Quiet and without what a machine for tests may lack: a sandbox needs rights, shared memory room.
_BROWSER = ("--no-sandbox", "--disable-dev-shm-usage", "--force-color-profile=srgb")
_LISTENS = re.compile(r"HTTP server listening on (http://\S+?)/?\s*$")


@dataclass(frozen=True)
class Profile:
    """A user who has not used the editor before, on a system without fairlead.

    The editor takes the PATH that a login shell has; what is in `programs` comes first on it.
    """

    folder: Path
    programs: str = "/usr/local/bin"

    def settings(self, values: Mapping[str, object]) -> None:
        """Write the user's settings."""
        path = self.folder / "data" / "User" / "settings.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps({**CALM, **values}))
        (self.folder / ".profile").write_text(f'PATH="{self._search()}"\n')

    def _search(self) -> str:
        return f"{self.programs}:/usr/bin:/bin"

    def command(self, *arguments: str) -> list[str]:
        """Return the command that starts the editor's server, or another of its commands."""
        places = ("--user-data-dir", "data"), ("--extensions-dir", "extensions")
        stated = [word for option, name in places for word in (option, str(self.folder / name))]
        return [str(where("code-server")), *stated, *arguments]

    def environ(self) -> dict[str, str]:
        """Return the environment of the user's session."""
        homes = {
            f"XDG_{kind}_HOME": str(self.folder / kind) for kind in ("CONFIG", "DATA", "CACHE")
        }
        user = {"HOME": str(self.folder), "SHELL": "/bin/sh", "PATH": self._search()}
        return {**os.environ, **homes, **user}

    def install(self, vsix: Path) -> None:
        """Install an extension."""
        done = subprocess.run(
            self.command("--install-extension", str(vsix)),
            env=self.environ(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert done.returncode == 0, done.stdout + done.stderr


@contextmanager
def serving(
    profile: Profile, *options: str, environ: Mapping[str, str] = MappingProxyType({})
) -> Iterator[str]:
    """Start the editor's server; yield its address, and end it with all that it started."""
    command = profile.command(
        "--auth", "none", "--bind-addr", "127.0.0.1:0", "--disable-telemetry",
        "--disable-update-check", *options,
    )  # fmt: skip
    server = subprocess.Popen(
        command,
        env={**profile.environ(), **environ},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    assert server.stdout is not None
    try:
        yield _address(server.stdout)
    finally:
        _end(server)


def _address(lines: Iterable[str]) -> str:
    said: list[str] = []
    for line in lines:
        said.append(line)
        if found := _LISTENS.search(line):
            return found[1]
    raise AssertionError("code-server ended:\n" + "".join(said))


def _end(server: subprocess.Popen[str]) -> None:
    os.killpg(server.pid, signal.SIGTERM)
    try:
        server.communicate(timeout=20)
    except subprocess.TimeoutExpired:
        os.killpg(server.pid, signal.SIGKILL)
        server.communicate()


@contextmanager
def browsing() -> Iterator[Any]:
    """Start the browser; yield it."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=str(where("chromium")), args=_BROWSER)
        try:
            yield browser
        finally:
            browser.close()
