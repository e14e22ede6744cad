"""The user's own `defects4j`: where it is, what it knows, and what it says when it is run."""

from __future__ import annotations

import csv
import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from fairlead_server.errors import UserError

HOME = "D4J_HOME"
"""The environment variable that names the folder of Defects4J, where the command is a wrapper."""

_PATIENCE = 900.0
"""Seconds for a checkout, which may take a project's whole history, or a compilation."""
_QUOTED = 200


@dataclass(frozen=True)
class Defects4J:
    """The command `program`, and the folder `home` of what it belongs to."""

    program: str
    home: Path

    @property
    def projects(self) -> Path:
        """Where it lists bugs and keeps patches."""
        return self.home / "framework" / "projects"

    def bugs(self, state: str = "active") -> Iterator[str]:
        """Yield the names of its bugs, by projects and numbers: ``Chart-1``."""
        for path in sorted(self.projects.glob(f"*/{state}-bugs.csv")):
            with path.open(encoding="utf-8", errors="replace", newline="") as file:
                numbers = (row.get("bug.id") or "" for row in csv.DictReader(file))
                for number in sorted(int(n) for n in numbers if n.isdecimal()):
                    yield f"{path.parent.name}-{number}"

    def patch(self, name: str) -> str:
        """Return the patch that undoes the fix of a bug. Raises `UserError`."""
        project, number = name.rsplit("-", 1)
        path = self.projects / project / "patches" / f"{number}.src.patch"
        try:
            return path.read_text(encoding="utf-8", errors="surrogateescape")
        except OSError as error:
            raise UserError(f"{path}: cannot be read: {error.strerror}") from None

    def run(self, *arguments: str, folder: Path | None = None) -> str:
        """Return what the command prints. Raises `UserError` with what it says when it fails."""
        asked = " ".join(("defects4j", *arguments))
        try:
            done = subprocess.run(
                [self.program, *arguments],
                cwd=folder,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                errors="replace",
                timeout=_PATIENCE,
            )
        except subprocess.TimeoutExpired:
            raise UserError(f"{asked}: does not end within {_PATIENCE:.0f} s") from None
        except OSError as error:
            raise UserError(f"{self.program}: cannot be run: {error.strerror}") from None
        if done.returncode:
            raise UserError(f"{asked}: {_said(done.stderr, done.stdout)}")
        return done.stdout

    def export(self, name: str, folder: Path) -> str:
        """Return a property of the version that is checked out to `folder`."""
        return self.run("export", "-p", name, "-w", str(folder)).strip()


def find(environ: Mapping[str, str] = os.environ) -> Defects4J:
    """Return the command of the PATH, seen to work. Raises `UserError` where there is none."""
    program = shutil.which("defects4j", path=environ.get("PATH"))
    if program is None:
        raise UserError(
            "there is no defects4j on the PATH: install Defects4J and add its folder framework/bin"
        )
    stated = environ.get(HOME)
    home = Path(stated) if stated else Path(os.path.realpath(program)).parents[2]
    found = Defects4J(program, home)
    if not found.projects.is_dir():
        raise UserError(
            f"{found.projects} is not there: name the folder of Defects4J, which holds framework, "
            f"in {HOME}"
        )
    found.run("pids")
    return found


def _said(*outputs: str) -> str:
    """Return the lines that say what was wrong: the step that failed, and why."""
    lines = [line.strip() for output in outputs for line in output.splitlines()]
    telling = [line for line in lines if line and not line.startswith(_AFTER)]
    step = [_DOTS.sub(" ", line) for line in telling if line.endswith("FAIL")][:1]
    why = [line for line in telling if _WHY.search(line)][:1]
    return ": ".join([*step, *why] or telling[:1] or ["it fails and says nothing"])[:_QUOTED]


_AFTER = ("BEGIN failed", "Compilation failed in require")
_DOTS = re.compile(r"\.{3,} ?")
_WHY = re.compile(r"\b(?:error|fatal|Error)\b: |required|Cannot|Can't|Couldn't|Invalid|No such")
