"""Run pip so that people see it get on: a few lines on the terminal, all of it in a log."""

from __future__ import annotations

import re
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from tests.setup.errors import SetupError

LOGS = Path(".cache/setup")
QUIET_SECONDS = 20.0
STRIDE = 5

# Both of CMake's usual generators count: Ninja writes [12/97], Make writes [ 12%].
_STEP = re.compile(r"^\s*\[\s*(?:(\d+)/(\d+)|(\d+)%)\s*\]")
_BUILD = re.compile(r"^\s*Building wheel for (\S+) .*started")
_INSTALL = re.compile(r"^\s*Installing collected packages: (.+)")
_DOWNLOAD = re.compile(r"^\s*Downloading (?:\S*/)?(\S+) \(([\d.]+ [MG]B)\)")
_COMPLAINT = re.compile(r"\berror\b", re.IGNORECASE)


def pip(log_name: str, arguments: Sequence[str]) -> None:
    """Run pip in this Python's environment; raises `SetupError` with its complaints."""
    LOGS.mkdir(parents=True, exist_ok=True)
    log = LOGS / f"{log_name}.log"
    command = [sys.executable, "-m", "pip", "-v", "--no-input", *arguments]
    with log.open("w", encoding="utf-8") as out:
        code = follow(command, out, lambda news: print(f"  {news}", flush=True))
    if code != 0:
        raise SetupError(*complaints(log), f"All that pip said is in {log}.")


def follow(command: Sequence[str], log: TextIO, say: Callable[[str], None]) -> int:
    """Run `command`, copy its output to `log`, say what is new, and return its exit code."""
    process = subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    )
    with process, _signs_of_life(say) as told:
        for news in summarise(_tee(process.stdout or (), log)):
            told(news)
    return process.returncode


def summarise(lines: Iterable[str]) -> Iterator[str]:
    """Pick out what a person waiting wants to know."""
    said = 0
    for line in lines:
        if step := _STEP.match(line):
            done, total, percent = step.groups()
            now = int(percent or 100 * int(done) // int(total))
            if now >= said + STRIDE:
                said = now - now % STRIDE
                yield f"compiled {said} %"
        elif download := _DOWNLOAD.match(line):
            yield f"downloading {download[1]}, {download[2]}"
        elif build := _BUILD.match(line):
            said = 0
            yield f"building {build[1]}"
        elif packages := _INSTALL.match(line):
            yield f"installing {len(packages[1].split(','))} packages"


def complaints(log: Path, most: int = 12) -> list[str]:
    """Return the lines of `log` that speak of an error, or else its last ones."""
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
    errors = [line.strip() for line in lines if _COMPLAINT.search(line)]
    return list(dict.fromkeys(errors))[-most:] or lines[-most:]


def _tee(lines: Iterable[str], log: TextIO) -> Iterator[str]:
    for line in lines:
        log.write(line)
        yield line


@contextmanager
def _signs_of_life(say: Callable[[str], None]) -> Iterator[Callable[[str], None]]:
    start = time.monotonic()
    news, over = threading.Event(), threading.Event()

    def watch() -> None:
        while not over.wait(QUIET_SECONDS):
            if not news.is_set():
                say(f"still at it after {time.monotonic() - start:.0f} s")
            news.clear()

    def told(line: str) -> None:
        news.set()
        say(line)

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield told
    finally:
        over.set()
        watcher.join()
