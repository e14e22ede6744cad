"""The imports of a project's files, read from disk as they change."""

from __future__ import annotations

import os
import stat
import threading
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from fairlead_server.context.privacy import is_ignored, is_secret
from fairlead_server.document import DocumentSnapshot
from fairlead_server.importing import FileImports, ProjectIndex, build_index, read_file
from fairlead_server.importing.declared import FILES, declared_modules

AGE = 20.0
"""Seconds for which the files are not looked at again."""

MOST, LARGEST, SECONDS = 4000, 200_000, 5.0
"""How many files are looked at, of how many bytes each, in how much time; others do not count."""

PROJECTS = 8
"""How many projects are remembered in each language, those that were last asked about."""

_SUFFIXES = {"python": (".py", ".pyi"), "java": (".java",)}
LANGUAGES = frozenset(_SUFFIXES)


@dataclass
class _Known:
    """What has been read of one project in one language."""

    index: ProjectIndex
    looked: float = float("-inf")
    files: dict[str, tuple[int, FileImports]] = field(default_factory=dict)


class ProjectImports:
    """Reads projects; may be used by several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: dict[tuple[str, str], _Known] = {}

    def index(self, project: str | None, document: DocumentSnapshot) -> ProjectIndex:
        """Return the imports of `project`, in the language of `document`, and of that itself."""
        root, language = project or "", document.language
        path = _relative(document.path, root)
        own = read_file(path, document.text, language)
        if not root:
            return build_index([own], language)
        with self._lock:
            known = self._of(root, language)
            return known.index if path in known.files else known.index.joined(own)

    def _of(self, root: str, language: str) -> _Known:
        """Return what is known of a project, after another look if the last one has aged."""
        key = root, language
        # Put last again, so that the first is the one to forget.
        known = self._known[key] = self._known.pop(key, _Known(build_index((), language)))
        if len(self._known) > PROJECTS * len(LANGUAGES):
            del self._known[next(iter(self._known))]
        begun = time.monotonic()
        if begun - known.looked > AGE:
            before, known.files = known.files, dict(_read(root, language, known.files))
            if _imports(before) != _imports(known.files):
                files = _imports(known.files)
                known.index = build_index(files.values(), language, own_modules(files))
            declared = _declared(Path(root)) if language == "python" else frozenset()
            if declared != known.index.declared:
                known.index = replace(known.index, declared=declared)
            # What changes from then on may not have been seen.
            known.looked = begun
        return known


def _declared(root: Path) -> frozenset[str]:
    paths = sorted(path for pattern in FILES for path in root.glob(pattern))
    return declared_modules(map(_beginning, paths))


def _beginning(path: Path) -> str:
    try:
        with path.open(encoding="utf-8", errors="replace") as file:
            return file.read(LARGEST)
    except OSError:
        return ""


def _imports(files: dict[str, tuple[int, FileImports]]) -> dict[str, FileImports]:
    return {path: imports for path, (_, imports) in files.items()}


def own_modules(paths: Iterable[str]) -> frozenset[str]:
    """Return the top-level modules among the files of a project, whose paths are relative."""
    tops = (parts[1:] if parts[0] == "src" else parts for parts in (Path(p).parts for p in paths))
    return frozenset(parts[0].removesuffix(".py") for parts in tops if parts)


def _read(
    root: str, language: str, known: dict[str, tuple[int, FileImports]]
) -> Iterator[tuple[str, tuple[int, FileImports]]]:
    """Yield the files by their relative paths; one that has not changed is not read again."""
    end = time.monotonic() + SECONDS
    for count, path in enumerate(_files(root, _SUFFIXES[language])):
        if count >= MOST or time.monotonic() > end:
            return
        relative = _relative(path, root)
        try:
            status = os.stat(path)
            if status.st_size > LARGEST or not stat.S_ISREG(status.st_mode):
                continue
            before = known.get(relative)
            if before is not None and before[0] == status.st_mtime_ns:
                yield relative, before
                continue
            text = Path(path).read_text(encoding="utf-8", errors="replace")
        except OSError:
            continue
        yield relative, (status.st_mtime_ns, read_file(relative, text, language))


def _files(root: str, suffixes: tuple[str, ...]) -> Iterator[str]:
    """Yield the source files below `root` that are neither hidden nor ignored, nor installed."""
    for folder, folders, files in os.walk(root):
        folders[:] = sorted(name for name in folders if _is_own(os.path.join(folder, name)))
        for name in sorted(files):
            path = os.path.join(folder, name)
            if name.endswith(suffixes) and not name.startswith(".") and not is_secret(path):
                yield path


def _is_own(folder: str) -> bool:
    name = os.path.basename(folder)
    if name.startswith((".", "__")) or name in ("node_modules", "site-packages"):
        return False
    # Asked about a file in the folder: some patterns are for folders alone.
    is_environment = os.path.exists(os.path.join(folder, "pyvenv.cfg"))
    return not is_environment and not is_ignored(os.path.join(folder, "_"))


def _relative(path: str, root: str) -> str:
    """Return `path` as it is called in the project, or its name alone if it is not in there."""
    inside = bool(root) and Path(path).is_relative_to(root)
    return os.path.relpath(path, root) if inside else os.path.basename(path)
