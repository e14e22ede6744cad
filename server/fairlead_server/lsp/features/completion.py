"""textDocument/completion and completionItem/resolve: the members that may follow a dereference.

The setting `completion` says what the editor's list gets: ``rank`` only the few names that the
model likes best, marked and put first, so that the list of the language's own server is not there
twice; ``items`` all names; ``off`` nothing.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, TypeVar
from urllib.parse import unquote

from lsprotocol import types

from fairlead_monitors.engine import Names
from fairlead_server.document import DocumentSnapshot
from fairlead_server.lsp import convert
from fairlead_server.lsp.items import Abilities, Spot, documentation, insertion, listed
from fairlead_server.lsp.ordering import Question, order_of
from fairlead_server.lsp.server import FairleadServer
from fairlead_server.lsp.snapshot import snapshot_of
from fairlead_server.lsp.worker import Worker

log = logging.getLogger(__name__)

T = TypeVar("T")

_OPERATORS: Mapping[str, frozenset[str]] = {
    "c": frozenset(".>"),
    "cpp": frozenset(".>:"),
    "java": frozenset(".:"),
    "php": frozenset(">:"),
    "rust": frozenset(".:"),
}
"""With which characters a dereference ends; with a dot in other languages."""


def register(server: FairleadServer) -> None:
    """Add the feature to `server`."""
    options = types.CompletionOptions(
        trigger_characters=[".", ">", ":"],
        resolve_provider=True,
        completion_item=types.ServerCompletionItemOptions(label_details_support=True),
    )
    server.feature(types.TEXT_DOCUMENT_COMPLETION, options)(completion)
    server.feature(types.COMPLETION_ITEM_RESOLVE)(resolve)


async def completion(
    server: FairleadServer, params: types.CompletionParams
) -> types.CompletionList | None:
    """Answer with the members at the cursor, None where nothing is dereferenced."""
    question = _question(server, params)
    if question is None:
        return None
    document, settings = question.spot.document, question.settings
    members = await _listed_in_time(server, question)
    if members is None:
        return None
    order = await order_of(server, question, members)
    if snapshot_of(server.workspace, question.uri) != document:
        return types.CompletionList(is_incomplete=True, items=[])
    return listed(
        members,
        order,
        question.spot,
        question.uri,
        Abilities.of(server.client_capabilities),
        server.workspace.position_codec,
        only_ordered=settings.completion == "rank",
    )


async def resolve(server: FairleadServer, item: types.CompletionItem) -> types.CompletionItem:
    """Add how the name is declared, if the document is still the one before it."""
    data = item.data if isinstance(item.data, Mapping) else {}
    document = snapshot_of(server.workspace, str(data.get("uri", "")))
    placed = insertion(item, document) if document else None
    if document is None or placed is None:
        return item
    text, end = placed
    patience = server.state.settings(document.path).patience
    made = replace(document, text=text)
    found = await _on_thread(_describe, server.worker, made, end, patience)
    markdown = Abilities.of(server.client_capabilities).markdown
    item.documentation = documentation(found, document.language, markdown=markdown)
    return item


def _question(server: FairleadServer, params: types.CompletionParams) -> Question | None:
    """Return what is asked, None where fairlead has nothing to say."""
    uri = params.text_document.uri
    document = snapshot_of(server.workspace, uri)
    if document is None:
        return None
    settings = server.state.settings(document.path)
    if settings.completion == "off" or document.language in settings.disabled_languages:
        return None
    trigger = params.context.trigger_character if params.context else None
    if trigger and trigger not in _OPERATORS.get(document.language, "."):
        return None
    codec = server.workspace.position_codec
    offset = convert.offset_at(document.text, params.position, codec)
    return None if offset is None else Question(uri, Spot.at(document, offset), settings)


async def _on_thread(ask: Callable[..., T], *arguments: Any) -> T:
    """Return what `ask` does, without blocking the event loop."""
    return await asyncio.get_running_loop().run_in_executor(None, ask, *arguments)


async def _listed_in_time(server: FairleadServer, question: Question) -> Names | None:
    """Return the members; analysis ends when the request is cancelled or the text is another."""
    ended = threading.Event()

    def over() -> bool:
        return ended.is_set() or _has_moved_on(server, question)

    try:
        return await _on_thread(_members, server.worker, question, over)
    finally:
        ended.set()


def _has_moved_on(server: FairleadServer, question: Question) -> bool:
    """Tell, on any thread, whether the document is in another version, or closed."""
    document = server.workspace.text_documents.get(unquote(question.uri))
    return document is None or (document.version or 0) != question.spot.document.version


def _members(worker: Worker, question: Question, over: Callable[[], bool]) -> Names | None:
    spot, patience = question.spot, question.settings.patience
    completer = worker.completer(patience)
    if completer is None:
        return Names.unknown("fairlead", "the model is not loaded")
    try:
        return completer.members(spot.document, spot.offset, patience, cancelled=over)
    except Exception:
        log.exception("The members at a place cannot be listed.")
        return Names.unknown("fairlead", "analysis failed")


def _describe(worker: Worker, document: DocumentSnapshot, offset: int, patience: float) -> str:
    completer = worker.completer(patience=0)
    try:
        return completer.describe(document, offset, patience) if completer else ""
    except Exception:
        log.exception("A name cannot be described.")
        return ""
