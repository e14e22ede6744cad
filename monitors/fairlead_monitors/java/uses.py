"""What a name is used as in Java, where methods and all else that has a name live apart."""

from __future__ import annotations

from fairlead_monitors.lookup import MemberList

BLANKS = b" \t\r\n"
"""What may stand between a name and the sign that tells what it is used as."""


def is_misused(members: MemberList, name: bytes, sign: bytes) -> bool:
    """Tell whether `sign` after `name` calls what is no method, or reads one without a call.

    A comment may be followed by either.
    """
    if not members.complete or name in members.written or not sign or sign in BLANKS + b"/":
        return False
    others = members.members.values if sign == b"(" else members.members.methods
    return name.decode(errors="replace") in others
