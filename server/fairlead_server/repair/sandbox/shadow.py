"""A copy of a project on which commands run, put right again after each."""

from __future__ import annotations

import contextlib
import os
import shutil
import stat
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
        self._modes: dict[str, int] = {}
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
        if self._copy.is_symlink():
            self._copy.unlink()
        self._copy.mkdir(exist_ok=True)
        found = self._clear()
        for name, mode in self._modes.items():
            (self._copy / name).mkdir(exist_ok=True)
            (self._copy / name).chmod(mode)
        for name in self._stamps.keys() - found:
            self._copy_file(name)
        _remove_tree(self._scratch)
        self._scratch.mkdir(exist_ok=True)

    def close(self) -> None:
        """Remove the copy."""
        _remove_tree(self._folder)

    def _clear(self) -> set[str]:
        """Remove what is new or changed in the copy; return the files that are as they were."""
        found = set()
        _open(self._copy)
        for here, folders, files in os.walk(self._copy, topdown=False):
            for name in (*folders, *files):
                path = os.path.join(here, name)
                relative = os.path.relpath(path, self._copy)
                if os.path.isdir(path) and not os.path.islink(path):
                    if relative not in self._modes:
                        os.rmdir(path)
                elif self._stamps.get(relative) == _stamp(path):
                    found.add(relative)
                else:
                    os.unlink(path)
        return found

    def _make(self) -> None:
        total = 0
        for folder, names in _folders(self.project, self._kept):
            place = self._copy / folder
            place.mkdir()
            self._modes[folder] = stat.S_IMODE(place.stat().st_mode)
            for name in names:
                total += (self.project / name).lstat().st_size
                if total > LARGEST:
                    raise UserError(
                        f"{self.project}: over {LARGEST >> 30} GB, which is too much to copy for "
                        "each repair; name a smaller folder with --project"
                    )
                self._copy_file(name)

    def _copy_file(self, name: str) -> None:
        source, place = self.project / name, self._copy / name
        with contextlib.suppress(FileNotFoundError):  # Gone while it was looked for.
            shutil.copy2(source, place, follow_symlinks=False)
            self._stamps[name] = _stamp(place)


def _folders(root: Path, kept: list[str]) -> Iterator[tuple[str, list[str]]]:
    """Yield the folders below `root` and their files, links included, by relative paths.

    A folder comes before those in it, `root` as ``.``. What is not the project's own source is left
    out, and added to `kept`.
    """
    for folder, folders, files in os.walk(root):
        here = Path(folder).relative_to(root)
        for name in list(folders):
            path = Path(folder) / name
            is_kept = name in _KEPT or os.path.isfile(path / "pyvenv.cfg")
            if is_kept:
                kept.append(str(here / name))
            elif path.is_symlink():
                files.append(name)
            if is_kept or name in _LEFT_OUT or path.is_symlink():
                folders.remove(name)
        yield str(here), [str(here / name) for name in files if _is_regular(Path(folder) / name)]


def _is_regular(path: Path) -> bool:
    return path.is_symlink() or path.is_file()


def _open(folder: Path) -> None:
    """Let its owner into `folder` and all that are in it, whatever a program has forbidden."""
    folder.chmod(0o700)
    for here, folders, _ in os.walk(folder):
        for name in folders:
            path = os.path.join(here, name)
            if not os.path.islink(path):
                os.chmod(path, 0o700)


def _remove_tree(folder: Path) -> None:
    with contextlib.suppress(OSError):
        folder.unlink() if folder.is_symlink() else _open(folder)
    shutil.rmtree(folder, ignore_errors=True)


def _stamp(path: str | Path) -> _Stamp:
    # The time of the last change can be set by nobody, unlike that of the content.
    found = os.lstat(path)
    return found.st_ctime_ns, found.st_size, found.st_ino
