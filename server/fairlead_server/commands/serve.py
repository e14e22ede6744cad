"""Serve an editor over the Language Server Protocol, on standard input and output."""

from __future__ import annotations

import argparse
import logging
from dataclasses import replace
from functools import partial

from fairlead_server.analysis.choice import unchecked
from fairlead_server.commands import options
from fairlead_server.daemon.client import build
from fairlead_server.errors import UserError
from fairlead_server.settings.values import CHOICES

log = logging.getLogger(__name__)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("--stdio", action="store_true", help="the default; editors may state it")
    parser.add_argument(
        "--process",
        choices=CHOICES["process"],
        help="where the model runs: in a process that all editors share (the default), or inside",
    )
    options.add_model_arguments(parser)


def run(arguments: argparse.Namespace) -> int:
    """Serve until the editor says to exit."""
    # The protocol library takes long to import, and no other command needs it.
    from fairlead_server.lsp.app import serve_stdio

    stated = replace(options.from_arguments(arguments), process=arguments.process)
    return serve_stdio(stated, build=partial(build, refused=_refused))


def _refused(language: str, error: UserError) -> None:
    """One engine that cannot be made leaves the others as they are."""
    log.warning("%s", unchecked(language, error))
