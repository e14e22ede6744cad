"""Options that several commands share."""

from __future__ import annotations

import argparse
import sys

from fairlead_server.errors import UserError
from fairlead_server.settings import LAYOUTS, Options, Stack, from_json


def positive(text: str) -> int:
    """Read a whole number of at least 1."""
    number = natural(text)
    if number == 0:
        raise argparse.ArgumentTypeError("must be at least 1")
    return number


def natural(text: str) -> int:
    """Read a whole number of at least 0."""
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number")
    return int(text)


def add_model_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare which model runs, how, and what analysis sees."""
    parser.add_argument("--model", help="GGUF file, Hugging Face folder, or name")
    parser.add_argument("--backend", help="llama_cpp or transformers; default: what suits")
    parser.add_argument("--layout", choices=LAYOUTS, help="prompt layout; default: the model's own")
    parser.add_argument("--threads", type=positive, help="threads the model may use")
    parser.add_argument(
        "--speculate",
        action="store_true",
        default=None,
        help="evaluate guessed tokens ahead where that is measured to be faster",
    )
    parser.add_argument("--python", metavar="PATH", help="interpreter whose packages are analysed")
    parser.add_argument(
        "--trust",
        action="store_true",
        default=None,
        help="believe the project: its .fairlead.toml counts, its interpreter may be run",
    )
    parser.add_argument("--patience", type=float, help="seconds to wait for one analysis")


def from_arguments(arguments: argparse.Namespace) -> Options:
    """Return what the command line states; raises `UserError` when something is out of range."""
    stated = {
        "model": arguments.model,
        "backend": arguments.backend,
        "layout": arguments.layout,
        "threads": arguments.threads,
        "speculate": arguments.speculate,
        "interpreter": arguments.python,
        "patience": arguments.patience,
        "trusted": arguments.trust,
    }
    found, warnings = from_json(stated, "command line")
    if warnings:
        raise UserError(warnings[0])
    return found


def show_complaints(found: Stack) -> None:
    """Print what is wrong with the settings, one line each."""
    for complaint in found.complaints():
        print(f"fairlead: {complaint}", file=sys.stderr)
