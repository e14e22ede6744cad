"""List, inspect, choose, fetch, check and train models.

A model is named by a path, by the name of a file or folder among fairlead's models, or as
"embedded", which is the one that comes with fairlead.
"""

from __future__ import annotations

import argparse
from importlib import import_module

_ACTIONS = ("list", "info", "use", "pull", "check", "data", "train")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare an action each, with its options."""
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    for name in _ACTIONS:
        module = import_module(f"{__name__}.{name}")
        text = (module.__doc__ or "").partition("\n")[0]
        sub = actions.add_parser(
            name,
            help=text,
            description=module.__doc__,
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        module.add_arguments(sub)
        sub.set_defaults(act=module.run)


def run(arguments: argparse.Namespace) -> int:
    """Do it, and return the exit code."""
    code: int = arguments.act(arguments)
    return code
