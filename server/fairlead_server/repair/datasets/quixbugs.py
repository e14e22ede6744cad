"""QuixBugs: forty programs in Python and in Java, each with one fault, from a user's checkout.

Lin et al., "QuixBugs: A Multi-Lingual Program Repair Benchmark Set Based on the Quixey Challenge",
2017. The bugs are called ``python/gcd``, ``java/gcd`` and so on.
"""

from __future__ import annotations

import importlib.util
import shlex
import sys
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path

from fairlead_server.errors import UserError
from fairlead_server.repair.batch.bug import Bug, Commands
from fairlead_server.repair.datasets import java
from fairlead_server.repair.datasets.checkouts import copy, digest, folder_of, known, read
from fairlead_server.repair.datasets.differing import places
from fairlead_server.repair.datasets.eclipse import describe

_NAME = "quixbugs"
_EACH = 10
"""Seconds that one test may take: some of the programs go on for ever."""
_ALL = 60.0
_CLASSES = "classes"

_PLUGIN = Path(__file__).with_name("pytest_time_limit.py")
_PROGRAMS = {"python": "python_programs", "java": "java_programs"}
_SUFFIXES = {"python": ".py", "java": ".java"}
_TESTS = {"python": "python_testcases/test_{}.py", "java": "java_testcases/junit/{}_TEST.java"}
_SHARED = {
    "python": (
        "conftest.py",
        "node.py",
        "python_programs/node.py",
        "python_testcases/node.py",
        "python_testcases/load_testdata.py",
    ),
    "java": (
        "java_programs/Node.java",
        "java_programs/WeightedEdge.java",
        "java_testcases/junit/QuixFixOracleHelper.java",
    ),
}


class QuixBugs:
    """The programs of a checkout that have tests and a version that is right."""

    def __init__(self, path: str) -> None:
        """Look at the checkout. Raises `UserError` where it is something else."""
        self._root = folder_of(path, _NAME)
        if not self._files:
            raise UserError(
                f"{path}: is not a checkout of QuixBugs, in which there are python_programs, "
                "python_testcases and correct_python_programs, or the same for Java"
            )

    @property
    def version(self) -> str:
        """A hash of the programs that are wrong and right."""
        return digest({n: "\0".join(map(read, self._pair(n))) for n in self._files})

    @cached_property
    def _files(self) -> dict[str, str]:
        """The file of each bug."""
        found: dict[str, str] = {}
        for language in ("python", "java"):
            for path in sorted((self._root / _PROGRAMS[language]).glob(f"*{_SUFFIXES[language]}")):
                test = self._root / _TESTS[language].format(path.stem)
                right = self._root / f"correct_{_PROGRAMS[language]}" / path.name
                if test.is_file() and right.is_file():
                    found[f"{language}/{path.stem.lower()}"] = path.name
        return found

    def names(self) -> Sequence[str]:
        """Return the bugs in Python, then those in Java."""
        return tuple(self._files)

    def checkout(self, name: str, folder: Path) -> Bug:
        """Copy the program and its tests, but not what is right. Raises `UserError`."""
        language = known(name, self._files, "this checkout of QuixBugs").partition("/")[0]
        wrong, right = self._pair(name)
        path = f"{_PROGRAMS[language]}/{wrong.name}"
        found = places(path, read(wrong), read(right), language)
        if not found:
            raise UserError(f"{name}: the program does not differ from the one that is right")
        test = _TESTS[language].format(wrong.stem)
        copy(self._root, folder, (path, test, *_SHARED[language]))
        if language == "python":
            copy(self._root, folder, (f"json_testcases/{wrong.stem}.json",))
            commands = _python(folder, test)
        else:
            commands = _java(folder, path, test)
        facts = {"benchmark": "QuixBugs", "hunks": str(len(found))}
        return Bug(name, folder, language, commands, found, facts)

    def _pair(self, name: str) -> tuple[Path, Path]:
        programs = _PROGRAMS[name.partition("/")[0]]
        file = self._files[name]
        return self._root / programs / file, self._root / f"correct_{programs}" / file


def _python(folder: Path, test: str) -> Commands:
    if importlib.util.find_spec("pytest") is None:
        raise UserError(
            f"the tests of QuixBugs need pytest: {shlex.quote(sys.executable)} -m pip install "
            "pytest"
        )
    # It is part of the tests; else its lines would be suspected.
    beside = Path(test).parent
    copy(_PLUGIN.parent, folder / beside, (_PLUGIN.name,))
    python = f"PYTHONPATH={shlex.quote(str(beside))} {shlex.quote(sys.executable)}"
    options = f"-q -x -p {_PLUGIN.stem} --seconds-per-test {_EACH} -p no:cacheprovider"
    return Commands(f"{python} -m pytest {options} {shlex.quote(test)}", seconds=_ALL)


def _java(folder: Path, path: str, test: str) -> Commands:
    jdk, junit = java.find_jdk(), java.find_junit()
    copy(java.RUNNER.parent, folder, (java.RUNNER.name,))
    (folder / _CLASSES).mkdir(exist_ok=True)
    describe(folder, "quixbugs", ["."], junit)
    sources = [path, *(n for n in _SHARED["java"] if (folder / n).is_file() and n != path)]
    compiles = java.compiling(jdk, [*sources, test, java.RUNNER.name], _CLASSES, junit)
    tests = test.removesuffix(".java").replace("/", ".")
    runs = java.testing(jdk, [tests], java.joined(_CLASSES, junit), _EACH)
    covers = java.covering(jdk, _CLASSES, [tests], java.joined(_CLASSES, junit), _EACH)
    return Commands(
        f"{compiles} && {runs}",
        compiles,
        seconds=_ALL,
        memory_mb=java.MEMORY_MB,
        coverage=f"{compiles} && {covers}",
    )
