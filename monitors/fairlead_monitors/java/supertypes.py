"""Whether the classes of a document are known with all that they inherit.

Where a library is missing, analysis lists what it knows of a class, as if that were all.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from fairlead_monitors.engine import Completeness
from fairlead_monitors.java.header import Import, code_of
from fairlead_monitors.java.imported import Imported
from fairlead_monitors.lookup import MemberList

_HEADER = re.compile(
    r"\b(?:class|interface|enum|record)\s+\w[^{};]*?\b(?:extends|implements)\b([^{};]*)"
)
_DECLARED = re.compile(r"\b(?:class|interface|enum|record)\s+([\w$]+)")
_NAME = re.compile(r"[\w$]+(?:\s*\.\s*[\w$]+)*")


class Supertypes:
    """The types from other packages that the classes of a document inherit from.

    They are those that it imports, also with all of their package, or names in full. That the
    types of its own package are there is taken for granted.
    """

    def __init__(self, imported: Imported) -> None:
        self._imported = imported
        code = code_of(imported.text)
        self._inherited = list(dict.fromkeys(_inherited(code, imported.statements)))
        for wanted in self._inherited:
            self._imported.ask(wanted)
        self._unknown: str | None = None

    def doubted(self, found: MemberList) -> MemberList:
        """Return `found`, relied on less if one of the types is not known."""
        if not found.complete:
            return found
        if self._unknown is None:
            self._unknown = str(self._imported.unseen(self._inherited) or "")
        if not self._unknown:
            return found
        return found.reduced(Completeness.PARTIAL, f"analysis does not know {self._unknown}")


def _inherited(code: str, statements: Sequence[Import]) -> Iterator[Import]:
    """Yield the imports that the headers of classes refer to, or may refer to."""
    headers = [match[1] for match in _HEADER.finditer(code)]
    found = {"".join(name.split()) for header in headers for name in _NAME.findall(header)}
    names = sorted(found)
    words = {word for name in names for word in name.split(".")}
    yield from (statement for statement in statements if statement.name in words)
    yield from filter(None, map(_in_full, names))
    stars = [statement for statement in statements if statement.name == "*"]
    roots = {name.partition(".")[0] for name in names if name[:1].isupper()}
    roots -= {statement.name for statement in statements}
    if stars and roots.difference(_DECLARED.findall(code)):
        yield from stars


def _in_full(name: str) -> Import | None:
    """Return what `name` refers to if it begins with a package, by the conventions."""
    words = name.split(".")
    types = [place for place, word in enumerate(words) if word[:1].isupper()]
    if not types or not types[0]:
        return None
    return Import(".".join(words[: types[0]]), words[types[0]])
