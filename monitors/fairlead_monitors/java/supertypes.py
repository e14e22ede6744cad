"""Whether the classes of a document are known with all that they inherit.

Where a library is missing, analysis lists what it knows of a class, as if that were all.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from fairlead_monitors.context import Context
from fairlead_monitors.engine import Completeness, Kind, Names, Source
from fairlead_monitors.lookup import LATE, MemberList, settle

_HEADER = re.compile(
    r"\b(?:class|interface|enum|record)\s+\w[^{};]*?\b(?:extends|implements)\b([^{};]*)"
)
_IMPORT = re.compile(r"^[ \t]*import\s+(?:[\w$]+\s*\.\s*)+([\w$]+)\s*;", re.MULTILINE)
_WORD = re.compile(r"[\w$]+")


class Supertypes:
    """The imported types from which the classes of a document inherit."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._asked = {
            name: (context.clock(), context.engine.names(Kind.IMPORT, source, place))
            for name, source, place in _imported(context)
        }
        self._unknown: str | None = None

    def doubted(self, found: MemberList) -> MemberList:
        """Return `found`, relied on less if one of the types is not known."""
        if not found.complete:
            return found
        if self._unknown is None:
            self._unknown = next((name for name in self._asked if not self._is_known(name)), "")
        if not self._unknown:
            return found
        return found.reduced(Completeness.PARTIAL, f"analysis does not know {self._unknown}")

    def _is_known(self, name: str) -> bool:
        started, future = self._asked[name]
        late = Names.unknown(self._context.engine.name, LATE)
        return name in settle(self._context, future, started, late).names


def _imported(context: Context) -> Iterator[tuple[str, Source, int]]:
    """Yield each of the types, with the text that lacks its name in its import, and where."""
    text = context.prefix + context.suffix
    headers = [match[1] for match in _HEADER.finditer(text)]
    inherited = {word for header in headers for word in _WORD.findall(header)}
    for match in _IMPORT.finditer(context.prefix):
        if match[1] in inherited:
            place = match.start(1)
            yield match[1], Source(context.path, text[:place] + text[match.end(1) :]), place
