"""The relay ends with its client, wherever that stops."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.clients.sessions import RELAY
from tests.server.lsp.scripted import LIMIT

_ECHO = (sys.executable, "-c", "import sys; sys.stdout.buffer.write(sys.stdin.buffer.read())")
_BODY = json.dumps({"params": {"a": 1}}).encode()
_WHOLE = b"Content-Length: %d\r\n\r\n%s" % (len(_BODY), _BODY)


# what the client says -> what reaches the server
@pytest.mark.parametrize(
    ("said", "passed"),
    [
        (b"", b""),
        (_WHOLE[:5], b""),
        (_WHOLE[:-1], b""),
        (_WHOLE, _WHOLE),
        (_WHOLE + b"and more", _WHOLE + b"and more"),
    ],
)
def test_what_is_said_before_the_client_goes_is_passed_on(
    tmp_path: Path, said: bytes, passed: bytes
) -> None:
    record = tmp_path / "said.json"
    command = [*RELAY, str(record), *_ECHO]
    run = subprocess.run(command, input=said, capture_output=True, timeout=LIMIT)
    assert (run.returncode, run.stdout, run.stderr) == (0, passed, b"")
    assert record.exists() == bool(passed)
