"""What editors say of themselves, as recorded; README.md says how each file came to be."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

_FOLDER = Path(__file__).parent

NAMES = sorted(path.stem for path in _FOLDER.glob("*.json"))


def recorded(name: str) -> dict[str, Any]:
    """Return the ``ClientCapabilities`` of the editor that is on record as `name`."""
    found: dict[str, Any] = json.loads((_FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    return found
