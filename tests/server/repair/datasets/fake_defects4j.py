#!/usr/bin/env python3
"""A stand-in for the command of Defects4J: the same interface, and a small project of ours.

It lies in ``framework/bin`` of its home, as the real one does. The project with all fixes is
``project_repos/NAME``; the files that are wrong with the bug N are in ``project_repos/NAME.N``. As
with ant, a source is compiled when its class file is not newer.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

HOME = Path(__file__).resolve().parents[2]
PROJECTS = HOME / "framework" / "projects"
VERSION = ".defects4j.config"
BRIEF = ("-J-XX:TieredStopAtLevel=1", "-J-XX:+UseSerialGC")


def end(message: str) -> None:
    print(message, file=sys.stderr)
    sys.exit(1)


def option(name: str) -> str:
    arguments = sys.argv[2:]
    return arguments[arguments.index(name) + 1] if name in arguments else ""


def junit() -> str:
    return (HOME / "junit.txt").read_text().strip()


def work() -> Path:
    return Path(option("-w") or ".").resolve()


def checkout() -> None:
    project, version = option("-p"), option("-v")
    number = version.rstrip("bf")
    active = (PROJECTS / project / "active-bugs.csv").read_text().splitlines()
    if not any(line.startswith(f"{number},") for line in active):
        end(f"Error: {version} is a deprecated bug or does not exist")
    wrong = HOME / "project_repos" / f"{project}.{number}"
    if not wrong.is_dir():
        end("Cannot checkout program version! at d4j-checkout line 90.")
    for source in (wrong.with_suffix(""), wrong):
        shutil.copytree(source, work(), dirs_exist_ok=True)
    (work() / VERSION).write_text(f"{project} {number}")


def stale(sources: Path, classes: Path) -> Iterator[str]:
    for source in sorted(sources.rglob("*.java")):
        made = classes / source.relative_to(sources).with_suffix(".class")
        if not made.exists() or made.stat().st_mtime <= source.stat().st_mtime:
            yield str(source)


def compile_all() -> None:
    for sources, classes in (("src/main", "build/classes"), ("src/test", "build/tests")):
        (work() / classes).mkdir(parents=True, exist_ok=True)
        if old := list(stale(work() / sources, work() / classes)):
            path = f"{work()}/build/classes:{work()}/build/tests:{junit()}"
            made = ["javac", *BRIEF, "-nowarn", "-cp", path, "-d", str(work() / classes), *old]
            if subprocess.run(made).returncode:
                end("Running ant (compile)......... FAIL")


def run_tests() -> None:
    compile_all()
    path = f"build/classes:build/tests:{junit()}"
    wanted = option("-t").split("::")
    tests = [wanted[0]] if wanted[0] else ["shop.OrderTest", "shop.WordsTest"]
    if "-r" in sys.argv:
        tests = [f"shop.{triggers()[0].partition('::')[0].rpartition('.')[2]}"]
    asked = [
        "java",
        "-XX:TieredStopAtLevel=1",
        "-XX:+UseSerialGC",
        "-cp",
        path,
        "org.junit.runner.JUnitCore",
        *tests,
    ]
    done = subprocess.run(asked, cwd=work(), stdout=subprocess.PIPE, text=True)
    heads = [line.split(") ", 1)[1] for line in done.stdout.splitlines() if line[:1].isdigit()]
    failed = [f"{head[:-1].split('(')[1]}::{head.split('(')[0]}" for head in heads if "(" in head]
    if wanted[1:]:
        failed = [one for one in failed if one.endswith(f"::{wanted[1]}")]
    (work() / "failing_tests").write_text("".join(f"--- {one}\n" for one in failed))
    print(f"Failing tests: {len(failed)}")
    for one in failed:
        print(f"  - {one}")


def triggers() -> list[str]:
    project, number = (work() / VERSION).read_text().split()
    lines = (PROJECTS / project / "trigger_tests" / number).read_text().splitlines()
    return [line[4:] for line in lines if line.startswith("--- ")]


def export() -> None:
    properties = {
        "tests.trigger": "\n".join(triggers()),
        "cp.test": f"{work()}/build/classes:{work()}/build/tests:{junit()}",
        "dir.bin.classes": "build/classes",
        "dir.src.classes": "src/main",
        "dir.src.tests": "src/test",
        "tests.relevant": "shop.OrderTest\nshop.WordsTest",
    }
    print(properties[option("-p")], end="")


def main() -> None:
    if os.environ.get("FAKE_JAVA", "11") != "11":
        end("Java 11 is required!\n\nBEGIN failed--compilation aborted at defects4j line 1.")
    commands = {
        "pids": lambda: print(*sorted(path.name for path in PROJECTS.iterdir()), sep="\n"),
        "checkout": checkout,
        "compile": compile_all,
        "test": run_tests,
        "export": export,
    }
    commands[sys.argv[1]]()


if __name__ == "__main__":
    main()
