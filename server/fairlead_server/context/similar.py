"""Source: pieces of the open files that resemble the text around the cursor.

Pieces are ranked by BM25 (Robertson and Zaragoza, "The Probabilistic Relevance Framework: BM25 and
Beyond", 2009) over identifiers and the words that they are made of.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from functools import lru_cache

from fairlead_server.context.source import SIMILAR, Place, Snippet, found
from fairlead_server.document import DocumentSnapshot

LINES, STRIDE = 12, 6
"""The length of a piece, and how far the next one begins after it."""

LINES_BEFORE, LINES_AFTER = 8, 3
"""The lines around the cursor that pieces are compared with."""

OWN_DISTANCE = 60
"""Pieces of the document itself count when they are so many lines away from the cursor."""

MOST = 8
FILES, LONGEST = 8, 50_000
"""How many of the other files are looked at, and how many characters of each: a request waits."""

# The usual values of BM25: how soon repetition saturates, how much length is made up for.
_K1, _B = 1.2, 0.75
_IDENTIFIER = re.compile(r"\b[^\W\d]\w+")
# Where words meet in an identifier: line_count, lineCount, HTTPServer.
_JOINT = re.compile(r"[_\d]+|(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


@dataclass(frozen=True)
class Piece:
    """Some lines of a file, from line number `start` on, and how often each term is in them."""

    path: str
    start: int
    text: str
    terms: Counter[str]


class Similar:
    """Offers the pieces of other open files, and of far parts of the document, by BM25."""

    name = SIMILAR

    def snippets(self, place: Place) -> Future[list[Snippet]]:
        """Return the best pieces, none of which overlap."""
        pieces = list(_candidates(place))
        scores = bm25(terms(_around(place)).keys(), [piece.terms for piece in pieces])
        ranked = sorted(zip(scores, pieces, strict=True), key=lambda pair: -pair[0])
        chosen: list[Piece] = []
        snippets: list[Snippet] = []
        for score, piece in ranked:
            if score <= 0 or len(snippets) == MOST:
                break
            if not any(_overlap(piece, other) for other in chosen):
                chosen.append(piece)
                snippets.append(Snippet(piece.path, piece.text, score, SIMILAR))
        return found(snippets)


def terms(text: str) -> Counter[str]:
    """Count the identifiers in `text` and the words they are made of, in lower case."""
    counted: Counter[str] = Counter()
    for identifier in _IDENTIFIER.findall(text):
        words = _JOINT.split(identifier)
        counted.update({identifier.lower(), *(word.lower() for word in words if len(word) > 1)})
    return counted


def bm25(query: Iterable[str], texts: Sequence[Counter[str]]) -> list[float]:
    """Return how well each of `texts` answers `query`."""
    sizes = [sum(text.values()) for text in texts]
    average = sum(sizes) / max(1, len(sizes)) or 1.0
    scores = [0.0] * len(texts)
    for term in query:
        counts = [text[term] for text in texts]
        having = sum(count > 0 for count in counts)
        weight = math.log(1 + (len(texts) - having + 0.5) / (having + 0.5))
        for i, count in enumerate(counts):
            if count:
                norm = _K1 * (1 - _B + _B * sizes[i] / average)
                scores[i] += weight * count * (_K1 + 1) / (count + norm)
    return scores


def _around(place: Place) -> str:
    before = place.document.text[: place.offset].splitlines()[-LINES_BEFORE:]
    after = place.document.text[place.offset :].splitlines()[:LINES_AFTER]
    return "\n".join([*before, *after])


def _candidates(place: Place) -> Iterator[Piece]:
    own, line = place.document, place.document.text.count("\n", 0, place.offset)
    same = [other for other in place.others if other.language == own.language]
    for other in same[:FILES]:
        yield from _pieces(other.path, other.text[:LONGEST])
    for piece in _cut(own):
        if piece.start + LINES + OWN_DISTANCE <= line or piece.start - OWN_DISTANCE >= line:
            yield piece


def _cut(document: DocumentSnapshot) -> Iterator[Piece]:
    lines = document.text[:LONGEST].splitlines(keepends=True)
    for start in range(0, max(1, len(lines) - STRIDE), STRIDE):
        text = "".join(lines[start : start + LINES])
        if text.strip():
            yield Piece(document.path, start, text, terms(text))


@lru_cache(maxsize=2 * FILES)
def _pieces(path: str, text: str) -> tuple[Piece, ...]:
    """Cut a file that is not being typed in, once."""
    return tuple(_cut(DocumentSnapshot(path, text, "")))


def _overlap(first: Piece, second: Piece) -> bool:
    return first.path == second.path and abs(first.start - second.start) < LINES
