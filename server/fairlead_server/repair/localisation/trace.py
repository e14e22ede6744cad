"""The trace of a failing test, of Python or Java: from where it failed to where it began."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from itertools import groupby
from pathlib import Path

from fairlead_server.repair.localisation.suspect import Suspect

_PYTHON = re.compile(r'^\s*File "(?P<path>[^"]+)", line (?P<line>\d+)', re.MULTILINE)
_PYTEST = re.compile(r"^(?P<path>[^\s:]+\.py):(?P<line>\d+):(?: |$)", re.MULTILINE)
_JAVA = re.compile(
    r"^\s*(?:\[\w+\]\s*)?at (?:[\w.\-@]*/)*(?P<name>[\w.$]+)\.[\w$<>]+"
    r"\((?P<file>[\w$]+\.java):(?P<line>\d+)\)"
)
_MORE = re.compile(r"^\s*(?:\[\w+\]\s*)?(?:\.\.\. \d+ (?:more|trimmed)|Caused by: )")
_CAUSE = "Caused by: "
_TEST_NAME = re.compile(
    r"^test_|_test\.py$|^tests?\.py$|^conftest\.py$|(?:Tests?|TestCase|_TEST)\.java$|^Test\w*\.java$"
)
_TEST_FOLDER = re.compile(r"(?:^|_)test(?:s|ing|cases?)?$", re.IGNORECASE)
_Frame = tuple[str, int]


def suspects(output: str, project: Path, shadow: str | None = None) -> list[Suspect]:
    """Return the lines of `project` in the traces of `output`, where it failed first.

    Tests themselves come last. Paths in `shadow`, a copy, stand for those in the project.
    """
    found = dict.fromkeys(_frames(output, project, {shadow: str(project)} if shadow else {}))
    ordered = sorted(found, key=lambda frame: is_test(frame[0], project))
    return [
        Suspect(path, line, 1 / place, "in the trace of the failing test")
        for place, (path, line) in enumerate(ordered, 1)
    ]


def is_test(path: str, project: Path) -> bool:
    """Tell whether the file is one of tests, by its name or a folder's."""
    inside = Path(os.path.relpath(path, project))
    in_folder = any(_TEST_FOLDER.search(part) for part in inside.parts[:-1])
    return in_folder or bool(_TEST_NAME.search(inside.name))


def _frames(output: str, project: Path, moved: Mapping[str, str]) -> Iterator[_Frame]:
    """Yield the places in the project, the innermost of each trace first."""
    root = str(project)
    for path, line in (*reversed(_python(output)), *_java(output, project)):
        for old, new in moved.items():
            path = new + path[len(old) :] if path.startswith(old) else path
        path = os.path.normpath(os.path.join(root, path))
        if path.startswith(os.path.join(root, "")) and os.path.isfile(path):
            yield path, line


def _python(output: str) -> list[_Frame]:
    matches = [*_PYTHON.finditer(output), *_PYTEST.finditer(output)]
    matches.sort(key=lambda match: match.start())
    return [(match["path"], int(match["line"])) for match in matches]


def _java(output: str, project: Path) -> Iterator[_Frame]:
    traces = list(_java_traces(output))
    files = java_files(project) if traces else {}
    for match in (match for trace in traces for match in trace):
        folder = match["name"].rpartition(".")[0].replace(".", os.sep)
        inside = os.path.join(folder, match["file"])
        for path in files.get(match["file"], ()):
            if f"{os.sep}{path}".endswith(f"{os.sep}{inside}"):
                yield path, int(match["line"])


def _java_traces(output: str) -> Iterator[list[re.Match[str]]]:
    """Yield the frames of each trace, those of what caused it first."""
    lines = output.splitlines()
    for is_trace, block in groupby(lines, lambda line: bool(_JAVA.match(line) or _more(line))):
        if is_trace:
            parts: list[list[re.Match[str]]] = [[]]
            for line in block:
                if _CAUSE in line:
                    parts.append([])
                if found := _JAVA.match(line):
                    parts[-1].append(found)
            yield [match for part in reversed(parts) for match in part]


def _more(line: str) -> bool:
    # Frames of other forms, as of native code, are part of the trace.
    return bool(_MORE.match(line)) or line.lstrip().startswith("at ")


def java_files(project: Path) -> dict[str, list[str]]:
    """Return the Java files of the project, relative, by their names."""
    found: dict[str, list[str]] = {}
    for folder, folders, files in os.walk(project):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in files:
            if name.endswith(".java"):
                path = os.path.relpath(os.path.join(folder, name), project)
                found.setdefault(name, []).append(path)
    return found
