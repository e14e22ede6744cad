"""Places of a bug as hunks, one after the other, and what is written in all of them together."""

from __future__ import annotations

import itertools
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from fairlead_server.document import DocumentSnapshot
from fairlead_server.errors import UserError
from fairlead_server.repair.batch.bug import Bug, Place
from fairlead_server.repair.candidates import normalised
from fairlead_server.repair.hunk import Hunk, insertion, lines_hunk
from fairlead_server.repair.place import read_source


@dataclass(frozen=True)
class Texts:
    """What stands in the first places of a bug, in their order; the others are as they were."""

    bug: Bug
    sources: Mapping[str, DocumentSnapshot]
    written: tuple[str, ...] = ()
    documents: Mapping[str, DocumentSnapshot] = field(default_factory=dict)

    def hunk(self) -> Hunk:
        """Return the next place, where it is now."""
        place = self.bug.places[len(self.written)]
        earlier = zip(self.bug.places, self.written, strict=False)
        moved = sum(_grown(one, text) for one, text in earlier if one.path == place.path)
        return _hunk(self._now(place.path), place, moved)

    def then(self, text: str) -> Texts:
        """Return the same with `text` in the next place."""
        place, hunk = self.bug.places[len(self.written)], self.hunk()
        patched = replace(hunk.patched(text), version=0)
        documents = {**self.documents, place.path: patched}
        return replace(self, written=(*self.written, text), documents=documents)

    def joint(self) -> dict[str, tuple[Hunk, str]]:
        """Return, by path, one hunk around all places of a file, and what stands there now."""
        found = {}
        for path in dict.fromkeys(place.path for place in self.bug.places):
            source, places = self.sources[path], [p for p in self.bug.places if p.path == path]
            hunk = _around(source, places)
            now = self._now(path).text
            # An insertion brings the line break after it along.
            after = len(hunk.after) if hunk.is_insertion else len(source.text) - hunk.end
            found[path] = (hunk, now[hunk.start : len(now) - after])
        return found

    def files(self) -> dict[str, str]:
        """Return the texts of the files that differ, by absolute paths."""
        return {document.path: document.text for document in self.documents.values()}

    def _now(self, path: str) -> DocumentSnapshot:
        return self.documents.get(path) or self.sources[path]


def texts_of(bug: Bug) -> Texts:
    """Read the files of a bug. Raises `UserError` where a place is none."""
    places = tuple(sorted(bug.places, key=lambda p: (_position(bug, p.path), p.first, p.last)))
    bug = replace(bug, places=places)
    sources = {place.path: _source(bug, place) for place in places}
    for one, other in itertools.pairwise(places):
        if one.path == other.path and other.first <= one.last:
            raise UserError(
                f"{one.path}: the places at lines {one.first} and {other.first} overlap"
            )
    for place in places:
        _hunk(sources[place.path], place)
    return Texts(bug, sources)


def mended(texts: Texts) -> Texts | None:
    """Return what the developers wrote, None where that is not known."""
    for place in texts.bug.places:
        if place.fixed is None:
            return None
        texts = texts.then(place.fixed)
    return texts


def is_fix(texts: Texts, fix: Texts | None) -> bool | None:
    """Tell whether `texts` are what the developers wrote, but for comments and blanks."""
    if fix is None:
        return None
    ours, theirs = texts.files(), fix.files()
    sources = {one.path: one for one in (*texts.sources.values(), *fix.sources.values())}
    return all(
        _tokens(sources[path], ours.get(path)) == _tokens(sources[path], theirs.get(path))
        for path in {**ours, **theirs}
    )


def _tokens(source: DocumentSnapshot, text: str | None) -> tuple[str, ...]:
    whole = Hunk(source, 1, source.text.count("\n") + 1, 0, len(source.text))
    return normalised(whole, source.text if text is None else text)


def _position(bug: Bug, path: str) -> int:
    return [place.path for place in bug.places].index(path)


def _source(bug: Bug, place: Place) -> DocumentSnapshot:
    path = os.path.join(bug.root, place.path)
    root = os.path.realpath(bug.root)
    if os.path.commonpath([root, os.path.realpath(path)]) != root:
        raise UserError(f"{place.path}: is not in the project {bug.root}")
    return read_source(path)


def _hunk(document: DocumentSnapshot, place: Place, moved: int = 0) -> Hunk:
    if place.is_insertion:
        return insertion(document, place.first + moved)
    return lines_hunk(document, place.first + moved, place.last + moved)


def _grown(place: Place, text: str) -> int:
    """Return by how many lines a file grows with `text` in a place."""
    return text.count("\n") + 1 - (place.last - place.first + 1)


def _around(document: DocumentSnapshot, places: Sequence[Place]) -> Hunk:
    first, last = min(p.first for p in places), max(p.last for p in places)
    if last < first:
        return insertion(document, first)
    start = lines_hunk(document, first, first).start
    return Hunk(document, first, last, start, lines_hunk(document, last, last).end)
