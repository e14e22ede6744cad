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
from collections.abc import Mapping
from pathlib import Path
from typing import Any, BinaryIO

MODULES = 2000
"""How many parsed modules are kept in memory: about half a gigabyte."""

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

        from fairlead_server.analysis import jedi_questions

        if not self._cache:
            self._cache = jedi.settings.cache_directory = cache_directory()
        if sum(map(len, parso.cache.parser_cache.values())) > MODULES:
            parso.cache.parser_cache.clear()
        try:
            if self._interpreter and self._environment is None:
                self._environment = jedi.create_environment(self._interpreter, safe=False)
        except jedi.InvalidPythonEnvironment:
            reason = f"{self._interpreter} is not a Python that jedi can run"
            return jedi_questions.unknown(request, reason)
        place = {"environment": self._environment, "project": self._project}
        answer = jedi_questions.answer(request, place)
        if str(answer.get("reason", "")).endswith(_TORN_CACHE):
            shutil.rmtree(self._cache, ignore_errors=True)
            parso.cache.parser_cache.clear()
            answer = jedi_questions.answer(request, place)
        return answer

    def close(self) -> None:
        """Remove the cache if it is a temporary one."""
        if Path(self._cache).name.startswith(_TEMPORARY):
            shutil.rmtree(self._cache, ignore_errors=True)


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


if __name__ == "__main__":
    main()
