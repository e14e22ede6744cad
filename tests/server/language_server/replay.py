"""The text that a server has, from the changes that it was told."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any


def apply(text: str, edit: Mapping[str, Any]) -> str:
    """Apply a change in UTF-8 positions as a server would."""
    place = edit.get("range")
    if place is None:
        return str(edit["text"])
    data = text.encode()
    starts = [0, *(end.end() for end in re.finditer(rb"\r\n|\r|\n", data))]
    start, end = (starts[p["line"]] + p["character"] for p in (place["start"], place["end"]))
    return (data[:start] + str(edit["text"]).encode() + data[end:]).decode()
