"""Real language servers, asked about documents with a mark where the cursor is."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from fairlead_monitors.engine import Source
from fairlead_server.analysis.language_server.engine import LanguageServerEngine
from fairlead_server.analysis.language_server.recipe import load_recipe

PATIENCE = 240
CURSOR = "▮"


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
