"""The scripted typist: what it does to the file, and how long it waits."""

from __future__ import annotations

import asyncio
import random
import re
import time
from dataclasses import dataclass, field
from pathlib import Path

from lsprotocol import types
from pygls.exceptions import JsonRpcRequestCancelled

from fairlead_server.errors import UserError
from fairlead_server.evaluation.latency.client import Client
from fairlead_server.evaluation.latency.memory import resident

_INLINE = types.TEXT_DOCUMENT_INLINE_COMPLETION
_BEFORE_WORDS = re.compile(r"(?<=[.(\[])(?=\w)|(?<=[=,\w] )(?=\w)")
_ALONG = 4
"""Letters of a suggestion that are typed one by one."""
_BETWEEN = 0.03
"""Seconds between two letters, and between two other requests."""
_DECODING = 0.15
"""Seconds for which a request is decoded before it is cancelled."""
_TO_TELL = 10.0
"""Seconds for a server to log how many tokens came late."""


@dataclass
class Waits:
    """What was measured: times in seconds, memory in bytes.

    `answered` says of each place whether there was a suggestion. `warming` is how memory grew while
    the file was edited for the first time, and `growth` how it did after that.
    """

    answered: list[bool] = field(default_factory=list)
    first: list[float] = field(default_factory=list)
    along: list[float] = field(default_factory=list)
    cancelled: list[float] = field(default_factory=list)
    others: list[float] = field(default_factory=list)
    late_tokens: list[int] = field(default_factory=list)
    warming: int | None = None
    growth: int | None = None


class Typist:
    """Works on one document."""

    def __init__(self, client: Client, path: Path, text: str, waits: Waits) -> None:
        self._client = client
        self._uri = path.as_uri()
        self._lines = text.split("\n")
        self._waits = waits
        self._version = 0
        item = types.TextDocumentItem(self._uri, "python", self._version, text)
        client.text_document_did_open(types.DidOpenTextDocumentParams(item))

    async def type_at(self, offset: int) -> None:
        """Take out the rest of a line, wait for a suggestion, type along it, restore the line."""
        line, column = self._position(offset)
        rest = self._lines[line][column:]
        self._replace(line, column, column + len(rest), "")
        text, seconds = await self._ask(line, column)
        self._waits.answered.append(bool(text))
        if text:
            self._waits.first.append(seconds)
        typed = 0
        for letter in text.partition("\n")[0][: min(_ALONG, len(text) - 1)]:
            self._replace(line, column + typed, column + typed, letter)
            typed += 1
            await asyncio.sleep(_BETWEEN)
            _, seconds = await self._ask(line, column + typed)
            self._waits.along.append(seconds)
        self._replace(line, column, column + typed, rest)

    async def cancel_at(self, offset: int) -> None:
        """Invoke a request, send others while it is decoded, cancel it, and see when it ends."""
        line, column = self._position(offset)
        request = f"cancelled-{len(self._waits.cancelled)}"
        known = len(self._client.late_tokens)
        params = _inline(self._uri, line, self._units_before(line, column), invoked=True)
        answer = asyncio.wrap_future(self._client.begin(_INLINE, params, request))
        end = time.monotonic() + _DECODING
        while time.monotonic() < end and not answer.done():
            self._waits.others.append(await self._ask_something_else())
            await asyncio.sleep(_BETWEEN)
        begun = time.monotonic()
        self._client.cancel_request(types.CancelParams(request))
        try:
            await answer
        except JsonRpcRequestCancelled:
            self._waits.cancelled.append(time.monotonic() - begun)
            self._waits.late_tokens.append(await self._told_late(known))

    async def _told_late(self, known: int) -> int:
        """Return what the server logs of the request that was cancelled, after `known` others."""
        end = time.monotonic() + _TO_TELL
        while not (told := self._client.late_tokens[known:]) and time.monotonic() < end:
            await asyncio.sleep(0.005)
        if len(told) != 1:
            raise UserError(
                f"the server logged {len(told)} counts of late tokens for one cancelled request; "
                "cancel_tokens_max cannot be told: measure again"
            )
        return told[0]

    async def watch(self, warm_up: int, count: int, drawn: random.Random) -> None:
        """Edit the document and see how memory grows: in `warm_up` edits, and in `count` more."""
        begun = resident(self._client.run)
        await self._edit(warm_up, drawn)
        warm = resident(self._client.run)
        await self._edit(count, drawn)
        after = resident(self._client.run)
        if begun is not None and warm is not None and after is not None:
            self._waits.warming, self._waits.growth = warm - begun, after - warm

    async def _edit(self, count: int, drawn: random.Random) -> None:
        """Edit the document and ask now and then."""
        for i in range(count):
            line = drawn.randrange(len(self._lines))
            end = len(self._lines[line])
            self._replace(line, end, end, "x")
            self._replace(line, end, end + 1, "")
            if i % 10 == 0:
                await self._ask(line, end)

    async def _ask(self, line: int, column: int) -> tuple[str, float]:
        """Ask without being told to, as editors do; return the text and the seconds it took."""
        params = _inline(self._uri, line, self._units_before(line, column), invoked=False)
        found, seconds = await self._client.timed(_INLINE, params)
        items = list(found.items if found else ())
        return (str(items[0].insert_text) if items else ""), seconds

    async def _ask_something_else(self) -> float:
        """Ask for what needs neither model nor analysis, and return the seconds it took."""
        params = types.ExecuteCommandParams("fairlead.status")
        _, seconds = await self._client.timed(types.WORKSPACE_EXECUTE_COMMAND, params)
        return seconds

    def _units_before(self, line: int, column: int) -> int:
        return _units(self._lines[line][:column])

    def _position(self, offset: int) -> tuple[int, int]:
        for line, text in enumerate(self._lines):
            if offset <= len(text):
                return line, offset
            offset -= len(text) + 1
        return len(self._lines) - 1, len(self._lines[-1])

    def _replace(self, line: int, start: int, end: int, new: str) -> None:
        old = self._lines[line]
        self._lines[line] = old[:start] + new + old[end:]
        self._version += 1
        span = types.Range(
            types.Position(line, _units(old[:start])), types.Position(line, _units(old[:end]))
        )
        identifier = types.VersionedTextDocumentIdentifier(self._version, self._uri)
        change = types.TextDocumentContentChangePartial(span, new)
        params = types.DidChangeTextDocumentParams(identifier, [change])
        self._client.text_document_did_change(params)


def beginnings_of_words(text: str) -> list[int]:
    """Return the offsets in `text` at which people wait for a suggestion: before words."""
    return [found.start() for found in _BEFORE_WORDS.finditer(text)]


def _units(text: str) -> int:
    """Count UTF-16 code units, in which positions are given where nothing else is agreed on."""
    return len(text.encode("utf-16-le")) // 2


def _inline(uri: str, line: int, column: int, *, invoked: bool) -> types.InlineCompletionParams:
    kind = types.InlineCompletionTriggerKind
    return types.InlineCompletionParams(
        context=types.InlineCompletionContext(kind.Invoked if invoked else kind.Automatic),
        text_document=types.TextDocumentIdentifier(uri),
        position=types.Position(line, column),
    )
