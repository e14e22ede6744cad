"""What the commands that work on a whole dataset have in common."""

from __future__ import annotations

import argparse
import json
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

from fairlead_server.commands import options
from fairlead_server.commands.terminable import terminable
from fairlead_server.errors import UserError
from fairlead_server.evaluation.figures import table
from fairlead_server.repair.batch.cluster import RayCrew
from fairlead_server.repair.batch.folder import RunFolder, Told
from fairlead_server.repair.batch.outcome import BugOutcome
from fairlead_server.repair.batch.pool import LocalCrew
from fairlead_server.repair.batch.report import make
from fairlead_server.repair.batch.running import Crew, run
from fairlead_server.repair.batch.stopping import NoRoom
from fairlead_server.repair.batch.workshop import require_sandbox
from fairlead_server.repair.sandbox import Outcome

_INTERRUPTED = 130
_REACHED = {"network": "the network", "files": "all files that you may write"}
"""What is in reach of tests that are not cut off from it."""


def add_run_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare how a run is carried out, which makes no difference to what it finds."""
    parser.add_argument(
        "--jobs", type=options.positive, default=1, help="bugs to work on at a time; default: 1"
    )
    parser.add_argument(
        "--cluster",
        metavar="ADDRESS",
        help="work on a Ray cluster; local starts one on this machine",
    )
    parser.add_argument(
        "--retry", action="store_true", help="take up bugs again that were in trouble"
    )
    parser.add_argument("--json", action="store_true", help="print the report as one JSON value")


def carry_out(out: Path, told: Told, arguments: argparse.Namespace) -> int:
    """Work on all bugs that are not finished, report, and return the exit code."""
    go_on = f"go on with: fairlead repair resume {out}"
    try:
        with terminable(), RunFolder(out, told) as folder:
            waiting = folder.waiting(retry=arguments.retry)
            show = _Show(len(told.names), len(told.names) - len(waiting))
            if folder.goes_on:
                _tell(f"{out}: goes on with {len(waiting)} of {show.total} bugs")
            _warn(require_sandbox(folder.temporary))
            run(folder, _crew(folder, arguments, show), waiting, show.bug)
    except KeyboardInterrupt:
        print(f"\nfairlead: stopped; {go_on}", file=sys.stderr)
        return _INTERRUPTED
    except NoRoom as error:
        raise UserError(f"{error}; make room, then {go_on}") from error
    show.end()
    return report(out, as_json=arguments.json)


def _warn(outcome: Outcome) -> None:
    """Say what model-written code, run as `outcome` was, can reach."""
    reached = [said for name, said in _REACHED.items() if name not in outcome.isolation]
    if reached:
        _tell(
            f"the sandbox is not complete here: with patches, tests reach {' and '.join(reached)}"
        )


def report(out: Path, *, as_json: bool) -> int:
    """Write and print the report of a run, and return the exit code."""
    made = make(out)
    if as_json:
        print(json.dumps(made.report.to_json(), ensure_ascii=False, indent=1))
    else:
        print(table(made.report, {}))
    if len(made.outcomes) < made.bugs:
        _tell(f"{len(made.outcomes)} of {made.bugs} bugs are finished")
    _tell(f"{out / 'report.html'} has it all")
    return 0 if any(one.status == "plausible" for one in made.outcomes) else 1


def _crew(folder: RunFolder, arguments: argparse.Namespace, show: _Show) -> Crew:
    if arguments.cluster:
        return RayCrew(folder, arguments.jobs, arguments.cluster, show.progress)
    return LocalCrew(folder, arguments.jobs, show.progress)


@dataclass
class _Show:
    """Where a run stands, on one line, where somebody looks; else a line for each bug."""

    total: int
    done: int = 0
    plausible: int = 0
    made: int = 0
    begun: float = field(default_factory=time.monotonic)

    def progress(self, bug: str, share: float, said: str) -> None:
        """Show what is being done."""
        if sys.stderr.isatty():
            line = f"{self.done}/{self.total} bugs, {self.plausible} plausible{self._left()}"
            print(f"\r\x1b[K{line}; {bug}: {said}"[:160], end="", file=sys.stderr, flush=True)

    def bug(self, outcome: BugOutcome) -> None:
        """Show what became of a bug."""
        self.done, self.made = self.done + 1, self.made + 1
        self.plausible += outcome.status == "plausible"
        self.end()
        why = f": {outcome.reason}" if outcome.reason else ""
        _tell(f"{self.done}/{self.total} {outcome.bug}: {outcome.status}{why}{self._left()}")

    def end(self) -> None:
        """Clear the line."""
        if sys.stderr.isatty():
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)

    def _left(self) -> str:
        """Return how long it will take, at the rate so far."""
        if not self.made or self.done == self.total:
            return ""
        each = (time.monotonic() - self.begun) / self.made
        minutes = each * (self.total - self.done) / 60
        return f", about {minutes:.0f} min left" if minutes >= 1 else ""


def _tell(text: str) -> None:
    print(f"fairlead: {text}", file=sys.stderr)
