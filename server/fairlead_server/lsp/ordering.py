"""The model's order of the names in a completion list, if it comes in time."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

from fairlead_decoding.types import GenerationConfig
from fairlead_monitors.engine import Names
from fairlead_server.completing import Completing
from fairlead_server.lsp.items import Order, Spot, candidates
from fairlead_server.lsp.server import FairleadServer
from fairlead_server.lsp.worker import Priority
from fairlead_server.settings import Settings
from fairlead_server.suggestion import CompletionRequest

BEST = 5
"""How many names the model puts in order."""

RANKING = 0.3
"""Seconds that the list waits for the model's order, once its names are known."""


@dataclass(frozen=True)
class Question:
    """What is asked: the names at `spot` of the document that the editor calls `uri`."""

    uri: str
    spot: Spot
    settings: Settings


async def order_of(server: FairleadServer, question: Question, members: Names) -> Order:
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
