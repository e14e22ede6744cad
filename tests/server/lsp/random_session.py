"""A random editing session, and the text as the protocol says it must be after each edit.

Everything follows from the seed. The text is kept as UTF-16 code units, so that this is another
way to apply edits than the server's.
"""

from __future__ import annotations

import random
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any

from lsprotocol import types
from pygls.exceptions import JsonRpcException, JsonRpcRequestCancelled

from tests.server.lsp.editor import Editor, inline_params
from tests.server.lsp.scripted import LIMIT

PIECES = (
    "a",
    "xs.",
    "é",
    "😀",
    "\u2028",
    "\f",
    "\n",
    "\r\n",
    "\r",
    "\t",
    "()",
    "def f():\r\n    ",
    "",
)
UNIT = 2
"""Bytes of one code unit."""
LARGEST = 4_000
"""Code units of a document; from there on more is deleted than inserted."""


@dataclass
class Document:
    """One document as the client sees it. `units` is its text in UTF-16, little endian."""

    uri: str
    units: bytes = b""
    version: int = 1
    undone: list[tuple[int, int, bytes]] = field(default_factory=list)

    @property
    def text(self) -> str:
        return self.units.decode("utf-16-le")

    def position(self, unit: int) -> types.Position:
        """Return the position of a code unit, by the protocol's rules."""
        before = self.units[: unit * UNIT].decode("utf-16-le")
        lines = before.count("\n") + before.count("\r") - before.count("\r\n")
        line = before[max(before.rfind("\n"), before.rfind("\r")) + 1 :]
        return types.Position(lines, len(line.encode("utf-16-le")) // UNIT)

    def boundaries(self) -> list[int]:
        """Return the code units at which a position may be: inside no character or line break."""
        text, places, unit = self.text, [0], 0
        for char, following in zip(text, text[1:] + " ", strict=False):
            unit += 2 if char > "\uffff" else 1
            if char != "\r" or following != "\n":
                places.append(unit)
        return places

    def replace(self, start: int, end: int, new: bytes) -> None:
        """Replace code units, and remember how to undo it."""
        old = self.units[start * UNIT : end * UNIT]
        self.units = self.units[: start * UNIT] + new + self.units[end * UNIT :]
        self.undone.append((start, start + len(new) // UNIT, old))


class Session:
    """Random edits, requests, cancellations and closings on a few documents."""

    def __init__(self, editor: Editor, seed: int) -> None:
        self.editor = editor
        self.random = random.Random(seed)
        self.documents: dict[str, Document] = {}
        self.asked: list[tuple[str, Future[Any]]] = []
        self.requests = 0

    def run(self, edits: int, uris: list[str]) -> None:
        for uri in uris:
            self._open(uri)
        steps = (self._ask, self._ask_members, self._cancel, self._reopen, self._undo)
        for i in range(edits):
            document = self.random.choice(list(self.documents.values()))
            self._edit(document)
            if self.random.random() < 0.2:
                self.random.choice(steps)(document)
            if i % 500 == 499:
                self.settle()

    def settle(self) -> None:
        """Wait for every answer; a request that was cancelled may be answered by an error."""
        for name, answer in self.asked:
            try:
                answer.result(LIMIT)
            except JsonRpcRequestCancelled:
                pass
            except JsonRpcException as error:
                raise AssertionError(f"{name}: {error}") from error
        self.asked.clear()

    def _open(self, uri: str) -> None:
        document = Document(uri, "xs = [1]\r\n😀 = xs.\n".encode("utf-16-le"))
        self.documents[uri] = document
        self.editor.open(uri, document.text)

    def _reopen(self, document: Document) -> None:
        """Close the document, perhaps while a request is on its way, and open it anew."""
        self._ask(document)
        self.editor.close(document.uri)
        self._open(document.uri)

    def _edit(self, document: Document) -> None:
        """Change one place, or several in one message, or all of the text."""
        if self.random.random() < 0.02:
            self._replace_all(document)
            return
        edits = [self._one_edit(document) for _ in range(self.random.choice((1, 1, 1, 2, 3)))]
        self._send(document, *edits)

    def _one_edit(self, document: Document) -> tuple[types.Range, str]:
        places = document.boundaries()
        start = self.random.randrange(len(places))
        grown = len(document.units) > LARGEST * UNIT
        length = self.random.choice((0, 0, 0, 1, 3, 200 if grown else 10))
        end = min(start + length, len(places) - 1)
        new = self.random.choice(PIECES)
        span = types.Range(document.position(places[start]), document.position(places[end]))
        document.replace(places[start], places[end], new.encode("utf-16-le"))
        return span, new

    def _replace_all(self, document: Document) -> None:
        """Change the text as clients do that send all of it every time."""
        document.units = "".join(self.random.choices(PIECES, k=20)).encode("utf-16-le")
        document.undone.clear()
        document.version += 1
        change = types.TextDocumentContentChangeWholeDocument(document.text)
        identifier = types.VersionedTextDocumentIdentifier(document.version, document.uri)
        params = types.DidChangeTextDocumentParams(identifier, [change])
        self.editor.notify(types.TEXT_DOCUMENT_DID_CHANGE, params)

    def _undo(self, document: Document) -> None:
        """Undo the last edits, one by one."""
        for _ in range(min(len(document.undone), self.random.randrange(1, 6))):
            start, end, old = document.undone.pop()
            span = types.Range(document.position(start), document.position(end))
            document.replace(start, end, old)
            document.undone.pop()
            self._send(document, (span, old.decode("utf-16-le")))

    def _send(self, document: Document, *edits: tuple[types.Range, str]) -> None:
        document.version += 1
        self.editor.change(document.uri, document.version, *edits)

    def _place(self, document: Document) -> types.Position:
        return document.position(self.random.choice(document.boundaries()))

    def _ask(self, document: Document) -> None:
        place, invoked = self._place(document), self.random.random() < 0.3
        params = inline_params(document.uri, place.line, place.character, invoked=invoked)
        self._begin(types.TEXT_DOCUMENT_INLINE_COMPLETION, params)

    def _ask_members(self, document: Document) -> None:
        identifier = types.TextDocumentIdentifier(document.uri)
        params = types.CompletionParams(identifier, self._place(document))
        self._begin(types.TEXT_DOCUMENT_COMPLETION, params)

    def _begin(self, method: str, params: Any) -> None:
        self.requests += 1
        name = f"request-{self.requests}"
        self.asked.append((name, self.editor.begin(method, params, name)))

    def _cancel(self, document: Document) -> None:
        """Cancel a request that may have been answered already, or one that never was made."""
        names = [*(name for name, _ in self.asked[-3:]), "unknown"]
        self.editor.cancel(self.random.choice(names))
