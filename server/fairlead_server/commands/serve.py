"""Serve an editor over the Language Server Protocol, on standard input and output."""

from __future__ import annotations

import argparse

from fairlead_server.commands import options


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("--stdio", action="store_true", help="the default; editors may state it")
    options.add_model_arguments(parser)


def run(arguments: argparse.Namespace) -> int:
    """Serve until the editor says to exit."""
    # The protocol library takes long to import, and no other command needs it.
    from fairlead_server.lsp.app import serve_stdio

    return serve_stdio(options.from_arguments(arguments))
