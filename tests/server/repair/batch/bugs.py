"""Small projects with bugs, listed for the dataset `jsonl`, and what runs leave behind."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

CODE = """\
class Basket:
    def total(self, prices):
        count = len(prices)
        return 0

    def is_open(self):
        return True
"""
LINE = {"file": "basket.py", "start_line": 4, "fixed": "        return sum(prices)"}


def listed(folder: Path, *bugs: dict[str, Any], code: str = CODE) -> Path:
    """Make a project, and a list of `bugs` in it; return the list."""
    (folder / "project").mkdir(parents=True, exist_ok=True)
    (folder / "project" / "basket.py").write_text(code, encoding="utf-8")
    blank = {"project": "project", "test": "make test", **LINE}
    values = [{name: v for name, v in (blank | bug).items() if v is not None} for bug in bugs]
    path = folder / "bugs.jsonl"
    path.write_text("".join(json.dumps(value) + "\n" for value in values), encoding="utf-8")
    return path


def lines(path: Path) -> list[dict[str, Any]]:
    """Return the values of a file of JSON lines."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def told(out: Path) -> list[dict[str, Any]]:
    """Return all that a run has found, but for how long it took."""
    return [_timeless(value) for n in ("results", "bugs") for value in lines(out / f"{n}.jsonl")]


def _timeless(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _timeless(item) for name, item in value.items() if name != "seconds"}
    return (
        [_timeless(item) for item in value]
        if isinstance(value, Sequence) and not isinstance(value, str)
        else value
    )
