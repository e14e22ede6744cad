"""Real language servers, asked about documents with a mark where the cursor is."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from fairlead_monitors.context import Context
from fairlead_monitors.engine import CompletionEngine, Kind, Names, Source
from fairlead_monitors.evidence import Verdict
from fairlead_monitors.joint import Part
from fairlead_server.analysis.language_server.engine import LanguageServerEngine
from fairlead_server.analysis.language_server.recipe import load_recipe

PATIENCE = 240
CURSOR = "▮"
ALL = None


@contextmanager
def engine(recipe: str, project: Path) -> Iterator[LanguageServerEngine]:
    running = LanguageServerEngine(load_recipe(recipe), str(project))
    try:
        yield running
    finally:
        running.close()


def place(path: Path, marked: str) -> tuple[Source, int]:
    """Return the document without its mark, and where that was."""
    before, mark, after = marked.partition(CURSOR)
    assert mark, f"no {CURSOR} in {marked!r}"
    return Source(str(path), before + after), len(before)


def edited(path: Path, old: str, new: str, *, prefix_only: bool = False) -> tuple[Source, int]:
    """Return the file with `old` replaced by `new`, which has the mark in it."""
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1, f"{old!r} is {text.count(old)} times in {path}"
    source, offset = place(path, text.replace(old, new))
    return (Source(source.path, source.text[:offset]) if prefix_only else source), offset


def context(path: Path, marked: str, engine: CompletionEngine) -> Context:
    """Return the place of the mark, for a monitor."""
    source, at = place(path, marked)
    return Context(source.path, source.text[:at], source.text[at:], engine, patience=PATIENCE)


def check(
    monitor: Part, data: str, admitted: str | None, verdicts: Sequence[Verdict] | None = None
) -> None:
    """Hold how much of `data` is admitted against what is expected.

    Where that is all, the verdict on the last name, if there is one, is compared as well.
    """
    expected = data if admitted is None else admitted
    assert data.encode()[: monitor.admitted(data.encode())].decode() == expected
    if admitted is None:
        monitor.advance(data.encode())
        found = [evidence.verdict for evidence in monitor.evidence()]
        assert verdicts is None or found[-1:] == list(verdicts)


def await_names(
    engine: CompletionEngine, kind: Kind, path: Path, marked: str, ready: Callable[[Names], bool]
) -> None:
    """Wait until the server has read the project, which shows in what it answers."""
    source, at = place(path, marked)
    deadline = time.monotonic() + PATIENCE
    text = source.text
    while not ready(engine.names(kind, Source(source.path, text), at).result(PATIENCE)):
        assert time.monotonic() < deadline, "the server has not read the project"
        time.sleep(0.1)
        text += "\n//"  # Another question: what was answered once is remembered for a while.
