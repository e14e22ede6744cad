"""Golden cases: a document with a cursor in it, what a model wrote there, what is offered."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

GOLDEN = Path(__file__).parent / "golden"
CURSOR = "┃"


@dataclass(frozen=True)
class Case:
    """`replaced` is what the text takes the place of; `expected` None: nothing is offered."""

    filter: str
    language: str
    document: str
    text: str
    expected: str | None
    replaced: str = ""
    whole: bool = True
    crlf: bool = False

    @property
    def prefix(self) -> str:
        return self._lines(self.document.partition(CURSOR)[0])

    @property
    def suffix(self) -> str:
        return self._lines(self.document.partition(CURSOR)[2])

    def _lines(self, text: str) -> str:
        return text.replace("\n", "\r\n") if self.crlf else text


def cases() -> Iterator[object]:
    """Yield the cases of all files, by name; a file is called like its filter."""
    for path in sorted(GOLDEN.glob("*.toml")):
        filter = path.stem.replace("_", " ")
        for case in tomllib.loads(path.read_text(encoding="utf-8"))["case"]:
            yield pytest.param(_case(filter, case), id=f"{path.stem}: {case['name']}")


def _case(filter: str, data: dict[str, Any]) -> Case:
    fields = {key: value for key, value in data.items() if key != "name"}
    fields.setdefault("expected", None)
    return Case(filter, **fields)
