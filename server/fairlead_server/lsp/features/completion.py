"""textDocument/completion and completionItem/resolve: the members that may follow a dereference.

The setting `completion` says what the editor's list gets: ``rank`` only the few names that the
model likes best, marked and put first, so that the list of the language's own server is not there
twice; ``items`` all names; ``off`` nothing.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from lsprotocol import types

from fairlead_decoding.types import GenerationConfig
from fairlead_monitors.engine import Names
from fairlead_server.completing import Completing
from fairlead_server.document import DocumentSnapshot
from fairlead_server.lsp import convert
from fairlead_server.lsp.items import (
    Abilities,
    Order,
    Spot,
    candidates,
    documentation,
    insertion,
    listed,
)
from fairlead_server.lsp.server import FairleadServer
from fairlead_server.lsp.snapshot import snapshot_of
from fairlead_server.lsp.worker import Priority, Worker
from fairlead_server.settings import Settings
from fairlead_server.suggestion import CompletionRequest

log = logging.getLogger(__name__)

T = TypeVar("T")

BEST = 5
"""How many names the model puts in order."""

RANKING = 0.3
"""Seconds that the list waits for the model's order, once its names are known."""

_OPERATORS: Mapping[str, frozenset[str]] = {
    "c": frozenset(".>"),
    "cpp": frozenset(".>:"),
    "java": frozenset(".:"),
    "php": frozenset(">:"),
    "rust": frozenset(".:"),
}
"""With which characters a dereference ends; with a dot in other languages."""


@dataclass(frozen=True)
class Question:
    """What is asked: the names at `spot` of the document that the editor calls `uri`."""

    uri: str
    spot: Spot
    settings: Settings


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
    members = await _on_thread(_members, server.worker, question.spot, settings.patience)
    if members is None:
        return None
    order = await _order(server, question, members)
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


async def _order(server: FairleadServer, question: Question, members: Names) -> Order:
    """Return the model's order of the names; a blank one when it does not come in time."""
    spot = question.spot
    rests = candidates(members.names, spot)
    if not rests:
        return Order(whole=True)
    deadline = time.monotonic() + RANKING
    request = _request(server, question, deadline)

    def work(completer: Completing, over: Callable[[], bool]) -> Order:
        if over() or time.monotonic() >= deadline:
            return Order()
        found = completer.rank(request, list(rests), BEST, cancelled=over)
        names = tuple(rests[rest] for rest, _ in found.names)
        # Without any, the model has nothing to say about the document, also later.
        whole = (found.exact and len(rests) <= BEST) or not names
        return Order(names, completer.model_name, whole and time.monotonic() < deadline)

    # By a name of its own, so that it and the suggestions at the place do not end each other.
    name = f"{question.uri} (names)"
    answer = server.worker.submit(name, Priority.AUTOMATIC, work, Order())
    try:
        return await asyncio.wait_for(asyncio.wrap_future(answer), RANKING)
    except (asyncio.TimeoutError, TimeoutError):
        return Order()


def _request(server: FairleadServer, question: Question, deadline: float) -> CompletionRequest:
    """Return the place of the name, as a suggestion there would be asked for.

    The prompt is the same then, and evaluated once.
    """
    spot, settings = question.spot, question.settings
    text = spot.document.text
    around = server.recent.around(server.workspace, question.uri)
    return CompletionRequest(
        replace(spot.document, text=text[: spot.offset] + text[spot.end :]),
        spot.offset,
        GenerationConfig(max_new_tokens=settings.max_new_tokens, deadline=deadline),
        patience=RANKING,
        others=around.others,
        edits=around.edits,
        context=settings.context,
    )


def _members(worker: Worker, spot: Spot, patience: float) -> Names | None:
    completer = worker.completer(patience)
    if completer is None:
        return Names.unknown("fairlead", "the model is not loaded")
    try:
        return completer.members(spot.document, spot.offset, patience)
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
