"""Starts a language server and keeps the first message of its client: relay.py FILE COMMAND...

What the client says of itself is what the tests in this folder have on record. All else passes
through. The server gets a clean PATH to its libraries; that of the editor is not for others.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO


def relay(record: Path, command: Sequence[str]) -> int:
    """Run `command` with this process's input and output; return its exit code."""
    environ = {name: value for name, value in os.environ.items() if name != "LD_LIBRARY_PATH"}
    server = subprocess.Popen(command, stdin=subprocess.PIPE, env=environ)
    assert server.stdin is not None
    client = sys.stdin.buffer
    header, body = _message(client)
    record.write_bytes(body)
    server.stdin.write(header + body)
    server.stdin.flush()
    try:
        while chunk := os.read(client.fileno(), 1 << 16):
            server.stdin.write(chunk)
            server.stdin.flush()
        server.stdin.close()
    except BrokenPipeError:
        pass
    return server.wait()


def _message(stream: BinaryIO) -> tuple[bytes, bytes]:
    """Read one message, not a byte more."""
    header = b""
    while not header.endswith(b"\r\n\r\n"):
        header += stream.read(1)
    length = next(line for line in header.split(b"\r\n") if line.lower().startswith(b"content-len"))
    return header, stream.read(int(length.partition(b":")[2]))


if __name__ == "__main__":
    sys.exit(relay(Path(sys.argv[1]), sys.argv[2:]))
