"""jedi as a completion engine, in a child process."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from typing import TypeVar

from fairlead_monitors.engine import (
    Declaration,
    Diagnostics,
    Kind,
    Names,
    Signatures,
    Source,
    Unknowing,
)
from fairlead_server.analysis import wire
from fairlead_server.analysis.child import Answer, Child, answered
from fairlead_server.errors import NoInterpreter

T = TypeVar("T")

_SILENT = "the analysis process does not answer"
_ENVIRONMENTS = (".venv", "venv")
# Not `-m`: it would import from the current folder, the user's, before anything else.
_LAUNCH = (
    "import sys; sys.path[:] = filter(None, sys.path)\n"
    "from fairlead_server.analysis.jedi_worker import main; main()"
)


class JediEngine(Unknowing):
    """Answers with what jedi infers.

    The packages that jedi sees are those of `interpreter`, else of the activated virtual
    environment, else of a ``.venv`` or ``venv`` in `project` if the project is `trusted` (its
    interpreter is run), else of fairlead's own environment.
    """

    name = "jedi"

    def __init__(
        self,
        project: str | None = None,
        interpreter: str | None = None,
        *,
        trusted: bool = False,
        limit: float = 30.0,
    ) -> None:
        """`limit` is how many seconds an analysis may take before the process is replaced.

        Raises `NoInterpreter` when there is no such interpreter.
        """
        command = [sys.executable, "-c", _LAUNCH]
        found = find_interpreter(project, interpreter, trusted=trusted)
        if found:
            command += ["--interpreter", found]
        if project:
            command += ["--project", project]
        self._child = Child(command, limit)

    @property
    def pid(self) -> int | None:
        """The id of the analysis process, None while there is none."""
        return self._child.pid

    def names(self, kind: Kind, source: Source, offset: int) -> Future[Names]:
        """Ask which names of `kind` may begin at `offset`."""
        if kind is Kind.CLASS:
            return super().names(kind, source, offset)
        return self._ask("names", source, _names, offset=offset, kind=kind.value)

    def types(self, source: Source, offset: int) -> Future[Names]:
        """Ask for the types of the expression that ends at `offset`."""
        return self._ask("types", source, _names, offset=offset)

    def signatures(self, source: Source, offset: int) -> Future[Signatures]:
        """Ask what may be passed to the call whose bracket is before `offset`."""
        return self._ask("signatures", source, _signatures, offset=offset)

    def diagnostics(self, source: Source) -> Future[Diagnostics]:
        """Ask what is wrong with `source`."""
        return self._ask("diagnostics", source, _diagnostics)

    def declarations(self, source: Source, offset: int) -> Future[tuple[Declaration, ...]]:
        """Ask how the project's names that are used near `offset` are declared."""
        return self._ask("declarations", source, _declarations, offset=offset)

    def _ask(
        self, ask: str, source: Source, read: Callable[[Answer | None], T], **more: object
    ) -> Future[T]:
        question = {"ask": ask, "path": source.path, "text": source.text, **more}
        return answered(self._child.ask(question), read)

    def warm(self, source: Source) -> None:
        """Start the process, and let it read `source`."""
        self._child.ask({"ask": "warm", "path": source.path, "text": source.text})

    def close(self) -> None:
        """End the process."""
        self._child.close()


def _names(answer: Answer | None) -> Names:
    if answer is None:
        return Names.unknown(JediEngine.name, _SILENT)
    return wire.names_from_json(answer, JediEngine.name)


def _signatures(answer: Answer | None) -> Signatures:
    if answer is None:
        return Signatures.unknown(JediEngine.name, _SILENT)
    return wire.signatures_from_json(answer, JediEngine.name)


def _diagnostics(answer: Answer | None) -> Diagnostics:
    if answer is None:
        return Diagnostics.unknown(JediEngine.name, _SILENT)
    return wire.diagnostics_from_json(answer, JediEngine.name)


def _declarations(answer: Answer | None) -> tuple[Declaration, ...]:
    return wire.declarations_from_json(answer) if answer else ()


def find_interpreter(project: str | None, stated: str | None, *, trusted: bool) -> str | None:
    """Return the Python whose packages analysis is to see, None for fairlead's own.

    Raises `NoInterpreter` when there is none where one is stated to be.
    """
    if stated:
        found = shutil.which(stated) or _python_in(Path(stated))
        if not found:
            raise NoInterpreter(f"{stated}: no Python interpreter there; name one with --python")
        return found
    if active := os.environ.get("VIRTUAL_ENV"):
        if Path(active).resolve() == Path(sys.prefix).resolve():
            return None
        return _python_in(Path(active))
    if project and trusted:
        folders = (Path(project) / name for name in _ENVIRONMENTS)
        return next((found for f in folders if (found := _python_in(f))), None)
    return None


def _python_in(environment: Path) -> str | None:
    places = (environment / "bin" / "python", environment / "Scripts" / "python.exe")
    return next((str(place) for place in places if place.exists()), None)
