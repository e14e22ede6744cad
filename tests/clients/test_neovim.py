"""A real Neovim, headless, with the server as it ships."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.components import where

pytestmark = pytest.mark.needs("neovim", "llama")

SCRIPT = Path(__file__).parent / "nvim" / "complete.lua"
SERVER = [sys.executable, "-m", "fairlead_server.cli", "serve"]


def _drive(folder: Path, text: str, edits: list[list[str]]) -> dict[str, Any]:
    """Open a file, write each edit in turn at its end and ask there; return what Neovim saw."""
    file, request, answer = folder / "edited.py", folder / "request.json", folder / "answer.json"
    file.write_text(text, encoding="utf-8")
    request.write_text(
        json.dumps(
            {
                "cmd": SERVER,
                "root": str(folder),
                "init_options": {"patience": 60},
                "file": str(file),
                "edits": edits,
            }
        )
    )
    places = {f"XDG_{kind}_HOME": str(folder / kind) for kind in ("CONFIG", "DATA", "STATE")}
    run = subprocess.run(
        [str(where("neovim")), "--headless", "--clean", "-l", str(SCRIPT), request, answer],
        env={**os.environ, **places},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=280,
    )
    assert run.returncode == 0, run.stdout + run.stderr
    report: dict[str, Any] = json.loads(answer.read_text())
    return report


# (lines written, type of the object whose members are asked for)
EDITS: list[tuple[list[str], type]] = [
    (["xs."], list),
    (["s = '😀'; s."], str),
    (["if xs:", "\txs."], list),
]


def test_completions_in_neovim(tmp_path: Path) -> None:
    report = _drive(tmp_path, "# é\nxs = [3, 1]\n", [lines for lines, _ in EDITS])
    assert report["errors"] == []
    assert report["exit"] == {"code": 0, "signal": 0}
    assert report["server"]["name"] == "fairlead"
    assert report["encoding"] == "utf-8"
    assert "capability" in report
    assert len(report["answers"]) == len(EDITS)
    for (lines, kind), answer in zip(EDITS, report["answers"], strict=True):
        assert answer["position"]["character"] == len(lines[-1].encode())
        _check_answer(answer, set(dir(kind)))


def _check_answer(answer: dict[str, Any], names: set[str]) -> None:
    here = {"start": answer["position"], "end": answer["position"]}
    members = answer["members"]
    assert members["isIncomplete"] is False
    assert {name for name in names if not name.startswith("_")} <= {
        item["label"] for item in members["items"]
    }
    assert all(item["textEdit"]["range"] == here for item in members["items"])
    items = answer["inline"]["items"]
    assert items
    for item in items:
        assert re.split(r"\W", item["insertText"])[0] in names
        assert item["range"] == here
