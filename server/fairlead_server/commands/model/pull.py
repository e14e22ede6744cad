"""Fetch a GGUF file from a model hub into the folder of models.

An interrupted download is gone on with by the same command. The file's hash is checked.
"""

from __future__ import annotations

import argparse
import re

from fairlead_server.errors import UserError
from fairlead_server.hub import pull

_REPOSITORY = re.compile(r"[\w.-]+/[\w.-]+")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("source", metavar="OWNER/REPOSITORY[:FILE]")


def run(arguments: argparse.Namespace) -> int:
    """Download, and say how to use it."""
    repository, _, file = arguments.source.partition(":")
    if not _REPOSITORY.fullmatch(repository):
        raise UserError(
            f"{arguments.source!r} is not of the form OWNER/REPOSITORY or OWNER/REPOSITORY:FILE"
        )
    path = pull(repository, file or None)
    print(f"{path}\nfairlead model use {path.stem}")
    return 0
