"""Getting packages with the ordinary clients: pip for wheels, apt-get for Debian's sources.

Both check what they get against the registry's signed or hashed index. apt-get is given lists and
sources of its own, so that neither the system's configuration nor its package lists change.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from fairlead_server.errors import UserError
from fairlead_server.hashing import sha256_of
from fairlead_server.training.catalogue import Package

_SYSTEM_SOURCES = Path("/etc/apt")
_TIMEOUT = 900.0


@dataclass(frozen=True)
class Archive:
    """A package as it was downloaded."""

    package: Package
    path: Path
    sha256: str


def fetch(package: Package, folder: Path) -> Archive:
    """Return the archive of `package`, from `folder` or else downloaded to it.

    Raises `UserError` when it cannot be had.
    """
    own = folder / package.registry / f"{package.name}-{package.version.replace(':', '_')}"
    if (found := _archive_in(own)) is None:
        part = own.with_name(f"{own.name}.part")
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir(parents=True)
        (_pip if package.registry == "pypi" else _apt)(package, part, folder)
        if (fetched := _archive_in(part)) is None:
            raise UserError(f"{package.name} {package.version} holds no source archive, in {part}")
        # What lies there lacks the archive, which a user may have deleted to get it again.
        shutil.rmtree(own, ignore_errors=True)
        part.rename(own)
        found = own / fetched.name
    return Archive(package, found, sha256_of(found))


def _archive_in(folder: Path) -> Path | None:
    if not folder.is_dir():
        return None
    names = sorted(path for path in folder.iterdir() if path.suffix == ".whl" or is_original(path))
    return names[0] if names else None


def is_original(path: Path) -> bool:
    """Tell whether a file of a Debian source package is the tarball that upstream released."""
    return ".orig.tar." in path.name and path.suffix != ".asc"


def _pip(package: Package, into: Path, _: Path) -> None:
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
    command += ["--disable-pip-version-check", "--only-binary", ":all:", "--dest", str(into)]
    _run(package, [*command, f"{package.name}=={package.version}"])


def _apt(package: Package, into: Path, folder: Path) -> None:
    apt = shutil.which("apt-get")
    if apt is None:
        raise UserError(
            f"{package.name} comes as a Debian source package, and there is no apt-get here: "
            "build the corpus on Debian or Ubuntu, or with --language python"
        )
    options = _private_apt(folder / "apt")
    if not any((folder / "apt" / "lists").glob("*_Sources*")):
        _run(package, [apt, *options, "update"])
    wanted = f"{package.name}={package.version}"
    # Only what upstream released: no patches, and no packaging.
    _run(package, [apt, *options, "source", "--tar-only", "-qq", wanted], into)


def _private_apt(folder: Path) -> list[str]:
    """Return the options that keep apt-get within `folder`, with the system's sources as sources.

    The system may list binary packages only: each list is taken for one of source packages.
    """
    for name in ("lists/partial", "cache/archives/partial", "sources"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    found = [_SYSTEM_SOURCES / "sources.list", *(_SYSTEM_SOURCES / "sources.list.d").glob("*.*")]
    for path in found:
        if path.suffix in (".list", ".sources") and path.is_file():
            (folder / "sources" / path.name).write_text(for_sources(path.read_text()))
    settings = {
        "Dir::State::Lists": folder / "lists",
        "Dir::Cache": folder / "cache",
        "Dir::Etc::sourcelist": "/dev/null",
        "Dir::Etc::sourceparts": folder / "sources",
        "APT::Sandbox::User": "",
    }
    return [part for key, value in settings.items() for part in ("-o", f"{key}={value}")]


def for_sources(text: str) -> str:
    """Turn a list of binary packages into one of source packages, in either format of apt."""
    lines = []
    for line in text.splitlines():
        if line.startswith("Types:"):
            line = "Types: deb-src"
        elif line.startswith("deb "):
            line = f"deb-src {line[4:]}"
        lines.append(line)
    return "".join(f"{line}\n" for line in lines)


def _run(package: Package, command: list[str], folder: Path | None = None) -> None:
    try:
        done = subprocess.run(
            command, cwd=folder, capture_output=True, text=True, timeout=_TIMEOUT, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise UserError(f"{package.name} cannot be downloaded: {error}") from error
    if done.returncode:
        said = (done.stderr or done.stdout).strip().splitlines() or [f"exit {done.returncode}"]
        raise UserError(f"{package.name} {package.version} cannot be downloaded: {said[-1]}")
