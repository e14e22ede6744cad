"""Engines for tests: a table of members by receiver, and one that is late or silent."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from concurrent.futures import Future

from fairlead_monitors.engine import (
    Completeness,
    Declaration,
    Kind,
    Names,
    Source,
    Unknowing,
    answered,
)

RECEIVER = re.compile(r"(\w+|[)\]])[\s\\]*\.\s*\Z")


class TableEngine(Unknowing):
    """Knows the members of each receiver by its last word; the rest is unknown."""

    name = "table"

    def __init__(self, members: Mapping[str, str]) -> None:
        self.members_of = {k: frozenset(v.split()) for k, v in members.items()}
        self.asked: list[tuple[Source, int]] = []
        self.declared: tuple[Declaration, ...] = ()

    def names(self, kind: Kind, source: Source, offset: int) -> Future[Names]:
        self.asked.append((source, offset))
        found = RECEIVER.search(source.text[:offset])
        receiver = found[1] if found else ""
        if kind is not Kind.MEMBER or receiver not in self.members_of:
            return answered(Names.unknown(self.name, f"no entry for {receiver!r}"))
        return answered(Names(self.members_of[receiver], Completeness.COMPLETE, self.name))

    def declarations(self, source: Source, offset: int) -> Future[tuple[Declaration, ...]]:
        self.asked.append((source, offset))
        return answered(self.declared)


class EveryReceiver(TableEngine):
    """Gives every receiver the same members."""

    def __init__(self, members: Iterable[str]) -> None:
        super().__init__({})
        self.answer = Names(frozenset(members), Completeness.COMPLETE, self.name)

    def names(self, kind: Kind, source: Source, offset: int) -> Future[Names]:
        return answered(self.answer)


class SilentEngine(TableEngine):
    """Takes questions and never answers."""

    def names(self, kind: Kind, source: Source, offset: int) -> Future[Names]:
        self.asked.append((source, offset))
        return Future()

    def declarations(self, source: Source, offset: int) -> Future[tuple[Declaration, ...]]:
        self.asked.append((source, offset))
        return Future()
