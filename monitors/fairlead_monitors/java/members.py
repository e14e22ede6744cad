"""The members monitor for Java."""

from __future__ import annotations

from fairlead_monitors.clike.languages import JAVA
from fairlead_monitors.clike.members import MembersMonitor


class JavaMembers(MembersMonitor, language=JAVA):
    """Triggers after ``.`` and ``::``, in packages' names too except where they are imported."""

    languages = ("java",)
