"""What a Java document imports, and whether analysis sees it."""

from __future__ import annotations

import re
from concurrent.futures import Future
from dataclasses import dataclass

from fairlead_monitors.context import Context
from fairlead_monitors.engine import Completeness, Kind, Names, Source
from fairlead_monitors.lookup import LATE, MemberList, settle

_STATEMENT = re.compile(
    r"^[ \t]*import\s+(static\s+)?([\w$]+(?:\s*\.\s*[\w$]+)*)\s*\.\s*([\w$]+|\*)\s*;",
    re.MULTILINE,
)
_PACKAGE = re.compile(r"^[ \t]*package\s+[\w$.]+\s*;", re.MULTILINE)


@dataclass(frozen=True)
class Import:
    """A name that is imported from a package or type; ``*`` stands for all that it has.

    `start` is where the name begins in the text, None if it is not imported by a statement.
    """

    package: str
    name: str
    static: bool = False
    start: int | None = None

    def __str__(self) -> str:
        return f"{self.package}.{self.name}"


def imports(text: str) -> list[Import]:
    """Return what the import statements of a text name, in their order."""
    return [
        Import("".join(found[2].split()), found[3], bool(found[1]), found.start(3))
        for found in _STATEMENT.finditer(text)
    ]


class Imported:
    """The imports of a document. What analysis does not see of them may bring any names."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._text = context.prefix + context.suffix
        self._asked: dict[Import, tuple[float, Future[Names]]] = {}
        self._seen: dict[Import, bool] = {}
        self.statements = imports(self._text)

    def doubted(self, found: MemberList, name: bytes, *, static: bool = False) -> MemberList:
        """Return `found`, relied on less if it lacks `name` and an import may bring that.

        With `static`, only the static imports count.
        """
        if not found.complete or not name or name in found.names:
            return found
        for statement in self.statements:
            if static and not statement.static:
                continue
            if statement.name.encode() == name:
                return found.reduced(Completeness.PARTIAL, "the text imports it")
            if statement.name == "*" and not self.is_seen(statement):
                return found.reduced(Completeness.PARTIAL, f"analysis does not know {statement}")
        return found

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
        path, text, place = self._context.path, self._text, wanted.start
        if place is not None:
            return Source(path, text[:place] + text[place + len(wanted.name) :]), place
        package = _PACKAGE.search(text)
        before = text[: package.end()] if package else ""
        statement = f"{before} import {wanted.package}."
        return Source(path, f"{statement};{text[len(before) :]}"), len(statement)
