"""Small packages, as registries serve them, to build corpora of."""

from __future__ import annotations

import io
import tarfile
import zipfile
from collections.abc import Mapping
from pathlib import Path

from fairlead_server.hashing import sha256_of
from fairlead_server.training.catalogue import Language, Package, Registry, Role
from fairlead_server.training.download import Archive


def python_text(seed: str, functions: int = 8) -> str:
    """Return Python code in which hardly a line is that of another seed."""
    return "".join(
        f'def {seed}_{i}(first_{seed}, second):\n    """Return what {seed} number {i} is."""\n'
        f"    total_{seed} = first_{seed} + second * {i}\n"
        f"    return self.{seed}_value(total_{seed}, {i})\n\n\n"
        for i in range(functions)
    )


def java_text(seed: str, package: str = "org.example") -> str:
    """Return a Java class in which hardly a line is that of another seed."""
    methods = "".join(
        f"    public int {seed}Number{i}(int first{seed}) {{\n"
        f"        return this.{seed}Value(first{seed} + {i});\n    }}\n\n"
        for i in range(6)
    )
    return f"package {package};\n\npublic class {seed.title()} {{\n{methods}}}\n"


def wheel(path: Path, files: Mapping[str, str]) -> Path:
    """Write a wheel."""
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return path


def tarball(path: Path, files: Mapping[str, str]) -> Path:
    """Write a tarball with all files in one folder."""
    with tarfile.open(path, "w:xz") as archive:
        for name, text in files.items():
            entry = tarfile.TarInfo(f"upstream-1.0/{name}")
            data = text.encode()
            entry.size = len(data)
            archive.addfile(entry, io.BytesIO(data))
    return path


def archive(
    folder: Path,
    name: str,
    files: Mapping[str, str],
    *,
    language: Language = "python",
    role: Role = "training",
    megabytes: float | None = None,
) -> Archive:
    """Write an archive of the kind that goes with `language`, and describe it."""
    registry: Registry = "pypi" if language == "python" else "debian"
    write, suffix = (wheel, "-1.whl") if language == "python" else (tarball, "_1.orig.tar.xz")
    path = write(folder / f"{name}{suffix}", files)
    package = Package(name, "1", language, registry, role, "MIT", megabytes)
    return Archive(package, path, sha256_of(path))
