"""Engines on the language server that misbehaves on demand."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from fairlead_monitors.engine import Source
from fairlead_server.analysis.language_server.engine import LanguageServerEngine
from fairlead_server.analysis.language_server.recipe import recipe_of

T = TypeVar("T")

SCRIPT = str(Path(__file__).parent / "faulty_server.py")
PATIENCE = 60
MEMBERS = frozenset({"alpha", "beta", "gamma"})


@contextmanager
def engine(
    fault: str, log: Path, folder: Path | None = None, **other: Any
) -> Iterator[LanguageServerEngine]:
    """Return an engine on a server with `fault` that keeps the messages it gets in `log`."""
    table = {
        "name": "faulty",
        "command": [sys.executable, SCRIPT, fault, str(log)],
        "languages": {".x": "x"},
        "limit": 0.5,
        "start_limit": 20.0,
        "names": {"from": ["insertText", "label"], "member": {"complete": True}},
        "signatures": {"style": "java", "complete": True},
        "diagnostics": {"settle": 0.1},
    }
    running = LanguageServerEngine(recipe_of(table | other), str(folder) if folder else None)
    try:
        yield running
    finally:
        running.close()


def source(text: str = "x.\n", path: str = "a.x") -> Source:
    return Source(path, text)


def messages(log: Path, method: str) -> list[Any]:
    """Return the parameters of the messages of one sort that the server got."""
    read = map(json.loads, log.read_text(encoding="utf-8").splitlines())
    return [message["params"] for message in read if message.get("method") == method]


def eventually(condition: Callable[[], T]) -> T:
    end = time.monotonic() + PATIENCE
    while not (found := condition()):
        assert time.monotonic() < end, "it never came to pass"
        time.sleep(0.02)
    return found
