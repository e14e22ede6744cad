"""The code action "Add `import x`", and the command by which what was accepted gets its imports."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fairlead_monitors.engine import Diagnostic
from fairlead_server.actions import QUICK_FIX, Offer, Selection
from fairlead_server.completing import Completing
from fairlead_server.document import DocumentSnapshot
from fairlead_server.errors import UserError
from fairlead_server.importing import (
    ImportLine,
    ProjectIndex,
    add_imports,
    find_imports,
    parse_import,
)
from fairlead_server.lsp import edits
from fairlead_server.lsp.commands import add_command, argument, opened
from fairlead_server.lsp.convert import ADD_IMPORT
from fairlead_server.lsp.server import FairleadServer
from fairlead_server.lsp.snapshot import project_of
from fairlead_server.missing_imports import ImportCheck, missing_names
from fairlead_server.project_imports import LANGUAGES, ProjectImports

COMMAND = ADD_IMPORT
_SOURCE = "import"

CHECKING = 5.0
"""Seconds that the checks of one request may take, if the setting `patience` is not more."""


def register(server: FairleadServer) -> None:
    """Add the feature to `server`."""
    source = AddImport(server, ProjectImports())
    server.actions[source.name] = source

    async def command(server: FairleadServer, arguments: Sequence[Any]) -> bool:
        return await _command(server, source, arguments)

    add_command(server, COMMAND, command)


@dataclass(frozen=True)
class AddImport:
    """Offers imports for names that are bound nowhere; each has been checked by analysis."""

    server: FairleadServer
    imports: ProjectImports
    name: str = _SOURCE
    kinds: tuple[str, ...] = (QUICK_FIX,)

    async def offers(self, selection: Selection) -> Sequence[Offer]:
        """Return an import for each way to bind a name that is missing here, the likeliest first.

        Where the editor shows no diagnostics, they are looked for, if the user asks.
        """
        if selection.document.language not in LANGUAGES:
            return ()
        if not selection.invoked and not selection.diagnostics:
            return ()
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(None, self._offers, selection)

    async def text(self, uri: str, document: DocumentSnapshot, data: Mapping[str, Any]) -> str:
        """Return `document` with the import in it."""
        return await self.added(document, [data.get("line")])

    async def added(self, document: DocumentSnapshot, statements: Sequence[Any]) -> str:
        """Return `document` with import statements in it. Raises `ValueError` for what is none."""
        lines = [_line(statement, document.language) for statement in statements]

        def add() -> str:
            return add_imports(document.text, lines, self.index(document).own)

        return await asyncio.get_running_loop().run_in_executor(None, add)

    def index(self, document: DocumentSnapshot) -> ProjectIndex:
        """Return the imports of the project that `document` belongs to."""
        return self.imports.index(project_of(self.server.workspace, document.path), document)

    def _offers(self, selection: Selection) -> list[Offer]:
        document = selection.document
        patience = self.server.state.settings(document.path).patience
        completer = self.server.worker.completer(patience)
        if completer is None:
            return []
        shown = selection.diagnostics or _found(completer, selection, patience)
        missing = missing_names(document.text, shown)
        if not missing:
            return []
        index = self.index(document)
        check = ImportCheck.of(completer, document, index.own, max(patience, CHECKING))
        offers = []
        for one in missing:
            lines = [n for n in find_imports(one.name, index) if check.holds(one, n)]
            mends = one.diagnostics if selection.diagnostics else ()
            offers += [_offer(line, mends, preferred=len(lines) == 1) for line in lines]
        return offers


def _found(completer: Completing, selection: Selection, patience: float) -> list[Diagnostic]:
    """Return what analysis finds wrong at the place that is selected."""
    found = completer.diagnostics(selection.document, patience).found
    return [d for d in found if d.start <= selection.end and selection.start <= d.end]


def _offer(line: ImportLine, mends: tuple[int, ...], *, preferred: bool) -> Offer:
    data = {"line": str(line)}
    return Offer(f"Add `{line}`", QUICK_FIX, data, mends, preferred=preferred)


def _line(statement: object, language: str) -> ImportLine:
    line = parse_import(statement, language) if isinstance(statement, str) else None
    if line is None:
        raise ValueError(f"{statement!r} is no import statement of {language}")
    return line


async def _command(server: FairleadServer, source: AddImport, arguments: Sequence[Any]) -> bool:
    """Add the imports that are the second argument, a list, to the document that is the first."""
    uri = argument(arguments, 0, str, "the URI of a document")
    statements = argument(arguments, 1, list, "a list of import statements")
    document = opened(server, uri)
    if document.language not in LANGUAGES:
        raise UserError(f"imports are not added to {document.language}")
    text = await source.added(document, statements)
    if text == document.text:
        return True
    return await edits.apply(server, edits.Change(uri, document, text, f"Add {_count(statements)}"))


def _count(statements: Sequence[Any]) -> str:
    return f"`{statements[0]}`" if len(statements) == 1 else f"{len(statements)} imports"
