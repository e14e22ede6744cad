"""Finding the model process, or starting it: one, however many editors start at once."""

from __future__ import annotations

import contextlib
import json
import logging
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from fairlead_server import __version__
from fairlead_server.daemon.calls import Greeting
from fairlead_server.daemon.link import SILENCE, Gone, Link
from fairlead_server.daemon.locks import locked
from fairlead_server.daemon.messages import to_json
from fairlead_server.daemon.peers import peer
from fairlead_server.daemon.places import Place, places, private
from fairlead_server.errors import UserError
from fairlead_server.settings import Settings

log = logging.getLogger(__name__)

# Not `-m`: it would import from the current folder before anything else.
COMMAND = (
    sys.executable,
    "-c",
    "import sys; sys.path[:] = filter(None, sys.path)\n"
    "from fairlead_server.daemon.process import main; sys.exit(main())",
)
"""Starts the process that ships; it reads its settings from standard input."""

_TIME_TO_START = 60.0
"""Seconds that a process may take before it listens; the model is loaded after that."""

_TIME_TO_CONNECT = 5.0
_LONGEST_LOG = 1_000_000
_POLL = 0.02


@dataclass(frozen=True)
class Launch:
    """How a process is started, and after how many seconds of silence it counts as stuck."""

    command: Sequence[str] = COMMAND
    silence: float = SILENCE


def find_or_start(place: Place, settings: Settings, launch: Launch) -> Link:
    """Return a connection to the process at `place`, whose model may not be loaded yet.

    Raises `UserError` when none can be started, or when it is one of another version.
    """
    link = find(place, launch.silence)
    if link is not None:
        return link
    with locked(place.start_lock, _TIME_TO_START):
        # Another editor may have been faster.
        link = find(place, launch.silence)
        if link is None:
            _retire_others(place)
            link = _start(place, settings, launch)
    return link


class OtherVersion(UserError):
    """The process is of another version of fairlead, which this one cannot talk to."""

    def __init__(self, greeting: Greeting) -> None:
        super().__init__(
            f"a model process of fairlead {greeting.version} is in the way of {__version__}: "
            "fairlead daemon --stop ends it"
        )
        self.greeting = greeting


def find(place: Place, silence: float = SILENCE) -> Link | None:
    """Return a connection to the process at `place`, None when there is none.

    Raises `OtherVersion` when it is of one.
    """
    connection = _connected(place.socket)
    if connection is None:
        return None
    link = Link(connection, silence)
    try:
        greeting: Greeting = link.call("hello", greeting=Greeting(__version__, os.getpid()))
    except Gone:
        link.close()
        return None
    except BaseException:
        link.close()
        raise
    link.pid = greeting.pid
    if greeting.version != __version__:
        link.close()
        raise OtherVersion(greeting)
    return link


def _connected(path: Path) -> socket.socket | None:
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    connection.settimeout(_TIME_TO_CONNECT)
    try:
        connection.connect(str(path))
    except OSError:
        connection.close()
        return None
    found = peer(connection)
    if found is not None and found[1] != os.geteuid():
        connection.close()
        raise UserError(f"{path}: the process behind it is somebody else's")
    return connection


def _retire_others(place: Place) -> None:
    """Let the processes end that serve nobody: the memory may not hold another model."""
    for other in places(place.folder):
        if other != place:
            with contextlib.suppress(UserError, Gone):
                if link := find(other):
                    link.tell("retire")
                    link.close()


def _start(place: Place, settings: Settings, launch: Launch) -> Link:
    process = _spawn(place, settings, launch)
    ended = threading.Event()
    # Whoever starts a process has to ask how it ended, or it stays on the system's list.
    threading.Thread(target=_reap, args=(process, ended), daemon=True).start()
    until = time.monotonic() + _TIME_TO_START
    while time.monotonic() < until:
        if link := find(place, launch.silence):
            return link
        if ended.wait(_POLL):
            break
    raise UserError(f"the model process does not start; {place.log} says why")


def _spawn(place: Place, settings: Settings, launch: Launch) -> subprocess.Popen[bytes]:
    environment = {**os.environ}
    # What one editor has activated is nothing to the others; each tells its interpreter itself.
    environment.pop("VIRTUAL_ENV", None)
    try:
        with _log(place.log) as output:
            process = subprocess.Popen(
                [*launch.command],
                stdin=subprocess.PIPE,
                stdout=output,
                stderr=output,
                cwd=place.folder,
                env=environment,
                # Away from the editor's terminal and signals: it outlives the editor.
                start_new_session=True,
            )
    except OSError as error:
        raise UserError(f"the model process cannot be started: {error}") from None
    assert process.stdin is not None
    stated = {"place": [str(place.folder), place.name], "settings": to_json(settings)}
    with contextlib.suppress(BrokenPipeError), process.stdin:
        process.stdin.write(json.dumps(stated).encode())
    log.info("the model process has been started: pid %d, log %s", process.pid, place.log)
    return process


def _log(path: Path) -> BinaryIO:
    """Open the log to add to it; a long one is put aside."""
    private(path.parent)
    with contextlib.suppress(OSError):
        if path.stat().st_size > _LONGEST_LOG:
            path.replace(path.with_suffix(".log.old"))
    return open(path, "ab", opener=_owner_only)


def _owner_only(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _reap(process: subprocess.Popen[bytes], ended: threading.Event) -> None:
    process.wait()
    ended.set()
