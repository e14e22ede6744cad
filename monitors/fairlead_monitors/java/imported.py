"""What a Java document imports, and whether analysis sees it."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future

from fairlead_monitors.context import Context
from fairlead_monitors.engine import Completeness, Kind, Names, Source
from fairlead_monitors.java.header import Import, header_of
from fairlead_monitors.lookup import LATE, MemberList, settle


class Imported:
    """The imports of a document. What analysis does not see of them may bring any names."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self.text = context.prefix + context.suffix
        self._asked: dict[Import, tuple[float, Future[Names]]] = {}
        self._seen: dict[Import, bool] = {}
        self.statements = header_of(self.text).imports

    def doubted(self, found: MemberList, name: bytes, *, static: bool = False) -> MemberList:
        """Return `found`, relied on less if it lacks `name` and an import may bring that.

        With `static`, only the static imports count.
        """
        if not found.complete or not name or name in found.names:
            return found
        statements = [s for s in self.statements if s.static or not static]
        if any(statement.name.encode() == name for statement in statements):
            return found.reduced(Completeness.PARTIAL, "the text imports it")
        unseen = self.unseen([s for s in statements if s.name == "*"])
        if unseen is None:
            return found
        return found.reduced(Completeness.PARTIAL, f"analysis does not know {unseen}")

    def unseen(self, wanted: Sequence[Import]) -> Import | None:
        """Return the first import that analysis does not see; all of them are asked for at once."""
        for one in wanted:
            self.ask(one)
        return next((one for one in wanted if not self.is_seen(one)), None)

    def ask(self, wanted: Import) -> None:
        """Start to ask whether analysis sees what is imported."""
        if wanted not in self._asked:
            source, place = self._question(wanted)
            started = self._context.clock()
            answer = self._context.engine.names(Kind.IMPORT, source, place)
            self._asked[wanted] = started, answer

    def is_seen(self, wanted: Import) -> bool:
        """Tell whether analysis sees what is imported; of all in a package, any type."""
        if wanted not in self._seen:
            self.ask(wanted)
            started, answer = self._asked[wanted]
            late = Names.unknown(self._context.engine.name, LATE)
            names = settle(self._context, answer, started, late).names
            any_of_it = any(wanted.static or name[:1].isupper() for name in names)
            self._seen[wanted] = any_of_it if wanted.name == "*" else wanted.name in names
        return self._seen[wanted]

    def _question(self, wanted: Import) -> tuple[Source, int]:
        """Return a text in which the name is to be imported, and where in it."""
        path, text, place = self._context.path, self.text, wanted.start
        if place is not None:
            return Source(path, text[:place] + text[place + len(wanted.name) :]), place
        before = text[: header_of(text).end]
        statement = f"{before} import {wanted.package}."
        return Source(path, f"{statement};{text[len(before) :]}"), len(statement)
