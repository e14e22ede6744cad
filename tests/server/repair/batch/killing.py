"""Kills a run again and again, lets it go on each time, and prints what came of it.

``python -m tests.server.repair.batch.killing LIST FOLDER KILLS``: the bugs of the list are repaired
without disturbance in ``FOLDER/calm``, and with so many kills, at moments that chance decides, in
``FOLDER/killed``. A child is forked for each life, so that nothing is imported anew.
"""

from __future__ import annotations

import itertools
import json
import os
import random
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from fairlead_server.repair.batch.order import Order
from fairlead_server.repair.datasets.jsonl import JsonLines
from tests.server.repair.batch.inline import InlineWorkshop, Writer, run_inline

_SAMPLES = 40
_SECONDS = 0.003
_POLL = 0.0005


@dataclass(frozen=True)
class Count:
    """Counts in a file, which outlives whoever counts."""

    path: Path

    def __call__(self) -> None:
        with self.path.open("ab") as file:
            file.write(b".")

    def __int__(self) -> int:
        return self.path.stat().st_size if self.path.exists() else 0


def live(out: Path, bugs: str, samples: Count, tests: Count) -> int:
    """Begin a run, or go on with it, in a child that counts what it does; return its id."""
    child = os.fork()
    if child:
        return child
    order = Order(f"jsonl:{bugs}", samples=_SAMPLES)
    writer = Writer(seconds=_SECONDS, note=samples)
    workshop = InlineWorkshop(order, writer, seconds=_SECONDS, note=tests)
    run_inline(out, order, JsonLines(bugs), workshop)
    os._exit(0)


def killed_when(child: int, is_time: Callable[[], bool], delay: float) -> bool:
    """Kill the child when it is time; return False if it came to its end before."""
    while not is_time():
        if os.waitpid(child, os.WNOHANG)[0]:
            return False
        time.sleep(_POLL)
    time.sleep(delay)
    os.kill(child, signal.SIGKILL)
    return os.waitpid(child, 0)[1] != 0


def written(folder: Path) -> int:
    """Return how many samples have been written down."""
    journals = folder.glob("bugs/*/journal.jsonl")
    return sum(j.read_bytes().count(b'"key": "answer ') for j in journals)


def main(bugs: str, folder: str, kills: int) -> None:
    """Do it."""
    calm = Count(Path(folder, "calm-samples")), Count(Path(folder, "calm-tests"))
    os.waitpid(live(Path(folder, "calm"), bugs, *calm), 0)
    chance, whole = random.Random(4), sum(map(int, calm))
    moments = sorted(chance.sample(range(1, whole - whole // 10), kills))
    samples, tests = Count(Path(folder, "samples")), Count(Path(folder, "tests"))
    killed, lost, count = Path(folder, "killed"), [0], 0
    for moment in moments:
        child = live(killed, bugs, samples, tests)
        due = max(moment, int(samples) + int(tests) + 1)
        count += killed_when(
            child,
            lambda due=due: int(samples) + int(tests) >= due,  # type: ignore[misc]
            chance.uniform(0, 2 * _SECONDS),
        )
        lost.append(int(samples) - written(killed))
    os.waitpid(live(killed, bugs, samples, tests), 0)
    again = [after - before for before, after in itertools.pairwise(lost)]
    print(json.dumps({"kills": count, "again": again}))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
