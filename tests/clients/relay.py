"""Starts a language server and keeps what its client says first: relay.py FILE COMMAND...

All else passes through. FILE gets a JSON object: `params`, which are those of ``initialize``, and
`server`, the process. The server is spared the library path that the editor was started with.
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any


def relay(record: Path, command: Sequence[str]) -> int:
    """Run `command` with this process's input and output; return its exit code."""
    environ = {name: value for name, value in os.environ.items() if name != "LD_LIBRARY_PATH"}
    server = subprocess.Popen(command, stdin=subprocess.PIPE, bufsize=0, env=environ)
    threading.Thread(target=_pass_on, args=(record, server), daemon=True).start()
    return server.wait()


def _pass_on(record: Path, server: subprocess.Popen[bytes]) -> None:
    """Carry what the client writes to `server`, until one of them is gone."""
    assert server.stdin is not None
    client = sys.stdin.fileno()
    with contextlib.suppress(BrokenPipeError, EOFError), server.stdin:
        header, body = _message(client)
        said: dict[str, Any] = {"params": json.loads(body)["params"], "server": server.pid}
        record.write_text(json.dumps(said))
        server.stdin.write(header + body)
        while chunk := os.read(client, 1 << 16):
            server.stdin.write(chunk)


def _message(client: int) -> tuple[bytes, bytes]:
    """Read one message, and not a byte more. Raises `EOFError` when the client is gone."""
    header = b""
    while not header.endswith(b"\r\n\r\n"):
        header += _read(client, 1)
    fields = dict(line.split(b": ", 1) for line in header.split(b"\r\n") if line)
    length, body = int(fields[b"Content-Length"]), b""
    while len(body) < length:
        body += _read(client, length - len(body))
    return header, body


def _read(client: int, most: int) -> bytes:
    if not (found := os.read(client, most)):
        raise EOFError("the client has gone in the middle of a message")
    return found


if __name__ == "__main__":
    sys.exit(relay(Path(sys.argv[1]), sys.argv[2:]))
