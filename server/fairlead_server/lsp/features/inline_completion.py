"""textDocument/inlineCompletion: what the model would write at the cursor, under the monitors."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

from lsprotocol import types

from fairlead_decoding.types import GenerationConfig
from fairlead_server.completing import Completing
from fairlead_server.lsp import convert
from fairlead_server.lsp.recent import Surroundings
from fairlead_server.lsp.server import FairleadServer
from fairlead_server.lsp.snapshot import snapshot_of
from fairlead_server.lsp.worker import Priority
from fairlead_server.settings import Settings
from fairlead_server.suggestion import CompletionRequest, CompletionResult

_TEMPERATURE = 0.6


@dataclass(frozen=True)
class Effort:
    """What one request may cost.

    `samples` come in addition to the greedy text. `seconds` are for all of decoding, and
    `patience` is the share of the patience in the settings that one analysis may take.
    """

    priority: Priority
    samples: int
    seconds: float
    patience: float


INVOKED = Effort(Priority.INVOKED, samples=2, seconds=5.0, patience=1.0)
AUTOMATIC = Effort(Priority.AUTOMATIC, samples=0, seconds=2.0, patience=0.25)
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
    result = await _complete(server, uri, place, INVOKED if invoked else AUTOMATIC)
    for remark in result.remarks:
        server.remark(remark)
    if snapshot_of(server.workspace, uri) != document:
        return nothing
    return convert.inline_completions(result.suggestions, place, codec)


async def _complete(
    server: FairleadServer, uri: str, place: convert.Place, effort: Effort
) -> CompletionResult:
    settings = server.state.settings()
    around = server.recent.around(server.workspace, uri)

    def work(completer: Completing, over: Callable[[], bool]) -> CompletionResult:
        return suggest(completer, place, around, settings, effort, over)

    return await asyncio.wrap_future(server.worker.submit(uri, effort.priority, work, NOTHING))


def suggest(
    completer: Completing,
    place: convert.Place,
    around: Surroundings,
    settings: Settings,
    effort: Effort,
    over: Callable[[], bool],
) -> CompletionResult:
    """Return the greedy suggestion, then the sampled ones that `effort` allows."""
    deadline = time.monotonic() + effort.seconds
    greedy = CompletionRequest(
        place.document,
        place.offset,
        GenerationConfig(max_new_tokens=settings.max_new_tokens, deadline=deadline),
        guided=settings.guided,
        patience=settings.patience * effort.patience,
        others=around.others,
        edits=around.edits,
        context=settings.context,
    )
    result = completer.complete(greedy, cancelled=over)
    if not effort.samples or over() or time.monotonic() >= deadline:
        return result
    config = replace(greedy.config, temperature=_TEMPERATURE)
    sampled = completer.complete(
        replace(greedy, config=config, samples=effort.samples), cancelled=over
    )
    return replace(result, suggestions=result.suggestions + sampled.suggestions)
