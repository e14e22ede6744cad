"""A copy of a project on which commands run, put right again after each."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import TracebackType

from fairlead_server.errors import UserError
from fairlead_server.repair.sandbox.run import Box

_KEPT = frozenset({".git", ".hg", ".svn", "node_modules", ".tox", ".nox", ".venv", "venv"})
_LEFT_OUT = frozenset({"__pycache__", ".mypy_cache", ".ruff_cache", ".pytest_cache", ".coverage"})
LARGEST = 2 << 30
"""Bytes; a larger project is not copied."""

_Stamp = tuple[int, int, int]


class Shadow:
    """A copy of `project`. What is large and not the project's own source is only referred to.

    Not for several threads at once.
    """

    def __init__(self, project: str | Path) -> None:
        """Copy. Raises `UserError` when that is not possible."""
        self.project = Path(os.path.realpath(project))
        self._folder = Path(os.path.realpath(tempfile.mkdtemp(prefix="fairlead-repair-")))
        self._copy, self._scratch = self._folder / "project", self._folder / "tmp"
        self._kept: list[str] = []
        self._stamps: dict[str, _Stamp] = {}
        try:
            self._scratch.mkdir()
            self._make()
        except BaseException as error:
            self.close()
            if isinstance(error, OSError):
                raise UserError(f"{project}: cannot be copied: {error.strerror}") from None
            raise

    def __enter__(self) -> Shadow:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def box(self, folder: str = ".") -> Box:
        """Return where commands run; they start in `folder`, relative to the project."""
        kept = tuple(self._kept)
        return Box(str(self.project), str(self._copy), str(self._scratch), kept, folder)

    @contextlib.contextmanager
    def changed(self, files: Mapping[str, str]) -> Iterator[None]:
        """Give the files with these paths these texts; afterwards, put everything right again.

        Raises `UserError` for a path outside the project.
        """
        try:
            for path, text in files.items():
                place = self._copy / self.relative(path)
                place.write_bytes(text.encode("utf-8", errors="surrogateescape"))
            yield
        finally:
            self.reset()

    def relative(self, path: str | Path) -> Path:
        """Return `path` relative to the project. Raises `UserError` if it is outside."""
        try:
            return Path(os.path.realpath(path)).relative_to(self.project)
        except ValueError:
            raise UserError(f"{path}: is not in the project {self.project}") from None

    def reset(self) -> None:
        """Undo whatever has been done to the copy."""
        found = set()
        for name in list(_files(self._copy, set(self._kept))):
            place = self._copy / name
            if name not in self._stamps:
                _remove(place)
            elif self._stamps[name] == _stamp(place):
                found.add(name)
        for name in self._stamps.keys() - found:
            self._copy_file(name)
        shutil.rmtree(self._scratch, ignore_errors=True)
        self._scratch.mkdir(exist_ok=True)

    def close(self) -> None:
        """Remove the copy."""
        shutil.rmtree(self._folder, ignore_errors=True)

    def _make(self) -> None:
        self._copy.mkdir()
        total = 0
        for name in _files(self.project, _KEPT, self._kept):
            total += (self.project / name).lstat().st_size
            if total > LARGEST:
                raise UserError(
                    f"{self.project}: over {LARGEST >> 30} GB, which is too much to copy for "
                    "each repair; name a smaller folder with --project"
                )
            self._copy_file(name)

    def _copy_file(self, name: str) -> None:
        source, place = self.project / name, self._copy / name
        if place.is_dir() and not place.is_symlink():
            shutil.rmtree(place)
        _remove(place)
        place.parent.mkdir(parents=True, exist_ok=True)
        with contextlib.suppress(FileNotFoundError):  # Gone while it was looked for.
            shutil.copy2(source, place, follow_symlinks=False)
            self._stamps[name] = _stamp(place)


def _files(
    root: Path, left: set[str] | frozenset[str], kept: list[str] | None = None
) -> Iterator[str]:
    """Yield the files below `root`, links included, by relative paths.

    Folders that are called as one of `left`, or whose path is in it, are left out, as are virtual
    environments; they are added to `kept`.
    """
    for folder, folders, files in os.walk(root):
        here = Path(folder).relative_to(root)
        for name in list(folders):
            path = Path(folder) / name
            is_left = name in left or str(here / name) in left or (path / "pyvenv.cfg").is_file()
            if is_left and kept is not None:
                kept.append(str(here / name))
            if path.is_symlink():
                files.append(name)
            if is_left or name in _LEFT_OUT or path.is_symlink():
                folders.remove(name)
        yield from (str(here / n) for n in files if _is_regular(Path(folder) / n))


def _is_regular(path: Path) -> bool:
    return path.is_symlink() or path.is_file()


def _remove(path: Path) -> None:
    with contextlib.suppress(FileNotFoundError):
        path.unlink()


def _stamp(path: Path) -> _Stamp:
    found = path.lstat()
    return found.st_mtime_ns, found.st_size, found.st_ino
