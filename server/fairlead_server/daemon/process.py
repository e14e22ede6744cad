"""Runs a model process at its place: one, and only one."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import socket
import sys
from pathlib import Path
from typing import Any

from fairlead_server.daemon.host import Parts
from fairlead_server.daemon.locks import locked
from fairlead_server.daemon.messages import from_json
from fairlead_server.daemon.places import Place
from fairlead_server.daemon.server import GRACE, Daemon
from fairlead_server.settings import Settings

log = logging.getLogger(__name__)

_TIME_TO_LEAVE = 15.0
"""Seconds that a process which is ending gets to leave the place to this one."""

_BACKLOG = 64


def main() -> int:
    """Run the process that `launch` has started, which tells the rest on standard input."""
    place, settings = told(sys.stdin.buffer.read())
    log_to_stderr(settings.log_level)
    # Late: a process that only finds its place taken does without.
    from fairlead_server.daemon.parts import PARTS

    return run(place, settings, PARTS)


def log_to_stderr(level: str) -> None:
    """Write the log of fairlead's packages, which holds nothing of the user's documents."""
    handler = logging.StreamHandler()
    form = f"%(asctime)s {os.getpid()} %(levelname)s %(name)s: %(message)s"
    handler.setFormatter(logging.Formatter(form))
    for package in ("fairlead_server", "fairlead_decoding", "fairlead_monitors"):
        logger = logging.getLogger(package)
        logger.addHandler(handler)
        logger.setLevel(level.upper())
    # It logs whole messages, and the messages are the documents.
    logging.getLogger("pygls").setLevel(logging.CRITICAL)


def told(data: bytes) -> tuple[Place, Settings]:
    """Read what `launch` tells a process."""
    stated = json.loads(data)
    folder, name = stated["place"]
    return Place(Path(folder), name), from_json(stated["settings"], Settings)


def run(place: Place, settings: Settings, parts: Parts[Any, Any], grace: float = GRACE) -> int:
    """Serve at `place` until it is time to end; return the exit code.

    Returns at once when there is a process at `place` already.
    """
    # A process that is ending takes its socket away first, and its lock last.
    with locked(place.lock, _TIME_TO_LEAVE, hopeless=place.socket.exists) as alone:
        if not alone:
            log.info("another process is at %s", place.socket)
            return 0
        listening = listen(place)
        daemon = Daemon(parts, settings, grace)
        log.info("listening at %s for %s", place.socket, settings.model)
        freed = asyncio.run(daemon.run(listening, lambda: place.socket.unlink(missing_ok=True)))
        log.info("ends")
        if not freed:
            # A library in the middle of a step may crash when the interpreter is taken down.
            logging.shutdown()
            os._exit(0)
    return 0


def listen(place: Place) -> socket.socket:
    """Return a socket that only the user can connect to; what a dead process left is replaced."""
    place.socket.unlink(missing_ok=True)
    listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    before = os.umask(0o177)
    try:
        listening.bind(str(place.socket))
    finally:
        os.umask(before)
    listening.listen(_BACKLOG)
    return listening
