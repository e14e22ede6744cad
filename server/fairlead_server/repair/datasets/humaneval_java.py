"""HumanEval-Java: programs in Java, each with one fault, from a user's checkout.

Jiang et al., "Impact of Code Language Models on Automated Program Repair", 2023. It comes as
``humaneval-java``, a project with the packages ``humaneval.buggy`` and ``humaneval.correct``.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path

from fairlead_server.errors import UserError
from fairlead_server.repair.batch.bug import Bug, Commands
from fairlead_server.repair.datasets import java
from fairlead_server.repair.datasets.checkouts import copy, digest, folder_of, known, read
from fairlead_server.repair.datasets.differing import places
from fairlead_server.repair.datasets.eclipse import describe

_NAME = "humaneval-java"
_MAIN, _TESTS = "src/main/java/humaneval", "src/test/java/humaneval"
_WRONG, _RIGHT = f"{_MAIN}/buggy", f"{_MAIN}/correct"
_TEST = _TESTS + "/TEST_{}.java"
_CLASSES = "target/classes"
_EACH = 10
"""Seconds that one test may take."""


class HumanEvalJava:
    """The programs of a checkout that have tests and a version that is right."""

    def __init__(self, path: str) -> None:
        """Look at the checkout. Raises `UserError` where it is something else."""
        folder = folder_of(path, _NAME)
        inside = folder / _NAME
        self._root = inside if (inside / _WRONG).is_dir() else folder
        if not self._programs:
            packed = list(folder.glob("**/humaneval-java.tar.gz"))
            way_out = f"unpack {packed[0]} first" if packed else f"it has no folder {_WRONG}"
            raise UserError(f"{path}: is not a checkout of HumanEval-Java: {way_out}")

    @property
    def version(self) -> str:
        """A hash of the programs that are wrong and right."""
        return digest({n: "\0".join(map(read, self._pair(n))) for n in self._programs})

    @cached_property
    def _programs(self) -> tuple[str, ...]:
        names = sorted(path.stem for path in (self._root / _WRONG).glob("*.java"))
        return tuple(
            name
            for name in names
            if (self._root / _RIGHT / f"{name}.java").is_file()
            and (self._root / _TEST.format(name)).is_file()
        )

    def names(self) -> Sequence[str]:
        """Return the names of the programs."""
        return self._programs

    def checkout(self, name: str, folder: Path) -> Bug:
        """Copy the program and its tests, but not what is right. Raises `UserError`."""
        wrong, right = self._pair(known(name, self._programs, "this checkout of HumanEval-Java"))
        path = f"{_WRONG}/{wrong.name}"
        found = places(path, read(wrong), read(right), "java")
        if not found:
            raise UserError(f"{name}: the program does not differ from the one that is right")
        copy(self._root, folder, (path, _TEST.format(name)))
        facts = {"benchmark": "HumanEval-Java", "hunks": str(len(found))}
        return Bug(name, folder, "java", _commands(folder, name, path), found, facts)

    def _pair(self, name: str) -> tuple[Path, Path]:
        return self._root / _WRONG / f"{name}.java", self._root / _RIGHT / f"{name}.java"


def _commands(folder: Path, name: str, path: str) -> Commands:
    jdk, junit = java.find_jdk(), java.find_junit()
    copy(java.RUNNER.parent, folder, (java.RUNNER.name,))
    (folder / _CLASSES).mkdir(parents=True, exist_ok=True)
    describe(folder, _NAME, ["src/main/java", "src/test/java"], junit)
    test = _TEST.format(name)
    compiles = java.compiling(jdk, [path, test, java.RUNNER.name], _CLASSES, junit)
    tests = f"humaneval.TEST_{name}"
    runs = java.testing(jdk, [tests], java.joined(_CLASSES, junit), _EACH)
    covers = java.covering(jdk, _CLASSES, [tests], java.joined(_CLASSES, junit), _EACH)
    return Commands(
        f"{compiles} && {runs}",
        compiles,
        memory_mb=java.MEMORY_MB,
        coverage=f"{compiles} && {covers}",
    )
