"""The child process behind `JediEngine`: reads requests, asks jedi, writes answers.

``python -m fairlead_server.analysis.jedi_worker [--interpreter PATH] [--project PATH]``
"""

from __future__ import annotations

import argparse
import json
import os
import queue
import sys
import threading
from collections.abc import Mapping
from typing import Any, BinaryIO

from fairlead_monitors.engine import Members, Source


def main() -> None:
    """Answer until standard input ends."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--interpreter")
    parser.add_argument("--project")
    arguments = parser.parse_args()
    # Whatever prints in the course of an analysis must not print among the answers.
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    requests: queue.SimpleQueue[bytes] = queue.SimpleQueue()
    threading.Thread(target=_read, args=(sys.stdin.buffer, requests), daemon=True).start()
    analyse = _Analysis(arguments.interpreter, arguments.project)
    while True:
        answer = analyse(json.loads(requests.get()))
        answers.write(json.dumps(answer).encode() + b"\n")
        answers.flush()


def _read(stream: BinaryIO, requests: queue.SimpleQueue[bytes]) -> None:
    for line in stream:
        requests.put(line)
    # Nobody asks any more: end even in the middle of an analysis.
    os._exit(0)


class _Analysis:
    """jedi with one environment, which is made when it is first needed."""

    def __init__(self, interpreter: str | None, project: str | None) -> None:
        self._interpreter = interpreter
        self._project = project
        self._environment: Any = None

    def __call__(self, request: Mapping[str, Any]) -> dict[str, Any]:
        # Late, so that the process is up at once.
        import jedi

        from fairlead_monitors.python.jedi_members import members

        if self._interpreter and self._environment is None:
            self._environment = jedi.create_environment(self._interpreter, safe=False)
        source = Source(request["path"], request["text"])
        if "offset" not in request:
            jedi.Script(source.text, path=source.path).get_names()
            return {}
        return _to_json(
            members(
                source,
                request["offset"],
                environment=self._environment,
                project=self._project,
            )
        )


def _to_json(members: Members) -> dict[str, Any]:
    return {
        "names": sorted(members.names),
        "completeness": members.completeness.value,
        "reason": members.reason,
    }


if __name__ == "__main__":
    main()
