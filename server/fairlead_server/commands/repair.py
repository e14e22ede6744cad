"""Repair lines of a file, and check what comes of it.

Prints patches as diffs, the best last. FILE:LINE-LINE is 1-based; both lines count. A patch is
called plausible when the file parses with it, and analysis finds that what is wrong in these lines
is gone and nothing else is wrong that was not before; with --test, when CMD, which fails now,
passes with it. CMD is run by the shell, in the current folder, on a copy of the project, in a
sandbox. Nothing else of the project is run, and no file is changed, unless you say --apply. FILE
without lines goes with --test: those that the failing tests lead to are tried one after the other.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

from fairlead_server.commands import options
from fairlead_server.commands.telling import reached, say
from fairlead_server.commands.terminable import terminable
from fairlead_server.completer import Completer
from fairlead_server.document import DocumentSnapshot
from fairlead_server.errors import UserError
from fairlead_server.repair.assembly import assembled
from fairlead_server.repair.fault import Fault, fault_in, seen
from fairlead_server.repair.hunk import Hunk
from fairlead_server.repair.localisation.chosen import suspected
from fairlead_server.repair.localisation.located import Way
from fairlead_server.repair.place import read_hunk, read_source
from fairlead_server.repair.records import to_json
from fairlead_server.repair.sandbox import Limits, Outcome, Shadow
from fairlead_server.repair.search import Found, Plan, Progress, Repaired, bench_of, search
from fairlead_server.repair.testing import Bed, folder_in, said, suite, tried
from fairlead_server.repair.validation import Suite
from fairlead_server.settings import Settings, Stack, resolve_for

_PATIENCE = 10.0
"""Seconds for one analysis: nobody waits at the keyboard."""
_STARTED = 120.0
"""Seconds for the first one, for which a language server may have to start."""
_SECONDS = 60.0
_MEMORY_MB = 2048
_OF_TESTS = ("all_tests", "first", "timeout", "memory", "project")
"""Options that say something of --test."""
_OF_SEARCH = ("localise", "places")
"""Options that say how lines are found."""
_PLACES = 3


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("place", metavar="FILE[:LINE[-LINE]]", help="what to replace")
    parser.add_argument("--test", metavar="CMD", help="what fails now and has to pass")
    parser.add_argument("--all-tests", metavar="CMD", help="what has to pass as well, run after it")
    parser.add_argument(
        "--localise",
        choices=get_args(Way),
        help="how FILE's lines are found: by the trace of the failing tests, or by which lines "
        "they run and passing ones do not; default: by the trace, if it leads there",
    )
    parser.add_argument(
        "--places", type=options.positive, help="how many of them are tried; default: 3"
    )
    parser.add_argument("--first", action="store_true", help="with --test: one patch is enough")
    parser.add_argument("--project", metavar="FOLDER", help="with --test: what is copied")
    parser.add_argument("--timeout", type=float, help="seconds that CMD may take; default: 60")
    parser.add_argument(
        "--memory", type=options.positive, help="MB that CMD may take; default: 2048"
    )
    parser.add_argument("--insert", action="store_true", help="insert before LINE; replace nothing")
    parser.add_argument(
        "--n", type=options.positive, default=40, help="questions to the model; default: 40"
    )
    parser.add_argument("--json", action="store_true", help="print all candidates, as JSON")
    parser.add_argument("--all", action="store_true", help="print those that were refused as well")
    parser.add_argument("--apply", action="store_true", help="write the best plausible patch")
    parser.add_argument("--seed", type=options.natural, default=0)
    parser.add_argument("--guided-only", action="store_true", help="do not sample unguided as well")
    parser.add_argument("--unguided", action="store_true", help="do not sample guided at all")
    parser.add_argument("--message", help="what is wrong, in words for the model")
    options.add_model_arguments(parser)


def run(arguments: argparse.Namespace) -> int:
    """Repair, print, and return the exit code."""
    hunk = _stated(arguments)
    document = hunk.document if hunk else read_source(arguments.place)
    stack = resolve_for(document.path, options.from_arguments(arguments))
    options.show_complaints(stack)
    with _tests(arguments, stack, document.path) as (bed, tests):
        hunks = [hunk] if hunk else _suspected(arguments, document, bed, tests)
        found = _search(arguments, stack, hunks, tests)
    _show(found, arguments)
    place, last = found[-1]
    if last.best and arguments.apply:
        _apply(place, last.best)
    return 0 if last.best else 1


def _stated(arguments: argparse.Namespace) -> Hunk | None:
    """Return the lines that are named, None where the tests are to find them."""
    searched = os.path.isfile(arguments.place)
    if not searched:
        for name in _OF_SEARCH:
            if getattr(arguments, name) is not None:
                raise UserError(f"--{name} goes with a FILE whose lines are not named")
        return read_hunk(arguments.place, inserts=arguments.insert)
    if arguments.insert:
        raise UserError("--insert takes the line before which to insert, FILE:LINE")
    if arguments.test is None:
        raise UserError(
            f"{arguments.place}: name the lines, {arguments.place}:LINE[-LINE], or with --test "
            "what fails, to find them"
        )
    return None


def _suspected(
    arguments: argparse.Namespace, document: DocumentSnapshot, bed: Bed | None, tests: Suite | None
) -> list[Hunk]:
    if bed is None or tests is None:
        raise ValueError("without tests, nothing is suspected")
    say("finding the lines at fault")
    way: Way = arguments.localise or "trace"
    most = arguments.places or _PLACES
    hunks = suspected(document, bed, tests, way, most)
    say("")
    lines = ", ".join(str(hunk.first) for hunk in hunks)
    print(f"fairlead: the tests lead to {_name(hunks[0])}, in this order: {lines}", file=sys.stderr)
    return hunks


def _search(
    arguments: argparse.Namespace, stack: Stack, hunks: list[Hunk], tests: Suite | None
) -> list[tuple[Hunk, Found]]:
    """Search in one place after the other, until one is mended."""
    settings = stack.settings()
    plan = _plan(arguments, settings)
    done: list[tuple[Hunk, Found]] = []
    with assembled(settings, stack.project, hunks[0].document) as made:
        for hunk in hunks:
            done.append((hunk, _search_in(arguments, plan, made.completer, hunk, tests)))
            if done[-1][1].best:
                break
    return done


def _search_in(
    arguments: argparse.Namespace,
    plan: Plan,
    means: Completer,
    hunk: Hunk,
    tests: Suite | None,
) -> Found:
    remarks = [arguments.message, said(tests) if tests else None]
    before = means.diagnostics(hunk.document, _STARTED)
    fault = fault_in(hunk, before if tests else seen(before, hunk.document))
    if tests is None:
        _tell(fault, arguments)
    bench = bench_of(means, fault, plan, tests)
    found = search(
        means,
        fault,
        plan,
        bench=bench,
        remarks=tuple(filter(None, remarks)),
        progress=_show_progress,
    )
    if tests is None:
        return found
    return tried(found, bench, most=1 if arguments.first else None, progress=_show_trial)


@contextlib.contextmanager
def _tests(
    arguments: argparse.Namespace, stack: Stack, path: str
) -> Iterator[tuple[Bed | None, Suite | None]]:
    """Copy the project, and see that the tests fail as it is."""
    if arguments.test is None:
        for name in _OF_TESTS:
            if (value := getattr(arguments, name)) is not None and value is not False:
                option = name.replace("_", "-")
                raise UserError(f"--{option} goes with --test; name the test that fails now")
        yield None, None
        return
    project = arguments.project or stack.project or _folder_of(path)
    if not Path(project).is_dir():
        raise UserError(f"{project}: is not a folder; name the project's with --project")
    seconds = _SECONDS if arguments.timeout is None else arguments.timeout
    if not 0 < seconds < float("inf"):
        raise UserError("--timeout takes a number of seconds above 0")
    limits = Limits(seconds, cpu=int(seconds) + 1, memory_mb=arguments.memory or _MEMORY_MB)
    with terminable(), Shadow(project) as shadow:
        shadow.relative(path)
        say("running the tests as they are")
        bed = Bed(shadow, limits, folder_in(project, os.getcwd()))
        tests = suite(bed, arguments.test, arguments.all_tests or "")
        _warn(tests.base)
        yield bed, tests


def _warn(base: Outcome) -> None:
    """Say what model-written code, run as `base` was, can reach."""
    if told := reached(base.isolation):
        say("")
        print(
            f"fairlead: the sandbox is not complete here: with patches, tests reach {told}",
            file=sys.stderr,
        )


def _folder_of(path: str) -> str:
    """Return the folder that stands for a project: the current one, if the file is in it."""
    here, folder = os.path.realpath(os.getcwd()), os.path.realpath(os.path.dirname(path))
    return here if os.path.commonpath([here, folder]) == here else folder


def _plan(arguments: argparse.Namespace, settings: Settings) -> Plan:
    return Plan(
        samples=arguments.n,
        seed=arguments.seed,
        arms=_arms(arguments, guided=settings.guided),
        patience=max(settings.patience, _PATIENCE),
        context=settings.context,
    )


def _arms(arguments: argparse.Namespace, *, guided: bool) -> tuple[bool, ...]:
    if arguments.unguided and arguments.guided_only:
        raise UserError("--unguided and --guided-only leave nothing to sample; name one of them")
    if arguments.unguided or not guided:
        return (False,)
    return (True,) if arguments.guided_only else (True, False)


def _tell(fault: Fault, arguments: argparse.Namespace) -> None:
    """Say what is to be mended. Raises `UserError` where guesses would be written to the file."""
    if arguments.apply and not fault.targets and not arguments.message:
        raise UserError(
            f"{fault.before.engine} finds nothing wrong in these lines; say what is, with "
            "--message or --test"
        )
    for message in fault.messages:
        print(f"fairlead: to be mended: {message}", file=sys.stderr)
    if not fault.targets:
        print(
            f"fairlead: {fault.before.engine} finds nothing wrong in these lines; of patches it is "
            "only known whether they break anything",
            file=sys.stderr,
        )


def _show(found: list[tuple[Hunk, Found]], arguments: argparse.Namespace) -> None:
    say("")
    candidates = [(hunk, one) for hunk, each in found for one in each.candidates]
    remarks = dict.fromkeys(remark for _, each in found for remark in each.remarks)
    for remark in remarks if not candidates else ():
        print(f"fairlead: {remark}", file=sys.stderr)
    if arguments.json:
        print(json.dumps([to_json(one, hunk) for hunk, one in candidates], ensure_ascii=False))
        return
    for hunk, one in reversed(candidates):
        if one.plausible or arguments.all:
            print(f"# {one.rank}: {one.result.verdict}{_why(one)}")
            print(hunk.diff(one.candidate.text, _name(hunk)), end="")
    refused = Counter(one.result.verdict for _, one in candidates if not one.plausible)
    counts = ", ".join(f"{count} {verdict}" for verdict, count in refused.most_common())
    if refused and not arguments.all:
        print(f"fairlead: refused: {counts} (see --all)", file=sys.stderr)


def _why(one: Repaired) -> str:
    last = one.result.steps[-1]
    return f" ({' '.join(last.detail.split())[:160]})" if last.detail else ""


def _name(hunk: Hunk) -> str:
    """Return what the diff calls the file: its path from here, if it is below."""
    path = os.path.relpath(hunk.document.path)
    return hunk.document.path if path.startswith(os.pardir) else path


def _apply(hunk: Hunk, best: Repaired) -> None:
    path = Path(hunk.document.path)
    if path.read_bytes() != hunk.document.text.encode():
        raise UserError(f"{path}: has changed meanwhile, and is left as it is; repair it again")
    path.write_bytes(hunk.patched(best.candidate.text).text.encode())
    print(f"fairlead: patch {best.rank} was applied to {path}", file=sys.stderr)


def _show_progress(news: Progress) -> None:
    say(f"{news.share:.0%}: {news.candidates} candidates, {news.plausible} plausible")


def _show_trial(done: int, of: int) -> None:
    say(f"running the tests with candidate {done + 1} of {of}")
