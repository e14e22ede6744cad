"""A cheap check of patches: one run of the compiler and one of the tests that the bug fails.

What `defects4j` itself does takes several times as long; it confirms what passes here.
"""

from __future__ import annotations

import logging
import os
import shlex
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from fairlead_server.errors import UserError
from fairlead_server.repair.batch.bug import Bug, Place
from fairlead_server.repair.batch.places import mended, texts_of
from fairlead_server.repair.datasets import java
from fairlead_server.repair.datasets.defects4j_home import Defects4J
from fairlead_server.repair.sandbox import Limits, Shadow
from fairlead_server.repair.testing import Bed

log = logging.getLogger(__name__)

_TIME_ZONE = "America/Los_Angeles"
"""Where Defects4J says that its tests run."""
_DIALECTS: tuple[tuple[str, ...], ...] = ((), ("--release", "8"), ("--release", "7"))
"""Versions of Java, in the order in which they are tried: old code may fail as new one."""
_ENCODINGS = ("UTF-8", "ISO-8859-1")
_PATIENCE = 300.0
_MOST_CLASSES = 30
"""Classes of tests that coverage is recorded of; some projects have thousands."""


@dataclass(frozen=True)
class Layout:
    """Where in a checkout what is: folders relative to it, and the class path of its tests."""

    sources: str
    tests: str
    classes: str
    class_path: str


@dataclass(frozen=True)
class Light:
    """Commands: one `compiles` what may change, one runs a `test` too, one records `coverage`."""

    compiles: str
    test: str
    coverage: str


def layout(defects4j: Defects4J, folder: Path) -> Layout:
    """Return the layout of what is checked out to `folder`. Raises `UserError`."""
    exported = _relative(defects4j.export("cp.test", folder), folder)
    # What runs the tests takes JUnit 4; old projects have JUnit 3.
    newer = [str(jar) for jar in sorted((defects4j.projects / "lib").glob("junit-4*.jar"))]
    return Layout(
        sources=defects4j.export("dir.src.classes", folder),
        tests=defects4j.export("dir.src.tests", folder),
        classes=defects4j.export("dir.bin.classes", folder),
        class_path=java.joined(*newer[-1:], exported),
    )


def light(
    known: Layout,
    folder: Path,
    places: Sequence[Place],
    triggers: Sequence[str],
    relevant: Sequence[str],
    seconds: int,
) -> Light | None:
    """Return cheap commands for what is checked out to `folder` and compiled.

    None where the files of `places` do not compile like that. Coverage is that of the classes of
    `triggers` and `relevant`, those of tests that fail and others.
    """
    try:
        jdk = java.find_jdk()
    except UserError as error:
        log.warning("no cheap check: %s", error)
        return None
    (folder / java.SCRATCH).mkdir(exist_ok=True)
    if not _runs(java.compiling(jdk, [str(java.RUNNER)], java.SCRATCH, known.class_path), folder):
        return None
    into = java.joined(known.classes, known.class_path)
    sources = list(dict.fromkeys(place.path for place in places))
    options = _options(jdk, folder, sources, into)
    if options is None:
        return None
    compiles = java.compiling(jdk, sources, known.classes, into, options)
    tests = java.testing(jdk, triggers, java.joined(java.SCRATCH, into), seconds)
    failing = [one.partition("::")[0] for one in triggers]
    told = list(dict.fromkeys((*failing, *relevant)))[:_MOST_CLASSES]
    covers = java.covering(jdk, known.classes, told, into, seconds)
    here = f"export TZ={_TIME_ZONE}"
    return Light(compiles, f"{compiles} && {here} && {tests}", f"{here} && {covers}")


def _options(
    jdk: java.Jdk, folder: Path, sources: Sequence[str], class_path: str
) -> tuple[str, ...] | None:
    """Return the compiler's options with which `sources` compile as they are."""
    encoding = _encoding(folder, sources)
    with tempfile.TemporaryDirectory() as elsewhere:
        for dialect in _DIALECTS:
            options = (*dialect, "-encoding", encoding)
            if _runs(java.compiling(jdk, sources, elsewhere, class_path, options), folder):
                return options
    return None


def tells(bug: Bug) -> bool:
    """Tell whether the tests of `bug` fail, and pass with what the developers wrote."""
    commands, fix = bug.commands, mended(texts_of(bug))
    limits = Limits(commands.seconds, int(commands.seconds) + 1, commands.memory_mb)
    with Shadow(bug.root) as shadow:
        bed = Bed(shadow, limits)
        if bed.run({}, commands.test).passed or fix is None:
            return False
        return bed.run(fix.files(), commands.test).passed


def _encoding(folder: Path, sources: Sequence[str]) -> str:
    try:
        for name in sources:
            (folder / name).read_text(encoding=_ENCODINGS[0])
    except (OSError, UnicodeDecodeError):
        return _ENCODINGS[1]
    return _ENCODINGS[0]


def _relative(class_path: str, folder: Path) -> str:
    """Return the class path with what is in `folder` relative to it."""
    root = os.path.realpath(folder)
    parts = (os.path.realpath(part) for part in class_path.split(os.pathsep) if part)
    inside = (
        os.path.relpath(part, root) if part.startswith(os.path.join(root, "")) else part
        for part in parts
    )
    return os.pathsep.join(inside)


def _runs(command: str, folder: Path) -> bool:
    try:
        done = subprocess.run(
            shlex.split(command),
            cwd=folder,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_PATIENCE,
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0
