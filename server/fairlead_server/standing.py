"""Whether code at the end of a document stands there, or is being written: its saved text tells."""

from __future__ import annotations

import re
from pathlib import Path

from fairlead_monitors.lookup import FUNCTION, block_around
from fairlead_server.document import DocumentSnapshot

END = "\n\n\npass\n"
"""What analysis is shown behind a document to which nothing is to be added."""

_LARGEST = 1_000_000  # bytes of a file


def ending(document: DocumentSnapshot, offset: int) -> str:
    """Return what analysis is shown behind `document`: `END` if its last function is there already.

    Where nothing follows the cursor, more of a class or module may come that nobody has written
    yet, and analysis cannot say what it lacks. If the function around the cursor is the last thing
    in the saved file as well, it is being changed, and names that are not there do not exist.
    """
    before, after = document.text[:offset], document.text[offset:]
    if document.language != "python" or after.strip():
        return ""
    around = block_around(FUNCTION, before, after)
    if around is None:
        return ""
    header = around[0].partition("\n")[0].rstrip()
    _, found, rest = f"\n{_saved(document.path)}".rpartition(f"\n{header}\n")
    return END if found and not _ends(header, rest) else ""


def _ends(header: str, rest: str) -> bool:
    """Tell whether in `rest`, which follows the `header` of a function, something follows it."""
    indent = len(header) - len(header.lstrip())
    return re.search(rf"^[ \t]{{0,{indent}}}[^\s#)\]}}]", rest, re.MULTILINE) is not None


def _saved(path: str) -> str:
    """Return the text of the file at `path`, an empty one where there is none of a usual size."""
    file = Path(path)
    try:
        if not file.is_file() or file.stat().st_size > _LARGEST:
            return ""
        return file.read_text(encoding="utf-8", errors="replace")
    except (OSError, ValueError):
        return ""
