"""Open documents, by the protocol's own rules for lines and positions.

pygls keeps the text in step with the editor, but takes the line breaks of `str.splitlines`. Form
feeds, which Python's own library has between sections, and U+2028 break no line in the protocol:
with them every later edit would be made in the wrong place.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from lsprotocol import types
from pygls.workspace import PositionCodec, ServerTextPosition, TextDocument, Workspace

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+\Z")


def split_lines(text: str) -> list[str]:
    """Return the lines with their ends. There is always a last line without one."""
    lines: list[str] = _LINE.findall(text)
    if not lines or lines[-1][-1] in "\r\n":
        lines.append("")
    return lines


class Codec(PositionCodec):
    """Clamps positions as the protocol says: to the end of the line, and of the document."""

    def position_from_client_units(
        self, lines: Sequence[str], position: types.Position
    ) -> ServerTextPosition:
        """Return the line and character that `position` denotes in `lines`."""
        if position.line >= len(lines):
            return ServerTextPosition(len(lines) - 1, len(lines[-1]))
        line = lines[position.line].rstrip("\r\n")
        if line.isascii():
            return ServerTextPosition(position.line, min(position.character, len(line)))
        units = min(position.character, self.client_num_units(line))
        found = super().position_from_client_units([line], types.Position(0, units))
        return ServerTextPosition(position.line, found.character)


class OpenDocument(TextDocument):
    """A document that the editor has open."""

    @property
    def lines(self) -> Sequence[str]:
        """The lines with their ends; there is always a last line without one."""
        return split_lines(self.source)


class OpenDocuments(Workspace):
    """The documents that the editor has open."""

    def __init__(self, other: Workspace) -> None:
        """Take over the root, folders and encoding of `other`, which has no documents yet."""
        folders = list(other.folders.values())
        encoding = other.position_encoding
        super().__init__(other.root_uri, workspace_folders=folders, position_encoding=encoding)
        self._position_codec = Codec(encoding)

    def remove_notebook_document(self, params: types.DidCloseNotebookDocumentParams) -> None:
        """Remove a notebook and all of its cells, which `params` names from here on."""
        notebook = self.get_notebook_document(notebook_uri=params.notebook_document.uri)
        told = [cell.uri for cell in params.cell_text_documents]
        known = [cell.document for cell in notebook.cells] if notebook else []
        cells = dict.fromkeys([*told, *known])
        # A client may name fewer, and what it does not name would stay.
        params.cell_text_documents = [types.TextDocumentIdentifier(uri) for uri in cells]
        super().remove_notebook_document(params)

    def _create_text_document(
        self,
        doc_uri: str,
        source: str | None = None,
        version: int | None = None,
        language_id: str | None = None,
    ) -> TextDocument:
        return OpenDocument(
            doc_uri, source, version, language_id, position_codec=self.position_codec
        )
