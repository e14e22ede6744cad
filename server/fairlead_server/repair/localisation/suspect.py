"""Suspects: lines that may be at fault, and the places to make of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from tree_sitter import Node

from fairlead_monitors.trees import grammar
from fairlead_server.document import DocumentSnapshot, read_document
from fairlead_server.errors import UserError
from fairlead_server.repair.batch.bug import Place

_MOST_LINES = 6
"""Lines of a statement that is suspected as a whole; of a longer one, the line is."""
_STATEMENTS = ("statement", "declaration", "assignment")


@dataclass(frozen=True)
class Suspect:
    """A line of the file `path`, which is absolute. The higher its `score`, from 0 to 1, the more
    likely it is at fault; `why` is for people."""

    path: str
    line: int
    score: float
    why: str


def places(suspects: Iterable[Suspect], project: Path, most: int = 5) -> tuple[Place, ...]:
    """Return the statements of the first suspects, each once. Each may be the fault by itself."""
    found: dict[Place, None] = {}
    documents: dict[str, DocumentSnapshot | None] = {}
    for suspect in suspects:
        if len(found) == most:
            break
        if suspect.path not in documents:
            documents[suspect.path] = _read(suspect.path)
        document = documents[suspect.path]
        if document is not None:
            path = Path(suspect.path).relative_to(project).as_posix()
            found.update((Place(path, *lines), None) for lines in statement(document, suspect.line))
    return tuple(found)


def statement(document: DocumentSnapshot, line: int) -> Iterator[tuple[int, int]]:
    """Yield the lines of the statement that stands at a line, if anything but a comment does."""
    lines = document.text.splitlines()
    text = lines[line - 1] if 0 < line <= len(lines) else ""
    if not text.strip():
        return
    found = grammar(document.language)
    if found is None:
        yield line, line
        return
    column = len(text.encode()) - len(text.lstrip().encode())
    root = found.parse(document.text.encode(errors="replace")).root_node
    leaf = root.descendant_for_point_range((line - 1, column), (line - 1, column))
    if leaf is None or "comment" not in leaf.type:
        yield _extent(leaf, line)


def _extent(node: Node | None, line: int) -> tuple[int, int]:
    while node is not None:
        first, last = node.start_point[0] + 1, node.end_point[0] + 1
        if last - first >= _MOST_LINES:
            break
        if node.type.endswith(_STATEMENTS):
            return first, last
        node = node.parent
    return line, line


def _read(path: str) -> DocumentSnapshot | None:
    try:
        return read_document(path)
    except UserError:
        return None
