"""The Java compiler of a JDK as an engine that only tells what is wrong with a text.

It lists no names, so it has no part in guidance: an independent judge. It reads the sources of the
project, runs nothing of it (no annotation processors, no build files), and writes nothing.
"""

from __future__ import annotations

import os
import shutil
from concurrent.futures import Future
from itertools import islice
from pathlib import Path
from typing import Any

from fairlead_monitors.engine import Completeness, Diagnostic, Diagnostics, Source, Unknowing
from fairlead_monitors.java.header import header_of
from fairlead_server.analysis.child import Answer, Child, answered
from fairlead_server.errors import UserError

_PROGRAM = Path(__file__).with_name("JavacDiagnostics.java")
_REMEDY = "install a JDK of 17 or later, and put its folder bin on the PATH"
_READ = 1 << 14
_MOST = 20_000
"""Folders of a project that are looked at."""


class JavacEngine(Unknowing):
    """Compiles texts in one process, which starts with the first question."""

    name = "javac"

    def __init__(
        self,
        project: str | None = None,
        interpreter: str | None = None,
        *,
        trusted: bool = False,
        limit: float = 60.0,
    ) -> None:
        """`limit` is how many seconds an answer may take."""
        self._project = os.path.abspath(project) if project else None
        self._limit = limit
        self._folders: list[str] | None = None
        self._child: Child | None = None

    def locate(self) -> str:
        """Return the program that runs Java where there is a JDK. Raises `UserError`."""
        java = shutil.which("java")
        if java is None or shutil.which("javac") is None:
            raise UserError(f"{self.name}: there is no JDK; {_REMEDY}")
        return java

    def diagnostics(self, source: Source) -> Future[Diagnostics]:
        """Compile `source` with the sources of the project."""
        try:
            java = self.locate()
        except UserError as error:
            unknown: Future[Diagnostics] = Future()
            unknown.set_result(Diagnostics.unknown(self.name, str(error)))
            return unknown
        self._child = self._child or Child(
            (java, "-XX:+UseSerialGC", "-Xmx1G", str(_PROGRAM)), self._limit
        )
        path = Path(os.path.abspath(os.path.join(self._project or "", source.path)))
        request = {
            "folders": os.pathsep.join(self._sources(path)),
            "document": path.as_uri(),
            "text": source.text,
        }
        return answered(self._child.ask(request), lambda found: _read(found, source.text))

    def close(self) -> None:
        """End the process."""
        if self._child is not None:
            self._child.close()

    def _sources(self, path: Path) -> list[str]:
        """Return the folders that packages begin in: those of the document come first."""
        if self._folders is None:
            self._folders = source_folders(self._project) if self._project else []
        own = str(path.parent)
        below = [folder for folder in self._folders if path.is_relative_to(folder)]
        return list(dict.fromkeys((*below, *self._folders))) or [own]


def source_folders(project: str) -> list[str]:
    """Return the folders below `project` in which the packages of its Java files begin."""
    found: dict[str, None] = {}
    for folder, folders, files in islice(os.walk(project), _MOST):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        paths = (Path(folder, name) for name in sorted(files) if name.endswith(".java"))
        first = next((path for path in paths if path.is_file()), None)  # A pipe would never end.
        if first is not None:
            found.setdefault(_beginning(first))
    return list(found)


def _beginning(path: Path) -> str:
    """Return the folder in which the package of a file begins, its own if that says no more."""
    try:
        with path.open("rb") as file:
            package = header_of(file.read(_READ).decode(errors="replace")).package
    except OSError:
        package = ""
    words = tuple(package.split(".")) if package else ()
    parts = path.parent.parts
    if words and parts[-len(words) :] == words:
        return str(Path(*parts[: -len(words)]))
    return str(path.parent)


def _read(answer: Answer | None, text: str) -> Diagnostics:
    if answer is None:
        return Diagnostics.unknown(JavacEngine.name, "javac does not answer")
    if "failed" in answer:
        return Diagnostics.unknown(JavacEngine.name, f"javac failed: {answer['failed']}")
    found = tuple(_diagnostic(entry, text) for entry in answer["found"])
    return Diagnostics(found, Completeness.COMPLETE, JavacEngine.name)


def _diagnostic(entry: dict[str, Any], text: str) -> Diagnostic:
    start, end = (_characters(text, entry[key]) for key in ("start", "end"))
    return Diagnostic(start, max(start, end), entry["message"], 1, entry["code"])


def _characters(text: str, units: int) -> int:
    """Return the offset in characters of one in UTF-16 units; -1, which is none, is the start."""
    if text.isascii():
        return max(0, units)
    encoded = text.encode("utf-16-le", "surrogatepass")[: 2 * max(0, units)]
    return len(encoded.decode("utf-16-le", "surrogatepass"))
