"""Say what a model is, from its files."""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict

from fairlead_decoding.errors import DecodingError
from fairlead_server.errors import UserError
from fairlead_server.model_facts import facts_of
from fairlead_server.model_files import find_model
from fairlead_server.settings import resolve


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("name", nargs="?", metavar="PATH|NAME", help="default: the one in use")
    parser.add_argument("--json", action="store_true", help="print one JSON value")


def run(arguments: argparse.Namespace) -> int:
    """Print what is known."""
    try:
        facts = facts_of(find_model(arguments.name or resolve().model))
    except DecodingError as error:
        raise UserError(str(error)) from error
    told = {**asdict(facts), "path": str(facts.path), "megabytes": round(facts.megabytes, 1)}
    if arguments.json:
        print(json.dumps(told, ensure_ascii=False))
        return 0
    for key, value in told.items():
        print(f"{key.replace('_', ' '):<15} {'not stated' if value in ('', None) else value}")
    return 0
