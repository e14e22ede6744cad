"""The typestate monitor for Java."""

from __future__ import annotations

from fairlead_monitors.clike.languages import JAVA
from fairlead_monitors.clike.members import MembersMonitor
from fairlead_monitors.java.lives import life_of
from fairlead_monitors.typestate import Life, Typestate


class JavaTypestate(Typestate, MembersMonitor, language=JAVA):
    """Follows JDBC objects, iterators, streams and locks that local variables hold."""

    languages = ("java",)

    def life_of(self, before: str, rest: str) -> Life | None:
        """Return what is known of the object whose member is named after `before`."""
        return life_of(before, rest)
