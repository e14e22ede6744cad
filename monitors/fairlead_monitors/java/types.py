"""The types and packages that a Java text may name, as far as analysis and the text tell."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cached_property, lru_cache

from fairlead_monitors.engine import Kind, Names
from fairlead_monitors.grammar import SpelledName
from fairlead_monitors.java.header import code_of
from fairlead_monitors.java.imported import Imported
from fairlead_monitors.java.supertypes import Supertypes
from fairlead_monitors.lookup import MemberList, MemberLookup

_WORD = re.compile(rb"(?<![\w$.])[A-Z][\w$]*[a-z][\w$]*")
"""What looks like the name of a type, by the conventions, and of one that is in reach."""
_PARAMETER = re.compile(rb"[<,]\s*([\w$]+)\s+extends\b")
_DECLARED = re.compile(rb"\b(?:class|interface|enum|record)\s+([\w$]+)")
LETTERS = 3
"""With so many letters, types are asked for while their names are being written."""
_LETTERS = re.compile(rb"[\w$]{1,%d}" % LETTERS)


def listed(lookup: MemberLookup, kind: Kind, name: SpelledName) -> MemberList:
    """Return the types of a `kind` that may be what begins like `name`.

    Without those for which no import comes along, which the engine says are importable and does not
    list. Servers list types by what they begin with, and the sooner the fewer there are; but a list
    without any says nothing.
    """
    found = lookup.wait(kind, *after_letters(name))
    if not found.complete:
        found = lookup.wait(kind, *after_letters(name, 1))
    return _bound(found.members) if found.members.importable else found


def after_letters(name: SpelledName, count: int = LETTERS) -> tuple[bytes, int]:
    """Return the place at which types are asked for: after so many letters of the name."""
    found = _LETTERS.match(name.typed)
    return name.place + (found[0][:count] if found else b""), name.back


@lru_cache(maxsize=64)
def _bound(found: Names) -> MemberList:
    return MemberList(replace(found, importable=frozenset()))


class Types:
    """What a name may be that is no variable.

    Types that the document names are taken for granted, as they may be in a library that analysis
    does not see. Parameters of types are not: they belong to a class or method.
    """

    def __init__(
        self,
        lookup: MemberLookup,
        imported: Imported,
        supertypes: Supertypes,
    ) -> None:
        self._lookup = lookup
        self._imported = imported
        self._supertypes = supertypes

    def may_be(self, name: SpelledName) -> bool:
        """Tell whether there may be a type or a package of this name."""
        if name.typed in self._written:
            return True
        found = self._found(name)
        return not found.complete or name.typed in found.names

    def may_begin(self, name: SpelledName) -> bool:
        """Tell whether a type or a package may have a name that begins like this."""
        if len(name.typed) < LETTERS or not _LETTERS.match(name.typed):
            return True  # Servers are asked by letters of ASCII.
        if any(word.startswith(name.typed) for word in self._written):
            return True
        brought = (statement.name.encode() for statement in self._imported.statements)
        if any(word.startswith(name.typed) for word in brought):
            return True
        found = self._found(name)
        return not found.complete or found.has_prefix(name.typed)

    def _found(self, name: SpelledName) -> MemberList:
        found = listed(self._lookup, Kind.TYPE, name)
        return self._imported.doubted(self._supertypes.doubted(found), name.typed)

    @cached_property
    def _written(self) -> frozenset[bytes]:
        """The capitalised words in the code of the document, but for parameters of types."""
        code = code_of(self._imported.text).encode()
        words = frozenset(_WORD.findall(code)).difference(_PARAMETER.findall(code))
        return words.union(_DECLARED.findall(code))
