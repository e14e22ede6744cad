"""Who is at the other end of a socket, as the system tells it."""

from __future__ import annotations

import socket
import struct
import sys


def peer(connection: socket.socket) -> tuple[int, int] | None:
    """Return the process id and the user id of the other end, None where the system is silent."""
    if sys.platform != "linux":
        return None
    layout = struct.Struct("3i")
    found = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, layout.size)
    pid, user, _ = layout.unpack(found)
    return pid, user
