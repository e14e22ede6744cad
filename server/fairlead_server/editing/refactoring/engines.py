"""jedi and rope, set up so that they read what they are told, run nothing and write nothing."""

from __future__ import annotations

import logging
import os
import warnings
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import jedi
import rope.base.exceptions
from jedi.api.exceptions import RefactoringError
from jedi.inference import references
from rope.base.fscommands import FileSystemCommands
from rope.base.prefs import Prefs
from rope.base.project import Project
from rope.base.resources import File

from fairlead_server.editing.refactoring.job import Job, Refused, Word
from fairlead_server.editing.refactoring.target import Meaning
from fairlead_server.editing.texts import plain

log = logging.getLogger(__name__)

T = TypeVar("T")

_FILES = 5000
"""How many files jedi may look through for a name; the default leaves references out."""


def script(job: Job, text: str | None = None) -> Any:
    """Return jedi's view of the document, or of another `text` in its place."""
    references._OPENED_FILE_LIMIT = references._PARSED_FILE_LIMIT = _FILES
    folder = job.project or os.path.dirname(job.path)
    environment = None
    if job.interpreter:
        environment = jedi.create_environment(job.interpreter, safe=False)
    return jedi.Script(
        job.text if text is None else text,
        path=job.path,
        project=jedi.Project(folder, load_unsafe_extensions=False),
        environment=environment,
    )


class _Overlay(FileSystemCommands):  # type: ignore[misc]
    """The files on disk, but for one whose text is given, and those that count as empty.

    Nothing is written.
    """

    def __init__(self, path: str, text: str, empty: Collection[str]) -> None:
        super().__init__()
        self._path, self._data = os.path.realpath(path), text.encode()
        self._empty = {os.path.realpath(one) for one in empty}

    def read(self, path: str) -> bytes:
        """Return what is in a file."""
        if os.path.realpath(path) == self._path:
            return self._data
        if os.path.realpath(path) in self._empty:
            return b""
        return Path(path).read_bytes()


class _Project(Project):  # type: ignore[misc]
    """A project whose own settings do not count: they may name code to be run."""

    def _init_prefs(self, prefs: Mapping[str, Any]) -> None:
        self.prefs = Prefs()
        self.prefs.add_callback("ignored_resources", self.ignored.set_patterns)
        self.ignored.set_patterns(self.prefs.ignored_resources)
        for key, value in prefs.items():
            self.prefs.set(key, value)
        self._init_other_parts()


_UNKNOWN_FOLDER = "rope does not see the file"


@contextmanager
def rope_file(
    job: Job, text: str | None = None, unread: Collection[str] = ()
) -> Iterator[tuple[Project, File]]:
    """Yield a project and the document in it, which has another `text` if one is given.

    The files `unread` count as empty. Raises `Refused` when the document is not in the project's
    folder.
    """
    shown = job.text if text is None else text
    folder = os.path.realpath(job.project or os.path.dirname(job.path))
    path = os.path.realpath(job.path)
    if not os.path.isdir(folder) or not Path(path).is_relative_to(folder):
        raise Refused(_UNKNOWN_FOLDER)
    with warnings.catch_warnings():
        # It warns of its own parts.
        warnings.simplefilter("ignore")
        project = _Project(
            folder,
            fscommands=_Overlay(path, shown, unread),
            ropefolder=None,
            save_objectdb=False,
            save_history=False,
            automatic_soa=False,
            extension_modules=[],
        )
        yield project, project.get_file(Path(path).relative_to(folder).as_posix())


def attempt(work: Callable[[], T], reasons: list[str]) -> T | None:
    """Return what `work` returns, None when it refuses; its reason is added to `reasons`.

    Engines fail in many ways on code that they do not understand; that is a refusal as well.
    """
    try:
        return work()
    except (Refused, RefactoringError, rope.base.exceptions.RopeError) as error:
        reasons.append(str(error).strip().splitlines()[0] if str(error).strip() else "no reason")
    except Exception as error:
        log.warning("a refactoring engine failed: %s: %s", type(error).__name__, error)
        reasons.append(f"the engine failed on this code ({type(error).__name__})")
    return None


def in_file(job: Job) -> Meaning:
    """Return what jedi says of names, in this file alone."""
    view = script(job)

    def meaning(word: Word) -> set[tuple[int, int]]:
        found = view.get_references(word.line, word.column, scope="file")
        return {(name.line, name.column) for name in found if name.line is not None}

    return meaning


def changed_files(changes: Any, job: Job) -> dict[str, str]:
    """Return the new texts that rope's `changes` make, by path."""
    found: dict[str, str] = {}
    for change in changes.changes:
        if not hasattr(change, "new_contents"):
            raise Refused("files would have to be moved or made")
        path = change.resource.real_path
        same = os.path.realpath(path) == os.path.realpath(job.path)
        found[job.path if same else path] = plain(change.new_contents)
    return found
