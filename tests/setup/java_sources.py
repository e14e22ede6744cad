"""Real Java code for tests: Commons Lang, which needs nothing but Java, from Debian's sources."""

from __future__ import annotations

import re
import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from tests.setup.errors import SetupError

FOLDER = Path(__file__).parents[2] / ".components" / "java-sources"
PACKAGE = "libcommons-lang3-java"
_ROOT = "src/main/java/"
_SYSTEM = Path("/etc/apt")


def find() -> Path | None:
    """Return the folder that holds the package ``org``, if it is there."""
    return FOLDER if (FOLDER / "org").is_dir() else None


def obtain() -> None:
    """Download the source package with apt-get, beside the system's own lists, and unpack it."""
    if shutil.which("apt-get") is None:
        raise SetupError(f"needs apt-get to download the sources of {PACKAGE}")
    FOLDER.parent.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=FOLDER.parent) as scratch:
        folder = Path(scratch)
        _download(folder)
        archives = list(folder.glob(f"{PACKAGE}_*.orig.tar.*"))
        if not archives:
            raise SetupError(f"apt-get cannot download the sources of {PACKAGE}")
        _extract(archives[0], folder / "sources")
        shutil.rmtree(FOLDER, ignore_errors=True)
        (folder / "sources").rename(FOLDER)


def _download(folder: Path) -> None:
    for name in ("lists/partial", "cache/archives/partial", "parts"):
        (folder / name).mkdir(parents=True)
    for number, (ending, text) in enumerate(_origins()):
        (folder / "parts" / f"{number}{ending}").write_text(text, encoding="utf-8")
    options = {
        "Dir::Etc::SourceList": "/dev/null",
        "Dir::Etc::SourceParts": folder / "parts",
        "Dir::State::Lists": folder / "lists",
        "Dir::Cache": folder / "cache",
    }
    apt = ["apt-get", "-qq", *(f"-o{key}={value}" for key, value in options.items())]
    for command in (["update"], ["source", "--download-only", PACKAGE]):
        subprocess.run(
            [*apt, *command],
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            check=False,  # Some archive being unreachable is no failure; `obtain` looks at it.
        )


def _origins() -> Iterator[tuple[str, str]]:
    """Return where the system gets its packages, as places to get their sources from."""
    for path in sorted(_SYSTEM.glob("sources.list.d/*.sources")):
        yield ".sources", re.sub(r"(?m)^Types:.*", "Types: deb-src", path.read_text("utf-8"))
    for path in [_SYSTEM / "sources.list", *sorted(_SYSTEM.glob("sources.list.d/*.list"))]:
        if path.is_file():
            yield ".list", re.sub(r"(?m)^deb ", "deb-src ", path.read_text("utf-8"))


def _extract(archive: Path, folder: Path) -> None:
    with tarfile.open(archive) as source:
        for member in source:
            _, inside, name = member.name.partition(f"/{_ROOT}")
            content = source.extractfile(member) if inside else None
            if content is not None and ".." not in PurePosixPath(name).parts:
                path = folder / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content.read())
