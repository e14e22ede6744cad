"""Places on the command line: ``FILE:LINE`` and ``FILE:LINE-LINE``."""

from __future__ import annotations

import os
import re
from dataclasses import replace

from fairlead_server.context.privacy import is_secret
from fairlead_server.document import DocumentSnapshot, read_document
from fairlead_server.errors import UserError
from fairlead_server.repair.hunk import Hunk, insertion, lines_hunk

_PLACE = re.compile(r"(?P<path>.+):(?P<first>\d+)(?:-(?P<last>\d+))?")


def read_hunk(place: str, *, inserts: bool = False) -> Hunk:
    """Read the document that `place` names and return the hunk; `inserts`: before its line.

    Raises `UserError`.
    """
    found = _PLACE.fullmatch(place)
    if found is None:
        raise UserError(f"{place!r} is not of the form FILE:LINE[-LINE], e.g. src/app.py:12-14")
    first, last = int(found["first"]), int(found["last"] or found["first"])
    if last < first:
        raise UserError(f"{place}: the last line is before the first")
    document = read_source(found["path"])
    if inserts:
        if found["last"]:
            raise UserError(f"{place}: --insert takes one line, before which to insert")
        return insertion(document, first)
    return lines_hunk(document, first, last)


def read_source(path: str) -> DocumentSnapshot:
    """Read a source file that may be shown to a model. Raises `UserError`."""
    if is_secret(os.path.abspath(path)):
        raise UserError(f"{path}: is taken for a secret by its name, and not repaired")
    document = read_document(path)
    return replace(document, path=os.path.abspath(path))
