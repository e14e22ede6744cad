"""Engines for tests: a table of members by receiver, and one that is late or silent."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from concurrent.futures import Future

from fairlead_monitors.engine import Completeness, Members, Signature, Source

RECEIVER = re.compile(r"(\w+|[)\]])[\s\\]*\.\s*\Z")


class TableEngine:
    """Knows the members of each receiver by its last word; the rest is unknown."""

    name = "table"

    def __init__(self, members: Mapping[str, str]) -> None:
        self.members_of = {k: frozenset(v.split()) for k, v in members.items()}
        self.asked: list[tuple[Source, int]] = []
        self.declared: tuple[Signature, ...] = ()

    def members(self, source: Source, offset: int) -> Future[Members]:
        self.asked.append((source, offset))
        found = RECEIVER.search(source.text[:offset])
        receiver = found[1] if found else ""
        answer: Future[Members] = Future()
        if receiver in self.members_of:
            names = self.members_of[receiver]
            answer.set_result(Members(names, Completeness.COMPLETE, self.name))
        else:
            answer.set_result(Members.unknown(self.name, f"no entry for {receiver!r}"))
        return answer

    def signatures(self, source: Source, offset: int) -> Future[tuple[Signature, ...]]:
        self.asked.append((source, offset))
        answer: Future[tuple[Signature, ...]] = Future()
        answer.set_result(self.declared)
        return answer

    def warm(self, source: Source) -> None: ...

    def close(self) -> None: ...


class EveryReceiver(TableEngine):
    """Gives every receiver the same members."""

    def __init__(self, members: Iterable[str]) -> None:
        super().__init__({})
        self.answer = Members(frozenset(members), Completeness.COMPLETE, self.name)

    def members(self, source: Source, offset: int) -> Future[Members]:
        future: Future[Members] = Future()
        future.set_result(self.answer)
        return future


class SilentEngine(TableEngine):
    """Takes questions and never answers."""

    def members(self, source: Source, offset: int) -> Future[Members]:
        self.asked.append((source, offset))
        return Future()

    def signatures(self, source: Source, offset: int) -> Future[tuple[Signature, ...]]:
        self.asked.append((source, offset))
        return Future()
