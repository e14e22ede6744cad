"""The recipes of docs/editors.md, as editors get them in tests."""

from __future__ import annotations

import os
import re
import shutil
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]
RECIPES = ROOT / "docs" / "editors.md"
HARBOUR = ROOT / "examples" / "harbour"
_PROGRAM = """#!/bin/sh
unset LD_LIBRARY_PATH
exec '{python}' -m fairlead_server.cli "$@"
"""


def recipe(editor: str, language: str) -> list[str]:
    """Return the blocks of code in `language` that stand under the heading `editor`."""
    sections = re.split(r"(?m)^## ", RECIPES.read_text(encoding="utf-8"))
    [section] = [text for text in sections if text.startswith(f"{editor}\n")]
    return re.findall(rf"(?ms)^```{language}\n(.*?)^```$", section)


def project(folder: Path) -> Path:
    """Copy the example project into `folder`; it is a repository of git, of which nothing is in."""
    copy = folder / "harbour"
    shutil.copytree(HARBOUR, copy, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("objects", "refs"):
        (copy / ".git" / name).mkdir(parents=True)
    (copy / ".git" / "HEAD").write_text("ref: refs/heads/main\n")
    return copy


def environment(folder: Path) -> dict[str, str]:
    """Return variables by which `fairlead` is on the PATH, and analysis has all the time it needs.

    Nothing of the user's own settings counts, and nothing is written there.
    """
    programs = folder / "bin"
    programs.mkdir(exist_ok=True)
    program = programs / "fairlead"
    program.write_text(_PROGRAM.format(python=sys.executable))
    program.chmod(0o755)
    settings = folder / "config.toml"
    settings.write_text("patience = 60\n")
    homes = {f"XDG_{kind}_HOME": str(folder / kind) for kind in ("CONFIG", "DATA", "STATE")}
    path = os.pathsep.join((str(programs), os.environ.get("PATH", os.defpath)))
    own = {"HOME": str(folder), "PATH": path, "FAIRLEAD_CONFIG": str(settings), "VIRTUAL_ENV": ""}
    return {**os.environ, **homes, **own}


BERTH = {
    "number",
    "length",
    "depth",
    "handles_liquids",
    "occupant",
    "is_vacant",
    "can_take",
    "moor",
    "cast_off",
    "release_to",
}
"""The public members of the example's `Berth`."""
