"""Whether the classes of a document are known with all that they inherit.

Where a library is missing, analysis lists what it knows of a class, as if that were all.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from fairlead_monitors.context import Context
from fairlead_monitors.engine import Completeness, Kind
from fairlead_monitors.lookup import MemberList, MemberLookup

_HEADER = re.compile(
    r"\b(?:class|interface|enum|record)\s+\w[^{};]*?\b(?:extends|implements)\b([^{};]*)"
)
_IMPORT = re.compile(r"^[ \t]*import\s+(?:[\w$]+\s*\.\s*)+([\w$]+)\s*;", re.MULTILINE)
_WORD = re.compile(r"[\w$]+")


class Supertypes:
    """The imported types from which the classes of a document inherit."""

    def __init__(self, context: Context, lookup: MemberLookup) -> None:
        self._lookup = lookup
        self._imported = dict(_imported(context))
        for back in self._imported.values():
            lookup.ask(Kind.IMPORT, b"", back)

    def doubted(self, found: MemberList) -> MemberList:
        """Return `found`, relied on less if one of the types is not known."""
        if not found.complete:
            return found
        for name, back in self._imported.items():
            if name.encode() not in self._lookup.wait(Kind.IMPORT, b"", back).names:
                return found.reduced(Completeness.PARTIAL, f"analysis does not know {name}")
        return found


def _imported(context: Context) -> Iterator[tuple[str, int]]:
    """Yield each of the types, with how far before the cursor it is imported."""
    text = context.prefix + context.suffix
    headers = [match[1] for match in _HEADER.finditer(text)]
    inherited = {word for header in headers for word in _WORD.findall(header)}
    for match in _IMPORT.finditer(context.prefix):
        if match[1] in inherited:
            yield match[1], len(context.prefix) - match.start(1)
