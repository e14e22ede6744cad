"""Compiling Java and running JUnit tests: the commands, and where their programs are."""

from __future__ import annotations

import os
import shlex
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from fairlead_server.errors import UserError
from fairlead_server.repair import localisation

RUNNER = Path(__file__).with_name("FirstFailure.java")
"""A program that runs tests until one fails; it is compiled with them."""

VARIABLE = "FAIRLEAD_JUNIT"
"""The environment variable that names the class path of JUnit 4."""

SCRATCH = ".fairlead"
"""A folder in a project for what is compiled on its side."""

_MAVEN = ".m2/repository"
_SYSTEM = Path("/usr/share/java")


@dataclass(frozen=True)
class Jdk:
    """The programs that compile Java and run it."""

    java: str
    javac: str


def find_jdk() -> Jdk:
    """Return the JDK of the PATH. Raises `UserError` where there is none."""
    java, javac = shutil.which("java"), shutil.which("javac")
    if java is None or javac is None:
        missing = "java" if java is None else "javac"
        raise UserError(f"there is no {missing} on the PATH: install a JDK, or add its folder bin")
    return Jdk(java, javac)


def find_junit(environ: Mapping[str, str] = os.environ, system: Path = _SYSTEM) -> str:
    """Return the class path of JUnit 4. Raises `UserError` where it is not found."""
    stated = environ.get(VARIABLE)
    if stated:
        for part in stated.split(os.pathsep):
            if not os.path.exists(part):
                raise UserError(f"{VARIABLE} names {part}, which does not exist")
        return stated
    home = Path(environ.get("HOME", "/"))
    for jars in (_of_system(system), _of_maven(home / _MAVEN)):
        if jars:
            return os.pathsep.join(jars)
    raise UserError(
        f"JUnit 4 is not found: install it (Debian, Ubuntu: apt-get install junit4), or name its "
        f"class path in {VARIABLE}"
    )


def _of_system(folder: Path) -> list[str]:
    junit = folder / "junit4.jar"
    if not junit.is_file():
        return []
    hamcrest = (folder / name for name in ("hamcrest-core.jar", "hamcrest.jar"))
    return [str(junit), *(str(jar) for jar in hamcrest if jar.is_file())]


def _of_maven(folder: Path) -> list[str]:
    junit = sorted(folder.glob("junit/junit/4.*/junit-4.*[0-9].jar"))
    hamcrest = sorted(folder.glob("org/hamcrest/hamcrest-core/*/hamcrest-core-*[0-9].jar"))
    return [str(jars[-1]) for jars in (junit, hamcrest) if jars]


def compiling(
    jdk: Jdk,
    sources: Sequence[str],
    classes: str,
    class_path: str,
    options: Sequence[str] = ("-encoding", "UTF-8"),
) -> str:
    """Return the command that compiles `sources` into the folder `classes`."""
    # Old programs have warnings, which would hide what is wrong.
    quick = [f"-J{option}" for option in _BRIEF]
    words = [jdk.javac, *quick, "-nowarn", *options, "-cp", class_path, "-d", classes, *sources]
    return shlex.join(words)


def testing(jdk: Jdk, tests: Sequence[str], class_path: str, seconds: int) -> str:
    """Return the command that runs `tests`, classes or ``Class::method``, until one fails."""
    return shlex.join([jdk.java, *QUICK, "-cp", class_path, RUNNER.stem, str(seconds), *tests])


def covering(jdk: Jdk, classes: str, tests: Sequence[str], class_path: str, seconds: int) -> str:
    """Return the command that says which lines of `classes` the test classes run.

    What it prints is read by `localisation.spectrum`. A debugger notes it: any JDK has one.
    """
    tools = [str(Path(localisation.__file__).with_name(f"{name}.java")) for name in _COVERING]
    compiles = compiling(jdk, tools, SCRATCH, class_path)
    run = [jdk.java, *QUICK, "-cp", SCRATCH, _COVERING[0], classes, joined(SCRATCH, class_path)]
    return f"mkdir -p {SCRATCH} && {compiles} && {shlex.join([*run, str(seconds), *tests])}"


_COVERING = ("Spectrum", "EachTest")
_BRIEF = ("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC")
"""Options of the JVM for programs that run for moments."""
QUICK = (*_BRIEF, "-Xmx1500m")
"""Options of the JVM for tests."""
MEMORY_MB = 3072
"""What a command with such a JVM may take."""


def joined(*parts: str) -> str:
    """Return a class path of `parts`."""
    return os.pathsep.join(parts)
