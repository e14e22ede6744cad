"""The typestate monitor for Python."""

from __future__ import annotations

from fairlead_monitors.python.lives import life_of
from fairlead_monitors.python.members import MembersMonitor
from fairlead_monitors.typestate import Life, Typestate


class PythonTypestate(Typestate, MembersMonitor):
    """Follows files, locks, sockets and databases that local variables hold."""

    def life_of(self, before: str, rest: str) -> Life | None:
        """Return what is known of the object whose member is named after `before`."""
        return life_of(before, rest)
