"""Complete code of an example project, guided and unguided, side by side.

Shows what the model writes when it may name anything and when analysis watches, which names were
checked, and which tokens were vetoed. FILE:LINE:COL is 1-based; without one, places in the
example project of the source tree are taken, and the rest of their line is deleted.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from fairlead_server.commands import options
from fairlead_server.commands.complete import read_position
from fairlead_server.completer import Completer
from fairlead_server.demo import Side, format_side_by_side, wants_colour
from fairlead_server.document import DocumentSnapshot, read_document
from fairlead_server.engine import build_completer
from fairlead_server.errors import UserError
from fairlead_server.settings import resolve
from fairlead_server.suggestion import CompletionRequest

EXAMPLES = Path(__file__).parents[3] / "examples" / "harbour"
# A file of the example project, and the text on its line before the cursor.
PLACES = (
    ("harbour/tariffs.py", "tugs = booking.vessel."),
    ("harbour/vessels.py", "if at not in self."),
    ("harbour/logbook.py", "                out."),
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("position", metavar="FILE:LINE:COL", nargs="*")
    options.add_model_arguments(parser)


def run(arguments: argparse.Namespace) -> int:
    """Show each place; return 0 when a guided completion was made."""
    places = [read_position(p, stdin=False) for p in arguments.position] or list(_examples())
    languages = {document.language for document, _ in places}
    settings = resolve(options.from_arguments(arguments))
    completer = build_completer(settings, languages=languages)
    print(f"model: {completer.model_name}", file=sys.stderr)
    try:
        written = [_show(completer, document, offset) for document, offset in places]
    finally:
        completer.close()
    return 0 if any(written) else 1


def _examples() -> Iterator[tuple[DocumentSnapshot, int]]:
    if not EXAMPLES.is_dir():
        raise UserError("the example project comes with the source tree only: name a FILE:LINE:COL")
    for name, before in PLACES:
        document = read_document(str(EXAMPLES / name))
        offset = document.text.index(before) + len(before)
        end = document.text.index("\n", offset)
        text = document.text[:offset] + document.text[end:]
        yield replace(document, text=text), offset


def _show(completer: Completer, document: DocumentSnapshot, offset: int) -> bool:
    line_start = document.text.rfind("\n", 0, offset) + 1
    before = document.text[line_start:offset]
    sides = []
    for guided in (True, False):
        request = CompletionRequest(document, offset, guided=guided, patience=30.0)
        (suggestion,) = completer.complete(request).suggestions
        names = suggestion.evidence or completer.review(document, offset, suggestion.text)
        sides.append(Side(before, suggestion.text, names))
    number = document.text.count("\n", 0, offset) + 1
    width = shutil.get_terminal_size(fallback=(96, 24)).columns
    print(f"\n{os.path.relpath(document.path)}:{number}:{offset - line_start + 1}\n")
    colour = wants_colour(sys.stdout, os.environ)
    print(format_side_by_side(sides[0], sides[1], width, colour=colour))
    return bool(sides[0].text.strip())
