"""textDocument/inlineCompletion: what the model would write at the cursor, under the monitors."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from lsprotocol import types

from fairlead_decoding.types import GenerationConfig
from fairlead_server.completing import Completing
from fairlead_server.document import DocumentSnapshot
from fairlead_server.lsp import convert
from fairlead_server.lsp.account import Account
from fairlead_server.lsp.attempts import AUTOMATIC, INVOKED, PREFETCH, Attempt, Effort, give_up
from fairlead_server.lsp.server import FairleadServer
from fairlead_server.lsp.snapshot import snapshot_of
from fairlead_server.lsp.typed import Spot
from fairlead_server.lsp.waiting import MOVED_ON, Waiter
from fairlead_server.lsp.worker import Priority
from fairlead_server.suggestion import CompletionRequest, CompletionResult, Urgency

log = logging.getLogger(__name__)

_TEMPERATURE = 0.6
_URGENCIES: Mapping[Priority, Urgency] = {
    Priority.INVOKED: "invoked",
    Priority.AUTOMATIC: "automatic",
    Priority.PREFETCH: "prefetch",
}
NOTHING = CompletionResult(())


def register(server: FairleadServer) -> None:
    """Add the feature to `server`."""
    # Without options pygls serves the request and does not advertise it.
    options = types.InlineCompletionOptions()
    server.feature(types.TEXT_DOCUMENT_INLINE_COMPLETION, options)(inline_completion)


async def inline_completion(
    server: FairleadServer, params: types.InlineCompletionParams
) -> types.InlineCompletionList:
    """Answer with suggestions for the document as it is on arrival, none when it has moved on."""
    uri, nothing = params.text_document.uri, types.InlineCompletionList([])
    document = snapshot_of(server.workspace, uri)
    if document is None:
        return nothing
    selected = params.context.selected_completion_info
    codec = server.workspace.position_codec
    place = convert.place_at(document, params.position, selected, codec)
    if place is None:
        return nothing
    invoked = params.context.trigger_kind == types.InlineCompletionTriggerKind.Invoked
    begun = time.monotonic()
    result, outcome = await _suggestions(server, uri, place, INVOKED if invoked else AUTOMATIC)
    if snapshot_of(server.workspace, uri) != document:
        result, outcome = NOTHING, MOVED_ON
    for remark in result.remarks:
        server.remark(remark)
    items = convert.inline_completions(result.suggestions, place, codec, uri)
    if result.suggestions and not items.items:
        outcome = "what was written is blank, or does not go on the item that is selected"
    _note(server, document, params.position, outcome, time.monotonic() - begun, result)
    return items


def _note(
    server: FairleadServer,
    document: DocumentSnapshot,
    position: types.Position,
    outcome: str,
    seconds: float,
    result: CompletionResult,
) -> None:
    """Keep what ``fairlead.explain`` tells."""
    line, column = position.line + 1, position.character + 1
    found = None if result is NOTHING else result
    server.account = Account(document.path, line, column, outcome, seconds, found)


async def _suggestions(
    server: FairleadServer, uri: str, place: convert.Place, effort: Effort
) -> tuple[CompletionResult, str]:
    """Return what is suggested at `place`, and how that came about."""
    text = place.document.text
    spot = Spot(text[: place.offset], text[place.offset :])
    waiter = server.waiting.enter(uri, effort.priority)
    try:
        found = server.attempts.find(uri, spot, effort)
        if found is not None and (why := await _in_vain(waiter, found)):
            return NOTHING, why
        if found is not None and (left := found.left_at(spot)):
            return left, "typed along" if found.spot != spot else "suggested before"
        attempt = begin(server, uri, place.document, place.offset, effort)
        with server.status.decoding():
            why = await _in_vain(waiter, attempt)
    finally:
        server.waiting.leave(waiter)
    return (NOTHING, why) if why else _decoded(server, attempt)


async def _in_vain(waiter: Waiter, attempt: Attempt) -> str:
    """Wait for `attempt`; return why its result is not wanted any more, if that is so.

    When the client cancels the request, the attempt ends, unless the user is typing along it.
    """
    either: set[asyncio.Future[Any]] = {asyncio.wrap_future(attempt.answer), waiter.in_vain}
    try:
        await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
    except asyncio.CancelledError:
        if not attempt.is_followed():
            give_up(attempt)
        raise
    return waiter.in_vain.result() if waiter.in_vain.done() else ""


def _decoded(server: FairleadServer, attempt: Attempt) -> tuple[CompletionResult, str]:
    """Return the result of a finished attempt, and how it came about."""
    if attempt.answer.cancelled():
        return NOTHING, "it was given up for something newer"
    result = attempt.answer.result()
    server.status.decoded(result)
    if result is NOTHING:
        return result, server.status.status.message or "it was given up for something newer"
    return result, "decoded"


def prefetch(server: FairleadServer, uri: str, document: DocumentSnapshot, offset: int) -> None:
    """Begin what will be asked for next, as a suggestion that ends at `offset` was accepted."""
    if server.state.settings(document.path).prefetch:
        begin(server, uri, document, offset, PREFETCH)


def begin(
    server: FairleadServer, uri: str, document: DocumentSnapshot, offset: int, effort: Effort
) -> Attempt:
    """Queue the work on suggestions at `offset`."""
    attempt = Attempt(Spot(document.text[:offset], document.text[offset:]), effort)
    settings = server.state.settings(document.path)
    around = server.recent.around(server.workspace, uri)
    request = CompletionRequest(
        document,
        offset,
        GenerationConfig(max_new_tokens=settings.max_new_tokens),
        guided=settings.guided,
        patience=settings.patience * effort.patience,
        others=around.others,
        edits=around.edits,
        context=settings.context,
        blocks=settings.multiline == "auto",
        urgency=_URGENCIES[effort.priority],
    )

    def work(completer: Completing, over: Callable[[], bool]) -> CompletionResult:
        return suggest(completer, request, attempt, over)

    attempt.answer = server.worker.submit(uri, effort.priority, work, NOTHING)
    server.attempts.add(uri, attempt)
    return attempt


def suggest(
    completer: Completing,
    request: CompletionRequest,
    attempt: Attempt,
    over: Callable[[], bool],
) -> CompletionResult:
    """Return the greedy suggestion, then the sampled ones that the attempt's effort allows."""
    effort = attempt.effort
    deadline = time.monotonic() + max(effort.seconds, request.patience)
    greedy = replace(request, config=replace(request.config, deadline=deadline))

    def cancelled() -> bool:
        return over() or not attempt.is_wanted()

    late = 0

    def count(text: str) -> None:
        nonlocal late
        late += cancelled()

    def grow(text: str) -> None:
        attempt.grow(text)
        count(text)

    result = completer.complete(greedy, cancelled=cancelled, growing=grow)
    if effort.samples and not cancelled() and time.monotonic() < deadline:
        config = replace(greedy.config, temperature=_TEMPERATURE)
        several = replace(greedy, config=config, samples=effort.samples)
        sampled = completer.complete(several, cancelled=cancelled, growing=count)
        result = replace(result, suggestions=result.suggestions + sampled.suggestions)
    if cancelled():
        who = effort.priority.name.lower()
        log.debug("%s decoding stopped; tokens after it was not wanted any more: %d", who, late)
        return NOTHING
    return result
