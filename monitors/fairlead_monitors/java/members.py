"""The members monitor for Java."""

from __future__ import annotations

from dataclasses import replace

from fairlead_monitors.clike.languages import JAVA
from fairlead_monitors.clike.members import MembersMonitor
from fairlead_monitors.constraint import Constraint
from fairlead_monitors.context import Context
from fairlead_monitors.grammar import SpelledName
from fairlead_monitors.java.imported import Imported
from fairlead_monitors.java.supertypes import Supertypes
from fairlead_monitors.java.uses import BLANKS, is_misused
from fairlead_monitors.lookup import MemberList, MemberLookup


class JavaMembers(MembersMonitor, language=JAVA):
    """Triggers after ``.`` and ``::``, in packages' names too except where they are imported.

    After a dot, methods are called and fields are not; blanks may stand before the sign that tells.
    """

    languages = ("java",)

    def __init__(self, context: Context, lookup: MemberLookup | None = None) -> None:
        self._before = context.prefix.encode(errors="replace")
        super().__init__(context, lookup)
        self._supertypes = Supertypes(Imported(context))

    def constraint(self) -> Constraint | None:
        """Return the names, unless the name has ended and only waits for the sign behind it."""
        return None if self._name is not None and self._name.ended else super().constraint()

    def _members(self, name: SpelledName) -> MemberList:
        return self._supertypes.doubted(super()._members(name))

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
        is_use = spelled not in self.words and not self._refers(name)
        return is_use and is_misused(self._members(name), spelled, byte)

    def _is_method(self, name: SpelledName) -> bool:
        return self._is_wrong_before(b";", name, name.typed)

    def _refers(self, name: SpelledName) -> bool:
        """Tell whether the name is behind ``::``."""
        text = self._generated[: max(0, name.start)].rstrip()
        text = text or self._before[: len(self._before) + min(0, name.start)].rstrip()
        return text.endswith(b"::")
