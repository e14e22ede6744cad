"""Engines for tests: tables of members by receiver, of names by kind, and one that is silent."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from concurrent.futures import Future
from typing import ClassVar

from fairlead_monitors.engine import (
    Completeness,
    Declaration,
    Kind,
    Names,
    Source,
    Unknowing,
    answered,
)


class TableEngine(Unknowing):
    """Knows the members of each receiver by its last word; the rest is unknown."""

    name = "table"
    receiver: ClassVar[re.Pattern[str]] = re.compile(r"(\w+|[)\]])[\s\\]*\.\s*\Z")

    def __init__(self, members: Mapping[str, str]) -> None:
        self.members_of = {k: frozenset(v.split()) for k, v in members.items()}
        self.asked: list[tuple[Source, int]] = []
        self.declared: tuple[Declaration, ...] = ()

    def names(self, kind: Kind, source: Source, offset: int) -> Future[Names]:
        self.asked.append((source, offset))
        found = self.receiver.search(source.text[:offset])
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


class SilentEngine(TableEngine):
    """Takes questions and never answers."""

    def names(self, kind: Kind, source: Source, offset: int) -> Future[Names]:
        self.asked.append((source, offset))
        return Future()

    def declarations(self, source: Source, offset: int) -> Future[tuple[Declaration, ...]]:
        self.asked.append((source, offset))
        return Future()
