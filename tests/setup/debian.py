"""Packages of Debian without installing them: as anybody, beside the system's own lists."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path

from tests.setup.errors import SetupError

_SYSTEM = Path("/etc/apt")


def sources(package: str, scratch: Path) -> Path:
    """Download the source package of `package` into `scratch`; return the original archive."""
    _get("deb-src", scratch, ["source", "--download-only", package])
    archives = list(scratch.glob(f"{package}_*.orig.tar.*"))
    if not archives:
        raise SetupError(f"apt-get cannot download the sources of {package}")
    return archives[0]


def unpack(packages: Sequence[str], scratch: Path, folder: Path) -> None:
    """Unpack `packages` under `folder`, with all they need that this system lacks."""
    install = ["install", "--yes", "--download-only", "--no-install-recommends", "--reinstall"]
    _get("deb", scratch, [*install, *packages])
    archives = list((scratch / "cache" / "archives").glob("*.deb"))
    lacking = [p for p in packages if not any(a.name.startswith(f"{p}_") for a in archives)]
    if lacking or shutil.which("dpkg") is None:
        raise SetupError(f"apt-get cannot download {', '.join(lacking) or 'packages for dpkg'}")
    for archive in archives:
        _extract(archive, folder)


def _extract(archive: Path, folder: Path) -> None:
    """Unpack one package. Raises `SetupError`: a download may be cut short, a disk be full."""
    done = subprocess.run(
        ["dpkg", "--extract", archive, folder],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
    )
    if done.returncode != 0:
        said = done.stderr.splitlines()[-3:]
        way_out = "see that the disk has room, and try again: it is then downloaded anew"
        raise SetupError(f"dpkg cannot unpack {archive.name}", *said, way_out)


def _get(kind: str, scratch: Path, arguments: Sequence[str]) -> None:
    """Run apt-get with lists of its own, of packages of `kind`."""
    if shutil.which("apt-get") is None:
        raise SetupError("needs apt-get")
    for name in ("lists/partial", "cache/archives/partial", "parts"):
        (scratch / name).mkdir(parents=True)
    for number, (ending, text) in enumerate(_origins(kind)):
        (scratch / "parts" / f"{number}{ending}").write_text(text, encoding="utf-8")
    options = {
        "Dir::Etc::SourceList": "/dev/null",
        "Dir::Etc::SourceParts": scratch / "parts",
        "Dir::State::Lists": scratch / "lists",
        "Dir::Cache": scratch / "cache",
        # Nothing of the system's is written, and only root may lock it.
        "Debug::NoLocking": "true",
    }
    apt = ["apt-get", "-qq", *(f"-o{key}={value}" for key, value in options.items())]
    for command in (["update"], arguments):
        subprocess.run(
            [*apt, *command],
            cwd=scratch,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            check=False,  # Some archive being unreachable is no failure; callers look at what came.
        )


def _origins(kind: str) -> Iterator[tuple[str, str]]:
    """Return where the system gets its packages, as places to get those of `kind` from."""
    for path in sorted(_SYSTEM.glob("sources.list.d/*.sources")):
        yield ".sources", re.sub(r"(?m)^Types:.*", f"Types: {kind}", path.read_text("utf-8"))
    for path in [_SYSTEM / "sources.list", *sorted(_SYSTEM.glob("sources.list.d/*.list"))]:
        if path.is_file():
            yield ".list", re.sub(r"(?m)^deb ", f"{kind} ", path.read_text("utf-8"))
