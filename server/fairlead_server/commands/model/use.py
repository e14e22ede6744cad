"""Make a model the one that is used where none is stated; "embedded" goes back to fairlead's own.

Stated is what an option, the editor's settings or the variable FAIRLEAD_MODEL name.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from fairlead_decoding.errors import DecodingError
from fairlead_server.errors import UserError
from fairlead_server.model_choice import choose_model
from fairlead_server.model_facts import facts_of
from fairlead_server.model_files import EMBEDDED, find_model


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("name", metavar="PATH|NAME")


def run(arguments: argparse.Namespace) -> int:
    """Write the choice down, if it is a model."""
    path = find_model(arguments.name)
    try:
        facts = facts_of(path)
    except DecodingError as error:
        raise UserError(str(error)) from error
    is_path = arguments.name != EMBEDDED and Path(arguments.name).exists()
    name = str(path.resolve()) if is_path else arguments.name
    choose_model(None if name == EMBEDDED else name)
    print(f"{facts.name} is used from now on ({path})")
    if stated := os.environ.get("FAIRLEAD_MODEL"):
        print(f"fairlead: but FAIRLEAD_MODEL is set to {stated}, which goes first", file=sys.stderr)
    return 0
