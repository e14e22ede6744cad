"""The members monitor for Java."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cached_property

from fairlead_monitors.clike.languages import JAVA
from fairlead_monitors.clike.members import MembersMonitor
from fairlead_monitors.constraint import Constraint
from fairlead_monitors.context import Context
from fairlead_monitors.grammar import SpelledName
from fairlead_monitors.java.bodies import body_around
from fairlead_monitors.java.imported import Imported
from fairlead_monitors.java.supertypes import Supertypes
from fairlead_monitors.java.uses import BLANKS, is_misused
from fairlead_monitors.lookup import MemberList, MemberLookup

_NOT_CALLED = frozenset({b"class", b"this", b"super"})
_BEHIND_TYPE = re.compile(rb"(?<![\w$])[A-Z][\w$]*\s*\.\s*\Z")
"""The end of what names a type: only behind an object may ``super`` be called."""
_NEAR = 200  # bytes in which what is before a name is looked for


class JavaMembers(MembersMonitor, language=JAVA):
    """Triggers after ``.`` and ``::``, in packages' names too except where they are imported.

    After a dot, methods are called and fields are not; blanks may stand before the sign that tells.
    """

    languages = ("java",)

    def __init__(self, context: Context, lookup: MemberLookup | None = None) -> None:
        self._before = context.prefix.encode(errors="replace")
        super().__init__(context, lookup)
        self._supertypes = Supertypes(Imported(context))
        self._around = context.prefix, context.suffix

    @cached_property
    def _body(self) -> str | None:
        return body_around(*self._around)

    def constraint(self) -> Constraint | None:
        """Return the names, unless the name has ended and only waits for the sign behind it."""
        return None if self._name is not None and self._name.ended else super().constraint()

    def _members(self, name: SpelledName) -> MemberList:
        found = self._supertypes.doubted(super()._members(name))
        return self._here(found) if found.complete and found.written else found

    def _here(self, found: MemberList) -> MemberList:
        """Return `found` without what is named in other methods, where receivers are others."""
        if self._body is None:
            return found
        named = (word.decode() for word in found.written)
        body = self._body
        here = frozenset(word for word in named if re.search(rf"[.:]\s*{word}(?![\w$])", body))
        return MemberList(found.members, here) if len(here) < len(found.written) else found

    def _end(self, name: SpelledName, byte: bytes) -> bool:
        if not name.typed or byte not in BLANKS or not self._is_method(name):
            return super()._end(name, byte)
        self._name = replace(name, ended=True)
        return True

    def _prove(self, name: SpelledName, byte: bytes) -> bool:
        if byte in BLANKS:
            self._append(byte)
            return True
        return super()._end(name, byte)

    def _is_wrong_at_end(self, name: SpelledName) -> bool:
        rest = self._rest(name)
        sign = self._suffix[len(rest) :].lstrip()[:1]
        return bool(sign) and self._is_wrong_before(sign, name, name.typed + rest)

    def _is_wrong_before(self, byte: bytes, name: SpelledName, spelled: bytes) -> bool:
        if super()._is_wrong_before(byte, name, spelled):
            return True
        if spelled in _NOT_CALLED and byte == b"(":
            return spelled != b"super" or bool(_BEHIND_TYPE.search(self._text_before(name)))
        is_use = spelled not in self.words and not self._refers(name)
        return is_use and is_misused(self._members(name), spelled, byte)

    def _is_method(self, name: SpelledName) -> bool:
        return self._is_wrong_before(b";", name, name.typed)

    def _refers(self, name: SpelledName) -> bool:
        """Tell whether the name is behind ``::``."""
        return self._text_before(name).rstrip().endswith(b"::")

    def _text_before(self, name: SpelledName) -> bytes:
        before = self._before[: len(self._before) + min(0, name.start)]
        return before[-_NEAR:] + self._generated[: max(0, name.start)]
