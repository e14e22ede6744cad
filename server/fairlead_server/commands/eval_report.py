"""Report the results of evals: one page with tables and plots, and Markdown.

Reads the JSON files in each DIR: what `fairlead eval … --json` printed, and the report.json of a
batch of repairs. Files that are something else, or damaged, are named and left out.
"""

from __future__ import annotations

import argparse
import shlex
import sys
from pathlib import Path

from fairlead_server.errors import UserError
from fairlead_server.evaluation.report import markdown, page, read

_PAGE = "report.html"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("places", nargs="+", metavar="DIR", help="a folder of results, or a file")
    parser.add_argument(
        "--html", metavar="FILE", help=f"the page; default: {_PAGE}, unless --markdown is stated"
    )
    parser.add_argument("--markdown", metavar="FILE", help="the same for documentation")


def run(arguments: argparse.Namespace) -> int:
    """Report, and return the exit code."""
    results, skipped = read(arguments.places)
    for one in skipped:
        print(f"fairlead: {one.path} {one.why}; left out", file=sys.stderr)
    html = arguments.html or (None if arguments.markdown else _PAGE)
    if html:
        _write(html, page(results, skipped))
    if arguments.markdown:
        words = ["fairlead", "eval", "report", *arguments.places]
        command = shlex.join([*words, "--markdown", arguments.markdown])
        _write(arguments.markdown, markdown(results, skipped, command))
    return 0


def _write(file: str, text: str) -> None:
    try:
        Path(file).write_text(text, encoding="utf-8", errors="backslashreplace", newline="\n")
    except OSError as error:
        raise UserError(f"{file}: cannot be written: {error.strerror}") from None
    print(file)
