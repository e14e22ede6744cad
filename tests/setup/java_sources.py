"""Real Java code for tests: Commons Lang, which needs nothing but Java, from Debian's sources."""

from __future__ import annotations

import shutil
import tarfile
import tempfile
from pathlib import Path, PurePosixPath

from tests.setup import debian

FOLDER = Path(__file__).parents[2] / ".components" / "java-sources"
PACKAGE = "libcommons-lang3-java"
_ROOT = "src/main/java/"


def find() -> Path | None:
    """Return the folder that holds the package ``org``, if it is there."""
    return FOLDER if (FOLDER / "org").is_dir() else None


def obtain() -> None:
    """Download the source package with apt-get, beside the system's own lists, and unpack it."""
    FOLDER.parent.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=FOLDER.parent) as scratch:
        folder = Path(scratch)
        _extract(debian.sources(PACKAGE, folder), folder / "sources")
        shutil.rmtree(FOLDER, ignore_errors=True)
        (folder / "sources").rename(FOLDER)


def _extract(archive: Path, folder: Path) -> None:
    with tarfile.open(archive) as source:
        for member in source:
            _, inside, name = member.name.partition(f"/{_ROOT}")
            content = source.extractfile(member) if inside else None
            if content is not None and ".." not in PurePosixPath(name).parts:
                path = folder / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content.read())
