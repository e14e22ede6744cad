"""All that pip needs to install fairlead from a folder: what it depends on, and what builds it."""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
from pathlib import Path

from tests.setup import extras
from tests.setup.progress import pip

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / ".components" / "wheels"
_STAMP = ".made-for"
_EXTRA = "llama"


def find() -> Path | None:
    """Return the folder, if it was filled for what pyproject.toml asks for now."""
    stamp = FOLDER / _STAMP
    return FOLDER if stamp.is_file() and stamp.read_text() == _wanted() else None


def obtain() -> None:
    """Fill the folder; what was compiled before is not compiled again."""
    FOLDER.parent.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=FOLDER.parent) as scratch:
        new = Path(scratch) / "wheels"
        options = ["--constraint", str(extras.CONSTRAINTS), "--wheel-dir", str(new)]
        pip("wheels", ["wheel", *options, *json.loads(_wanted())])
        (new / _STAMP).write_text(_wanted())
        shutil.rmtree(FOLDER, ignore_errors=True)
        new.rename(FOLDER)


def build(folder: Path) -> None:
    """Put a wheel of fairlead as it is now into `folder`, without a network."""
    offline = ("--no-index", "--find-links", str(FOLDER))
    pip("wheel", ["wheel", *offline, "--no-deps", "--wheel-dir", str(folder), str(ROOT)])


def _wanted() -> str:
    stated = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    needed: list[str] = stated["project"]["dependencies"]
    extra: list[str] = stated["project"]["optional-dependencies"][_EXTRA]
    return json.dumps([*needed, *extra, *stated["build-system"]["requires"]])
