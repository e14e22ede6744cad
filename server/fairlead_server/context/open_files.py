"""Source: outlines of the other open files in the same language."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from concurrent.futures import Future
from functools import lru_cache

from fairlead_server.context.source import OPEN_FILES, Place, Snippet, found

MOST_LINES = 60
_LONGEST_HEADER = 6
# Lines that begin a declaration in one of many languages.
_DECLARES = re.compile(
    r"[ \t]*(?:(?:export|default|public|protected|abstract|static|final|pub|async|sealed|override)"
    r"\s+)*(?:def|class|interface|enum|record|struct|trait|impl|type|func|fun|fn|function|module"
    r"|namespace|package)\s"
    r"|[ \t]*(?:public|protected)\s[^=;]*\("
)


class OpenFiles:
    """Offers the outline of each file; those in the document's folder come first."""

    name = OPEN_FILES

    def snippets(self, place: Place) -> Future[list[Snippet]]:
        """Return one snippet for each file that declares something."""
        own = place.document
        folder = os.path.dirname(own.path)
        same = [other for other in place.others if other.language == own.language]
        same.sort(key=lambda other: os.path.dirname(other.path) != folder)
        outlines = ((other.path, outline(other.text)) for other in same)
        return found(
            Snippet(path, text, 1 / rank, OPEN_FILES)
            for rank, (path, text) in enumerate(outlines, 1)
            if text
        )


@lru_cache(maxsize=32)
def outline(text: str) -> str:
    """Return the lines of `text` that begin declarations, each up to the end of its header."""
    return "".join(f"{line}\n" for line in list(_headers(text.splitlines()))[:MOST_LINES])


def _headers(lines: list[str]) -> Iterator[str]:
    for number, line in enumerate(lines):
        if _DECLARES.match(line):
            yield _header(lines[number : number + _LONGEST_HEADER])


def _header(lines: list[str]) -> str:
    """Join the first line and those that follow until its brackets are closed."""
    header = lines[0].rstrip()
    for line in lines[1:]:
        if header.count("(") <= header.count(")"):
            break
        header += ("" if header.endswith("(") else " ") + line.strip()
    return header
