"""Why a run ends before its time, without any bug being to blame."""

from __future__ import annotations

import errno
import os

from fairlead_server.errors import UserError


class Interrupted(Exception):
    """Somebody wants the run to end: what is under way is left as it is written down."""


class NoRoom(UserError):
    """The disk is full, or its quota is used up: the run ends, and goes on when there is room."""


class Unusable(UserError):
    """What all bugs need is missing, such as the model: no bug is to blame, and the run ends."""


class Lost(UserError):
    """The process that worked on a bug has ended: that bug is marked, and the run goes on."""


_FULL = (errno.ENOSPC, errno.EDQUOT)


def is_full(error: BaseException) -> bool:
    """Tell whether `error`, or what it was made of, says that the disk is full."""
    if isinstance(error, NoRoom):
        return True
    if isinstance(error, OSError):
        return error.errno in _FULL
    return isinstance(error, UserError) and any(os.strerror(n) in str(error) for n in _FULL)
