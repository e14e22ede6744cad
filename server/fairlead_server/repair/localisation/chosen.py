"""The lines of one file that its failing tests point at, as hunks to try one after the other."""

from __future__ import annotations

import os

from fairlead_server.document import DocumentSnapshot
from fairlead_server.errors import UserError
from fairlead_server.repair.hunk import Hunk, lines_hunk
from fairlead_server.repair.localisation.located import Way, suspects
from fairlead_server.repair.localisation.suspect import places
from fairlead_server.repair.testing import Bed
from fairlead_server.repair.validation import Suite


def suspected(
    document: DocumentSnapshot, bed: Bed, tests: Suite, way: Way, most: int
) -> list[Hunk]:
    """Return the most suspicious statements of `document`. Raises `UserError` if there are none."""
    found = suspects(bed, tests.command, tests.base, way)
    path = os.path.realpath(document.path)
    here = [one for one in found if os.path.realpath(one.path) == path]
    chosen = places(here, bed.shadow.project, most)
    if chosen:
        return [lines_hunk(document, place.first, place.last) for place in chosen]
    elsewhere = f"; what fails first is in {found[0].path}:{found[0].line}" if found else ""
    raise UserError(
        f"{document.path}: the failing tests do not lead to any of its lines{elsewhere}; "
        "name the lines to repair"
    )
