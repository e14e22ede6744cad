"""An engine for tests that knows names by kind, wherever it is asked."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import Future

from fairlead_monitors.engine import Completeness, Kind, Names, Source, Unknowing, answered


class KindTable(Unknowing):
    """Gives every place the names of the kind that is asked for; other kinds are unknown."""

    name = "table"

    def __init__(self, names: Mapping[Kind, str]) -> None:
        self._names = {kind: frozenset(text.split()) for kind, text in names.items()}
        self.asked: list[tuple[Kind, str, str]] = []

    def names(self, kind: Kind, source: Source, offset: int) -> Future[Names]:
        self.asked.append((kind, source.text[:offset], source.text[offset:]))
        if kind not in self._names:
            return answered(Names.unknown(self.name, "no entry"))
        return answered(Names(self._names[kind], Completeness.COMPLETE, self.name))
