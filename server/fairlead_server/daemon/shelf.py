"""Texts of other documents, which come with every request and hardly change: each is sent once.

The client numbers the places on the shelf and decides what stands where; the process only keeps it.
Messages are read in the order in which they are sent, so that both sides always agree.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from fairlead_server.daemon.messages import Kept, Unreadable

PLACES = 48
"""Texts that are kept: more than the other documents of one request."""

LONGEST = 400_000
"""Characters; a longer text is sent each time."""

_KEPT = "kept"


@dataclass
class Shelf:
    """What the other side keeps, as the client knows it. The last used text is last."""

    _places: dict[str, int] = field(default_factory=dict)

    def replace(self, arguments: Mapping[str, Any]) -> list[Kept]:
        """Replace texts in `arguments` by their places; return the texts to be sent first."""
        new: list[Kept] = []
        for document in _others(arguments):
            text = document["text"]
            if len(text) > LONGEST:
                continue
            place = self._places.pop(text, None)
            if place is None:
                place = self._free()
                new.append(Kept(place, text))
            self._places[text] = place
            document["text"] = {_KEPT: place}
        return new

    def _free(self) -> int:
        if len(self._places) < PLACES:
            return len(self._places)
        return self._places.pop(next(iter(self._places)))


@dataclass
class Keeping:
    """What the process keeps for one client."""

    _texts: dict[int, str] = field(default_factory=dict)

    def keep(self, text: Kept) -> None:
        """Keep a text. Raises `Unreadable` for what no client sends."""
        if not 0 <= text.place < PLACES or len(text.text) > LONGEST:
            raise Unreadable(f"a text for the place {text.place}")
        self._texts[text.place] = text.text

    def restore(self, arguments: Mapping[str, Any]) -> None:
        """Put the texts back in. Raises `Unreadable` when there is none."""
        for document in _others(arguments):
            stated = document.get("text")
            if isinstance(stated, Mapping):
                place = stated.get(_KEPT)
                if place not in self._texts:
                    raise Unreadable(f"a text that is not kept: {place!r}")
                document["text"] = self._texts[place]


def _others(arguments: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the other documents of a request, if these are the arguments of one."""
    request = arguments.get("request")
    others = request.get("others") if isinstance(request, Mapping) else None
    for document in others if isinstance(others, list | tuple) else ():
        if isinstance(document, dict):
            yield document
