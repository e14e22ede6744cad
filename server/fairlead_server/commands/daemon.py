"""Run, show or end the model process that editors share.

Editors start it by themselves, and it ends by itself a minute after the last one has left. Without
--status and --stop it runs here until it is told to end, for editors whose settings name the same
model; its log goes to standard error.
"""

from __future__ import annotations

import argparse
import json
import os
from dataclasses import asdict, replace

from fairlead_server.commands import options
from fairlead_server.daemon.calls import Status
from fairlead_server.daemon.places import are_possible
from fairlead_server.errors import UserError
from fairlead_server.settings import Settings, resolve


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    action = parser.add_mutually_exclusive_group()
    action.add_argument("--status", action="store_true", help="say what the processes are doing")
    action.add_argument("--stop", action="store_true", help="end them")
    parser.add_argument("--json", action="store_true", help="with --status: print one JSON value")
    options.add_model_arguments(parser)


def run(arguments: argparse.Namespace) -> int:
    """Do what was asked for and return the exit code: 1 when there is no process."""
    if not are_possible():
        raise UserError("this system has no sockets of the user: each editor has its own model")
    if arguments.status:
        return _show(as_json=arguments.json)
    if arguments.stop:
        return _stop()
    return _run(resolve(options.from_arguments(arguments)))


def _show(*, as_json: bool) -> int:
    from fairlead_server.daemon.inquiry import statuses

    found = statuses()
    if as_json:
        print(json.dumps([asdict(status) for status in found]))
    elif not found:
        print("no model process is running")
    for status in found if not as_json else ():
        print(describe(status))
    return 0 if found else 1


def describe(status: Status) -> str:
    """Describe a process for people."""
    memory = "unknown" if status.memory_mb is None else f"{status.memory_mb:.0f} MB"
    clients = ", ".join(client or "no project" for client in status.clients) or "none"
    state = "busy" if status.busy else "idle" if status.loaded else "not loaded"
    return (
        f"process {status.pid}, fairlead {status.version}, up for {status.uptime:.0f} s\n"
        f"  model:   {status.model} ({state})\n"
        f"  clients: {clients}\n"
        f"  memory:  {memory}"
    )


def _stop() -> int:
    from fairlead_server.daemon.inquiry import stop_all

    count = stop_all()
    print(f"ended: {count}" if count else "no model process is running")
    return 0 if count else 1


def _run(settings: Settings) -> int:
    # Late: they bring what only a process with a model needs.
    from fairlead_server.daemon.identity import place_of
    from fairlead_server.daemon.parts import PARTS
    from fairlead_server.daemon.process import log_to_stderr, run
    from fairlead_server.model_files import find_model

    # What is activated here is nothing to the editors; each tells its interpreter itself.
    os.environ.pop("VIRTUAL_ENV", None)
    log_to_stderr(settings.log_level)
    settings = replace(settings, model=os.path.abspath(find_model(settings.model)))
    return run(place_of(settings), settings, PARTS, grace=float("inf"))
