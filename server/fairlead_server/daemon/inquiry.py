"""What can be asked of all model processes of the user, from outside."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator

from fairlead_server.daemon.calls import Status
from fairlead_server.daemon.launch import find
from fairlead_server.daemon.link import Gone, Link
from fairlead_server.daemon.places import Place, places, run_folder

_TIME_TO_END = 15.0
_POLL = 0.02


def statuses() -> list[Status]:
    """Return what each process is doing."""
    found = []
    for _, link in _links():
        with contextlib.suppress(Gone):
            found.append(link.call("status"))
    return found


def stop_all() -> int:
    """End all processes; return how many there were, once they have left."""
    left = []
    for place, link in _links():
        with contextlib.suppress(Gone):
            link.call("stop")
        left.append(place)
    until = time.monotonic() + _TIME_TO_END
    while any(place.socket.exists() for place in left) and time.monotonic() < until:
        time.sleep(_POLL)
    return len(left)


def _links() -> Iterator[tuple[Place, Link]]:
    for place in places(run_folder()):
        link = find(place)
        if link is not None:
            yield place, link
            link.close()
