"""The child process behind `JediEngine`: reads requests, asks jedi, writes answers.

``python -m fairlead_server.analysis.jedi_worker [--interpreter PATH] [--project PATH]``
"""

from __future__ import annotations

import argparse
import json
import os
import queue
import shutil
import sys
import tempfile
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, BinaryIO

from fairlead_monitors.engine import Completeness, Names, Source

MODULES = 2000
"""How many parsed modules are kept in memory: about half a gigabyte."""

SIGNATURES = 1.0
"""Seconds after which no further declaration is looked up: members, which can veto, may wait."""

# A process that was killed while it wrote to the cache of parsed modules leaves these behind.
_TORN_CACHE = ("EOFError", "UnpicklingError")
_TEMPORARY = "fairlead-jedi-"


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
    analyse = _Analysis(arguments.interpreter, arguments.project)
    reader = threading.Thread(target=_read, args=(sys.stdin.buffer, requests, analyse), daemon=True)
    reader.start()
    while True:
        answer = analyse(json.loads(requests.get()))
        answers.write(json.dumps(answer).encode() + b"\n")
        answers.flush()


def _read(stream: BinaryIO, requests: queue.SimpleQueue[bytes], analysis: _Analysis) -> None:
    for line in stream:
        requests.put(line)
    # Nobody asks any more: end even in the middle of an analysis.
    analysis.close()
    os._exit(0)


class _Analysis:
    """jedi with one environment, which is made when it is first needed."""

    def __init__(self, interpreter: str | None, project: str | None) -> None:
        self._interpreter = interpreter
        self._project = project
        self._cache = ""
        self._environment: Any = None

    def __call__(self, request: Mapping[str, Any]) -> dict[str, Any]:
        # Late, so that the process is up at once.
        import jedi
        import parso.cache

        from fairlead_monitors.python import jedi_declarations, jedi_members

        if not self._cache:
            self._cache = jedi.settings.cache_directory = cache_directory()
        if sum(map(len, parso.cache.parser_cache.values())) > MODULES:
            parso.cache.parser_cache.clear()
        try:
            if self._interpreter and self._environment is None:
                self._environment = jedi.create_environment(self._interpreter, safe=False)
        except jedi.InvalidPythonEnvironment:
            reason = f"{self._interpreter} is not a Python that jedi can run"
            return _to_json(Names.unknown(jedi_members.ENGINE, reason)) | {"declarations": []}
        if request.get("ask") == "declarations":
            return self._declarations(jedi_declarations, request)
        found = self._ask(jedi_members, request)
        if found.completeness is Completeness.UNKNOWN and found.reason.endswith(_TORN_CACHE):
            shutil.rmtree(self._cache, ignore_errors=True)
            parso.cache.parser_cache.clear()
            found = self._ask(jedi_members, request)
        return _to_json(found)

    def close(self) -> None:
        """Remove the cache if it is a temporary one."""
        if Path(self._cache).name.startswith(_TEMPORARY):
            shutil.rmtree(self._cache, ignore_errors=True)

    def _declarations(self, jedi_declarations: Any, request: Mapping[str, Any]) -> dict[str, Any]:
        end = time.monotonic() + SIGNATURES
        found = jedi_declarations.declarations(
            Source(request["path"], request["text"]),
            request["offset"],
            environment=self._environment,
            project=self._project,
            over=lambda: time.monotonic() > end,
        )
        return {"declarations": [(signature.path, signature.text) for signature in found]}

    def _ask(self, jedi_members: Any, request: Mapping[str, Any]) -> Names:
        source = Source(request["path"], request["text"])
        place = {"environment": self._environment, "project": self._project}
        if "offset" not in request:
            # The question at the end of the text that takes the least inference.
            source = Source(source.path, source.text + "\n''.")
        offset = request.get("offset", len(source.text))
        answer: Names = jedi_members.members(source, offset, **place)
        return answer


def cache_directory() -> str:
    """Return a folder of our own for parsed modules, a temporary one if need be."""
    import jedi

    # Pickles are read from it: it must not be one that others can write to.
    place = Path(jedi.settings.cache_directory).parent / "fairlead" / "jedi"
    try:
        place.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=place):
            return str(place)
    except OSError:
        return tempfile.mkdtemp(prefix=_TEMPORARY)


def _to_json(members: Names) -> dict[str, Any]:
    return {
        "names": sorted(members.names),
        "completeness": members.completeness.value,
        "reason": members.reason,
    }


if __name__ == "__main__":
    main()
