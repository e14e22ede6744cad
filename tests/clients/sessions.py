"""One session of a real editor, headless, with the server as it ships."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.components import where

DRIVERS = Path(__file__).parent / "drivers"
SERVER = (sys.executable, "-m", "fairlead_server.cli", "serve")
RELAY = (sys.executable, str(Path(__file__).parent / "relay.py"))
LIMIT = 280.0

_NEOVIM = ("--headless", "--clean", "-c", f"luafile {DRIVERS / 'neovim.lua'}")
_EMACS = ("-Q", "--batch", "--load", str(DRIVERS / "emacs.el"))

ARGUMENTS = {"neovim-0.7": _NEOVIM, "neovim": _NEOVIM, "emacs": _EMACS}
"""How each of the components is told to run its driver."""

Step = dict[str, Any]


@dataclass(frozen=True)
class Session:
    """What an editor reported, and what it had said to `server`, a process, at the start."""

    encoding: str
    exit: dict[str, int] | None
    errors: list[Any]
    answers: list[dict[str, Any]]
    said: dict[str, Any]
    server: int


def drive(editor: str, folder: Path, text: str, steps: Sequence[Step]) -> Session:
    """Have `editor` open a file in `folder` that holds `text`, and take `steps`."""
    file, record = folder / "edited.py", folder / "said.json"
    request, answer = folder / "request.json", folder / "answer.json"
    file.write_text(text, encoding="utf-8")
    asked = {
        "cmd": [*RELAY, str(record), *SERVER],
        "root": str(folder),
        # Nothing here is about speed: on a busy machine analysis may take its time.
        "init_options": {"patience": 60, "completion": "items"},
        "file": str(file),
        "steps": steps,
    }
    request.write_text(json.dumps(asked))
    # Nothing of the user's own settings, and nothing written there.
    homes = {f"XDG_{kind}_HOME": str(folder / kind) for kind in ("CONFIG", "DATA", "STATE")}
    own = {"HOME": str(folder), "REQUEST": str(request), "ANSWER": str(answer)}
    run = subprocess.run(
        [where(editor), *ARGUMENTS[editor]],
        env={**os.environ, **homes, **own},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=LIMIT,
    )
    assert run.returncode == 0, run.stdout + run.stderr
    said = json.loads(record.read_text())
    report = json.loads(answer.read_text())
    return Session(**report, said=said["params"], server=said["server"])
