"""Measure how far a faulty language server makes an analysis exceed its deadline.

A server that misbehaves on purpose is asked about members, fault by fault, each time with a
deadline; the figures are what the longest wait was beyond it, in milliseconds.
"""

from __future__ import annotations

import argparse
import json
import logging
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.server.language_server.waiting import FAULTS, Wait, waits

from fairlead_server import __version__
from fairlead_server.evaluation.machine import describe_machine

LIMIT_MS = 50.0


def report(measured: Sequence[Wait]) -> dict[str, object]:
    """Sum up by fault, and over all."""
    late = {fault: 1000 * max(w.late for w in measured if w.fault == fault) for fault in FAULTS}
    return {
        "questions": len(measured),
        "late_ms_max": max(late.values()),
        "over_limit": sum(1000 * wait.late > LIMIT_MS for wait in measured),
        "late_ms": late,
    }


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the benchmark and print its figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--deadline", type=float, default=0.3, help="seconds for one analysis")
    parser.add_argument("--questions", type=int, default=5, help="questions for each fault")
    parser.add_argument("--json", action="store_true", help="print one JSON value")
    options = parser.parse_args(arguments)
    logging.disable()
    measured: list[Wait] = []
    for fault in FAULTS:
        with tempfile.TemporaryDirectory() as folder:
            measured += waits(fault, Path(folder), options.deadline, options.questions)
    figures = report(measured)
    if options.json:
        stated = f"--deadline {options.deadline} --questions {options.questions}"
        facts = {
            "benchmark": "deadlines",
            "version": __version__,
            "machine": describe_machine(),
            "command": f"python benchmarks/deadlines.py --json {stated}",
        }
        json.dump(facts | figures, sys.stdout, indent=2)
    else:
        for name, value in figures.items():
            print(f"{name:12} {value}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
