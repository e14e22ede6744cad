"""What the user worked on last: the order of the open documents, and where they were edited.

Only line numbers are kept of an edit. Its text is read when it is wanted, from the document as it
is then, so that nothing outlives the closing of a document.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from urllib.parse import unquote

from lsprotocol import types
from pygls.workspace import Workspace

from fairlead_server.context.source import Edit
from fairlead_server.document import DocumentSnapshot
from fairlead_server.lsp.snapshot import snapshot_of
from fairlead_server.lsp.workspace import split_lines

MOST_EDITS = 8
MOST_DOCUMENTS = 16
LONGEST = 24
"""Lines of one edit; of a longer one only those around its last change count."""


@dataclass(frozen=True)
class Region:
    """Lines of a document that were edited: from `start` to before `end`."""

    document: str
    start: int
    end: int


@dataclass(frozen=True)
class Surroundings:
    """The other open documents and the recent edits, the last used first."""

    others: tuple[DocumentSnapshot, ...] = ()
    edits: tuple[Edit, ...] = ()


@dataclass
class Recent:
    """Follows the notifications about documents; for the event loop only."""

    # By what pygls calls them; the last used one is last.
    _uris: dict[str, str] = field(default_factory=dict)
    _regions: list[Region] = field(default_factory=list)

    def opened(self, uri: str) -> None:
        """Take the document for the last used one."""
        self._uris.pop(unquote(uri), None)
        self._uris[unquote(uri)] = uri

    def changed(self, uri: str, changes: Iterable[types.TextDocumentContentChangeEvent]) -> None:
        """Take in edits, each on the text that the one before it left."""
        self.opened(uri)
        for change in changes:
            if isinstance(change, types.TextDocumentContentChangePartial):
                edited = move(self._regions, unquote(uri), change.range, change.text)
                self._regions = edited[-MOST_EDITS:]
            else:
                self._forget_edits(uri)

    def closed(self, uri: str) -> None:
        """Forget the document."""
        self._uris.pop(unquote(uri), None)
        self._forget_edits(uri)

    def around(self, workspace: Workspace, uri: str) -> Surroundings:
        """Return what there is besides the document at `uri`, whose own edits count as well."""
        others = (self._alone(workspace, name) for name in self._apart_from(workspace, uri))
        edited = {region.document for region in self._regions}
        found = {name: self._alone(workspace, name) for name in edited}
        documents = {name: snapshot for name, snapshot in found.items() if snapshot is not None}
        return Surroundings(
            tuple(islice(filter(None, others), MOST_DOCUMENTS)),
            tuple(_edits(reversed(self._regions), documents)),
        )

    def _apart_from(self, workspace: Workspace, uri: str) -> Iterator[str]:
        """Yield the open documents, last used first, but for `uri` and cells of its notebook."""
        notebook = workspace.get_notebook_document(cell_uri=uri)
        for name in reversed(self._uris):
            of_same = notebook and workspace.get_notebook_document(cell_uri=name) is notebook
            if not of_same and name != unquote(uri):
                yield name

    def _alone(self, workspace: Workspace, name: str) -> DocumentSnapshot | None:
        return snapshot_of(workspace, self._uris[name], alone=True)

    def _forget_edits(self, uri: str) -> None:
        self._regions = [r for r in self._regions if r.document != unquote(uri)]


def move(regions: Sequence[Region], document: str, range: types.Range, text: str) -> list[Region]:
    """Return `regions` after `range` of `document` was replaced by `text`; the new one is last.

    Regions that the edit touches become one with it.
    """
    start, end = range.start.line, range.end.line + 1
    added = len(split_lines(text))
    moved, new = [], Region(document, start, start + added)
    shift = added - (end - start)
    for region in regions:
        if region.document != document or region.end < start:
            moved.append(region)
        elif region.start > end:
            moved.append(replace(region, start=region.start + shift, end=region.end + shift))
        else:
            rest = region.end + shift if region.end > end else new.end
            new = replace(new, start=min(new.start, region.start), end=max(new.end, rest))
    return [*moved, _clipped(new, start, start + added)]


def _clipped(region: Region, start: int, end: int) -> Region:
    """Shorten a region that is too long to the lines around its last edit."""
    if region.end - region.start <= LONGEST:
        return region
    first = max(region.start, min(start, end - LONGEST // 2))
    return replace(region, start=first, end=min(region.end, first + LONGEST))


def _edits(regions: Iterable[Region], documents: Mapping[str, DocumentSnapshot]) -> Iterator[Edit]:
    """Yield the text of each region with one line before and one after it."""
    lines: dict[str, list[str]] = {}
    for region in regions:
        document = documents.get(region.document)
        if document is not None:
            text = lines.setdefault(region.document, split_lines(document.text))
            yield Edit(document.path, "".join(text[max(0, region.start - 1) : region.end + 1]))
