"""The modules that can be imported from folders, by their names on disk."""

from __future__ import annotations

import ast
import os
import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path

SUFFIXES = (".py", ".pyi", ".pyc", ".so", ".pyd")

# What setuptools writes for a project that is installed where its source lies.
_EDITABLE = re.compile(r"__editable___.*_finder\.py\Z")
_MAPPING = re.compile(r"^MAPPING\b[^=]*= *(\{.*\})", re.MULTILINE)


def top_modules(folders: Iterable[str]) -> frozenset[str]:
    """Return the names of the modules, packages and namespaces that lie in `folders`."""
    return frozenset(name for folder in folders for name in _in_folder(folder))


def modules_in(folder: str) -> Iterator[str]:
    """Yield what in `folder` can be imported by its name; folders need not be packages.

    What is no identifier cannot, such as folders with what is known of a distribution.
    """
    try:
        entries = list(os.scandir(folder))
    except OSError:
        return
    for entry in entries:
        name = entry.name.partition(".")[0]
        if name.isidentifier() and (entry.is_dir() or entry.name.endswith(SUFFIXES)):
            yield name


def _in_folder(folder: str) -> frozenset[str]:
    try:
        changed = os.stat(folder).st_mtime_ns
    except OSError:
        return frozenset()
    return _listed(folder, changed)


@lru_cache(maxsize=64)
def _listed(folder: str, changed: int) -> frozenset[str]:
    """Return what is in `folder`, which was last changed at `changed`."""
    names = frozenset(modules_in(folder))
    finders = (name for name in names if _EDITABLE.match(f"{name}.py"))
    return names.union(*(_mapped(Path(folder, f"{name}.py")) for name in finders))


def _mapped(finder: Path) -> Iterable[str]:
    try:
        found = _MAPPING.search(finder.read_text(encoding="utf-8"))
        return tuple(ast.literal_eval(found[1])) if found else ()
    except (OSError, ValueError, SyntaxError):
        return ()
