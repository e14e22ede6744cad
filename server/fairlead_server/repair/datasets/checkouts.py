"""Checkouts of benchmarks: folders that a user has got, and what is taken from them."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path

from fairlead_server.errors import UserError


def folder_of(path: str, dataset: str) -> Path:
    """Return the folder `path`. Raises `UserError` where it is none."""
    if not path:
        raise UserError(f"--dataset {dataset} takes the folder of a checkout: {dataset}:PATH")
    folder = Path(path).expanduser().absolute()
    if not folder.is_dir():
        raise UserError(f"{path}: is not a folder; --dataset {dataset}:PATH takes a checkout")
    return folder


def copy(source: Path, target: Path, names: Iterable[str]) -> None:
    """Copy the files `names`, relative paths, those that there are."""
    for name in names:
        if (source / name).is_file():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source / name, target / name)


def read(path: Path) -> str:
    """Return the text of a source file. Raises `UserError` where that cannot be had."""
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        raise UserError(f"{path}: cannot be read: {error.strerror}") from None


def digest(contents: Mapping[str, str]) -> str:
    """Return a hash of texts and their names."""
    made = hashlib.sha256()
    for name in sorted(contents):
        text = contents[name].encode("utf-8", errors="surrogateescape")
        made.update(f"{name}\0{len(text)}\0".encode())
        made.update(text)
    return made.hexdigest()[:16]


def known(name: str, names: Iterable[str], dataset: str) -> str:
    """Return `name`. Raises `UserError` where it is none of `names`."""
    if name not in names:
        raise UserError(f"{dataset} has no bug {name!r}")
    return name
