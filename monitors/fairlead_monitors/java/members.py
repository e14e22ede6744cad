"""The members monitor for Java."""

from __future__ import annotations

from fairlead_monitors.clike.languages import JAVA
from fairlead_monitors.clike.members import MembersMonitor
from fairlead_monitors.context import Context
from fairlead_monitors.grammar import SpelledName
from fairlead_monitors.java.imported import Imported
from fairlead_monitors.java.supertypes import Supertypes
from fairlead_monitors.lookup import MemberList, MemberLookup


class JavaMembers(MembersMonitor, language=JAVA):
    """Triggers after ``.`` and ``::``, in packages' names too except where they are imported."""

    languages = ("java",)

    def __init__(self, context: Context, lookup: MemberLookup | None = None) -> None:
        super().__init__(context, lookup)
        self._supertypes = Supertypes(Imported(context))

    def _members(self, name: SpelledName) -> MemberList:
        return self._supertypes.doubted(super()._members(name))
