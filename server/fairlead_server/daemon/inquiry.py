"""What can be asked of all model processes of the user, from outside."""

from __future__ import annotations

import contextlib
import logging
import os
import signal
import time
from collections.abc import Callable, Iterator

from fairlead_server.daemon.calls import Status
from fairlead_server.daemon.launch import OtherVersion, find
from fairlead_server.daemon.link import Gone, Link
from fairlead_server.daemon.places import Place, places, run_folder

log = logging.getLogger(__name__)

_TIME_TO_END = 15.0
_POLL = 0.02


def statuses() -> list[Status]:
    """Return what each process is doing."""
    found = []
    for _, link in _links(lambda _, other: log.warning("%s", other)):
        with contextlib.suppress(Gone):
            found.append(link.call("status"))
    return found


def stop_all() -> int:
    """End all processes; return how many there were, once they have left."""
    left: list[Place] = []

    def end(place: Place, other: OtherVersion) -> None:
        # Versions may differ in how they are talked to, and not in how they take signals.
        with contextlib.suppress(ProcessLookupError):
            os.kill(other.greeting.pid, signal.SIGTERM)
        left.append(place)

    for place, link in _links(end):
        with contextlib.suppress(Gone):
            link.call("stop")
        left.append(place)
    until = time.monotonic() + _TIME_TO_END
    while any(place.socket.exists() for place in left) and time.monotonic() < until:
        time.sleep(_POLL)
    return len(left)


def _links(met: Callable[[Place, OtherVersion], None]) -> Iterator[tuple[Place, Link]]:
    """Yield a link to each process; `met` is told of those of another version."""
    for place in places(run_folder()):
        try:
            link = find(place)
        except OtherVersion as other:
            met(place, other)
            continue
        if link is not None:
            yield place, link
            link.close()
