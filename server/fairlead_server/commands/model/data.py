"""Build the corpus that models are trained on and measured with.

Downloads the packages of a catalogue with pip and apt-get, keeps the files that may and should be
learned from, and writes them to DIR with a manifest. Packages that models are measured on go to
DIR/held-out.

  fairlead model data lintseq FOLDER... --out FILE.jsonl

takes the programs in FOLDER apart instead, and writes how each may have been written: insertions,
after each of which it parses and lacks no name that it uses. An interrupted run is gone on with by
the same command.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from fairlead_server.commands.model import lintseq
from fairlead_server.errors import UserError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("folder", metavar="DIR", help="where the corpus goes")
    parser.add_argument("--downloads", metavar="DIR", help="default: DIR/downloads; is re-used")
    parser.add_argument("--catalogue", metavar="FILE", help="packages, as TOML; default: ours")
    parser.add_argument(
        "--language",
        choices=("python", "java"),
        help="only packages, or programs, in this language",
    )
    parser.add_argument(
        "--held-out", action="store_true", help="only the packages that models are measured on"
    )
    lintseq.add_arguments(parser.add_argument_group("with lintseq for DIR"))


def run(arguments: argparse.Namespace) -> int:
    """Build it, and say what it holds."""
    if arguments.folder == "lintseq":
        return lintseq.run(arguments)
    if arguments.sources or arguments.out:
        raise UserError(f"{arguments.folder}: one DIR; FOLDER and --out go with lintseq")
    from fairlead_server.training.catalogue import load_catalogue
    from fairlead_server.training.corpus import build

    packages = load_catalogue(_read(arguments.catalogue) if arguments.catalogue else None)
    wanted = [
        package
        for package in packages
        if arguments.language in (None, package.language)
        and (package.role == "held_out" or not arguments.held_out)
    ]
    folder = Path(arguments.folder)
    downloads = Path(arguments.downloads or folder / "downloads")
    entries = build(wanted, downloads, folder, _remark)
    for role in ("training", "held_out"):
        own = [entry for entry in entries if entry.role == role]
        size = sum(entry.count.bytes for entry in own) / 1e6
        files = sum(entry.count.kept for entry in own)
        print(f"{role.replace('_', ' ')}: {len(own)} packages, {files:,} files, {size:,.1f} MB")
    return 0


def _read(path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"{path} cannot be read: {error}") from None


def _remark(text: str) -> None:
    print(f"fairlead: {text}", file=sys.stderr)
