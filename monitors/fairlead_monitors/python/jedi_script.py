"""A place in a document as jedi is shown it, and the care that jedi needs.

jedi is not safe to call from two threads at once.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import jedi
import jedi.settings
import parso.cache

from fairlead_monitors.engine import Source

ENGINE = "jedi"

DEPTH = 3000
"""How many calls deep inference may nest."""

T = TypeVar("T")

_log = logging.getLogger(__name__)

# A cache entry may otherwise be dropped in the middle of an inference, which then fails.
parso.cache._CACHED_SIZE_TRIGGER = sys.maxsize
jedi.settings.auto_import_modules = []
jedi.settings.dynamic_params = False


@dataclass(frozen=True)
class Place:
    """An offset in a document, and the packages that the document sees.

    `environment` is a jedi environment; `is_stated` says that it was chosen for the document, and
    is not just the one that runs.
    """

    path: str
    text: str
    offset: int
    environment: Any
    project: str | None = None
    is_stated: bool = False

    @property
    def probe(self) -> Path:
        """A path beside the document's, so that relative imports work, but not its own.

        jedi remembers a text by its path and shows it to other modules that import it.
        """
        place = Path(self.path).absolute()
        return place.with_name(f"__probe_{place.stem}__.py")

    @property
    def short_probe(self) -> Path:
        """A path beside the document's for other texts than the document's."""
        return self.probe.with_name("__probe__.py")

    def script(self, text: str, *, short: bool = False) -> Any:
        """Return jedi's view of `text` in the place of the document.

        `short` says that it is another text than the document's; jedi parses those that it has
        seen under one path by their differences.
        """
        path = self.short_probe if short else self.probe
        # Never jedi's own idea of the project: it reads settings from the project's folder.
        # The folder that an editor has open need not be the one that modules are imported from.
        root = project_root(path, self.environment.get_sys_path())
        home = jedi.Project(self.project or root, added_sys_path=[str(root)])
        return jedi.Script(text, path=path, environment=self.environment, project=home)


def ask(
    question: Callable[[Place], T],
    unknown: Callable[[str, str], T],
    source: Source,
    offset: int,
    *,
    environment: Any = None,
    project: str | None = None,
) -> T:
    """Answer `question` about a place, or with `unknown` of the engine and a reason.

    Without an `environment`, it is that of the running interpreter.
    """
    is_stated = environment is not None
    environment = environment or jedi.InterpreterEnvironment()
    place = Place(source.path, source.text, offset, environment, project, is_stated)
    try:
        with recursion_limit(DEPTH):
            return question(place)
    except Exception as error:
        # jedi raises whatever it stumbles on.
        _log.debug("jedi failed", exc_info=True)
        forget(place)
        return unknown(ENGINE, f"jedi failed with {type(error).__name__}")


def forget(place: Place) -> None:
    """Drop what is cached of the texts shown for `place`: not to be trusted after a failure."""
    for modules in parso.cache.parser_cache.values():
        modules.pop(place.probe, None)
        modules.pop(place.short_probe, None)


@contextmanager
def recursion_limit(limit: int) -> Iterator[None]:
    """Let inference nest up to `limit` calls deep."""
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(max(limit, before))
    try:
        yield
    finally:
        sys.setrecursionlimit(before)


def project_root(path: Path, sys_path: Sequence[str]) -> Path:
    """Return the folder from which the modules around `path` are imported."""
    entries = [Path(entry) for entry in sys_path if entry]
    holding = [entry for entry in entries if entry in path.parents]
    if holding:
        return max(holding, key=lambda entry: len(entry.parts))
    folder = path.parent
    while (folder / "__init__.py").is_file() and folder.parent != folder:
        folder = folder.parent
    return folder
