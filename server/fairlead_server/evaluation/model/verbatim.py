"""Whether a model recites: passages that it writes and that stand in the corpus word for word."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Sequence
from pathlib import Path

from fairlead_server.training.corpus import each_document

_LINES = 3
_SHORTEST = 80
"""Lines in a row, and characters in them without indentation, that are hardly alike by chance."""


def passages(text: str) -> frozenset[int]:
    """Return the hashes of all passages of `text`: so many lines that are not blank."""
    lines = [line.strip() for line in text.split("\n") if line.strip()]
    joined = ("\n".join(lines[i : i + _LINES]) for i in range(len(lines) - _LINES + 1))
    return frozenset(zlib.crc32(text.encode()) for text in joined if len(text) >= _SHORTEST)


def recited(texts: Sequence[str], documents: Iterable[str]) -> list[tuple[int, int]]:
    """Return for each of `texts` how many of its passages one of `documents` has, and how many."""
    wanted = frozenset().union(*map(passages, texts))
    known: set[int] = set()
    for document in documents:
        known |= wanted & passages(document)
    return [(len(passages(text) & known), len(passages(text))) for text in texts]


def corpus_texts(corpus: Path, language: str) -> Iterable[str]:
    """Yield the texts of a corpus in `language`."""
    return (d.text for d in each_document(corpus) if d.language == language)
