"""The record of what a corpus holds: each package with its hash, its licence and what was kept."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path

FILE_NAME = "manifest.json"


@dataclass
class Count:
    """How many files of a package were kept, and why the others were not."""

    files: int = 0
    kept: int = 0
    bytes: int = 0
    left_out: dict[str, int] = field(default_factory=dict)

    def leave_out(self, reason: str) -> None:
        """Count a file that was not kept."""
        self.left_out[reason] = self.left_out.get(reason, 0) + 1


@dataclass(frozen=True)
class Entry:
    """One package in the manifest."""

    name: str
    version: str
    language: str
    registry: str
    role: str
    licence: str
    archive: str
    sha256: str
    count: Count


def write(folder: Path, entries: list[Entry]) -> None:
    """Write the manifest of a corpus in `folder`."""
    value = {"packages": [asdict(entry) for entry in entries]}
    path = folder / FILE_NAME
    path.write_text(json.dumps(value, indent=1) + "\n", encoding="utf-8")
