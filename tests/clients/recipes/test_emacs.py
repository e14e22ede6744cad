"""Emacs with eglot as docs/editors.md has it set up, with the server as it ships."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

import pytest

from tests.clients.recipes.document import BERTH, environment, project, recipe
from tests.components import where

pytestmark = [pytest.mark.needs("llama"), pytest.mark.needs("emacs")]

DRIVER = Path(__file__).parent / "emacs.el"
OFFICE = """\
from harbour.berths import Berth


def leave(berth: Berth) -> None:
    vessel = berth.occupant
"""


def test_members_and_suggestions(tmp_path: Path) -> None:
    office = project(tmp_path) / "harbour" / "office.py"
    office.write_text(OFFICE, encoding="utf-8")
    text, answer = tmp_path / "recipe.el", tmp_path / "answer.json"
    [recipe_text] = recipe("Emacs", "elisp")
    text.write_text(recipe_text, encoding="utf-8")
    run = subprocess.run(
        [where("emacs"), "-Q", "--batch", "--load", DRIVER, office],
        env={**environment(tmp_path), "RECIPE": str(text), "ANSWER": str(answer)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=280,
    )
    assert run.returncode == 0, run.stdout + run.stderr
    found = json.loads(answer.read_text(encoding="utf-8"))
    assert {name for name in found["members"] if not name.startswith("_")} == BERTH
    assert re.findall(r"\n    berth\.(\w+)", found["suggested"])[0] in BERTH
    assert re.match(r"import json\n", found["imported"])
    assert re.search(r"\n    text = json\.\w+", found["imported"])
