"""One running language server: the handshake, its document, and requests about it."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from collections.abc import Callable, Coroutine, Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from fairlead_monitors.engine import Source
from fairlead_server.analysis.language_server import findings
from fairlead_server.analysis.language_server.document import Document
from fairlead_server.analysis.language_server.errors import Gone, Hung, Refused
from fairlead_server.analysis.language_server.handshake import initialize_params, setting
from fairlead_server.analysis.language_server.indentation import indentation, with_indentation
from fairlead_server.analysis.language_server.launch import Launch
from fairlead_server.analysis.language_server.peer import Json, Peer
from fairlead_server.analysis.language_server.recipe import Recipe
from fairlead_server.analysis.language_server.sync import Lines, change, encoding_of, sends_changes

STOP_LIMIT = 1.0
"""Seconds that a server may take to end when it is asked to; then it is killed."""

GRACE = 1.0
"""Seconds that a server has at least to answer a request that was withdrawn."""

MODIFIED = ("content modified", "canceled", "cancelled", "outdated")


class Server:
    """A started server. All methods belong to the event loop's thread; one question at a time."""

    def __init__(self, recipe: Recipe, launch: Launch, hung: Callable[[Server, str], None]) -> None:
        """`hung` is told when a request that nobody waits for any more is not answered either."""
        self._recipe = recipe
        self._launch = launch
        self._hung = hung
        self._peer = Peer(self._notified, self._asked)
        self._ready = asyncio.Event()
        self._progress: dict[Json, str] = {}
        self._document: Document | None = None
        self._versions = 0
        self._received: list[Json] | None = None
        self.capabilities: Mapping[str, Json] = {}
        self.encoding = "utf-16"

    @property
    def pid(self) -> int | None:
        """The process id while it runs."""
        return self._peer.pid

    @property
    def ended(self) -> asyncio.Future[str]:
        """The reason why it ended, once it has."""
        return self._peer.ended

    async def start(self) -> None:
        """Start it and wait until it is ready. Raises `Gone`, `Refused` or `Hung`."""
        limit = self._recipe.start_limit
        try:
            await asyncio.wait_for(self._start(), limit)
        except (asyncio.TimeoutError, TimeoutError):
            raise Hung(f"it was not ready within {limit:g} s") from None

    async def _start(self) -> None:
        await self._peer.start(self._launch.command, self._launch.folder)
        params = initialize_params(self._recipe, self._launch)
        _, answer = self._peer.request("initialize", params)
        result = await answer
        stated = result.get("capabilities") if isinstance(result, Mapping) else None
        self.capabilities = stated if isinstance(stated, Mapping) else {}
        self.encoding = encoding_of(self.capabilities)
        self._sends_changes = sends_changes(self.capabilities)
        self._peer.notify("initialized", {})
        settings = self._launch.settings
        if settings:
            self._peer.notify("workspace/didChangeConfiguration", {"settings": settings})
        ready = self._recipe.ready
        if ready.notification or ready.progress:
            await self._while_running(self._ready.wait())

    def path_of(self, source: Source) -> str:
        """Return where the document lies: relative paths begin at the root."""
        return self._launch.absolute(source.path)

    async def show(self, source: Source) -> Document:
        """Let the server see `source`, and return it as the server knows it."""
        uri = Path(self.path_of(source)).as_uri()
        document = self._document
        if document is None or document.uri != uri:
            self._close()
            document = self._open(uri, source)
        elif document.lines.text != source.text:
            self._change(document, source.text)
        await self._flush()
        if self._recipe.ready.diagnostics and not document.diagnosed:
            await self._first_diagnostics(document)
        return document

    async def ask(
        self, method: str, params: Mapping[str, Json], limit: float | None = None
    ) -> Json:
        """Send a request and wait for its result, a second time if it was overtaken.

        A server that takes more than `limit` seconds, the recipe's unless stated, hangs. Raises
        `Gone`, `Hung`, or `Refused`. When the caller is cancelled the server is told.
        """
        limit = self._recipe.limit if limit is None else limit
        try:
            return await self._ask(method, params, limit)
        except Refused as refusal:
            if not any(word in str(refusal).lower() for word in MODIFIED):
                raise
            return await self._ask(method, params, limit)

    def notify(self, method: str, params: Mapping[str, Json]) -> None:
        """Send a notification."""
        self._peer.notify(method, params)

    def tell_indentation(self, document: Document) -> None:
        """Let the server know how the document is indented, if the recipe says by what settings."""
        rule = self._recipe.rewriting
        if not rule.width and not rule.spaces:
            return
        told = with_indentation(self._launch.settings, rule, indentation(document.lines.text))
        if told != self._launch.settings:
            self._launch.settings = told
            self._peer.notify("workspace/didChangeConfiguration", {"settings": told})

    @contextlib.contextmanager
    def receiving_edits(self) -> Iterator[list[Json]]:
        """Take the edits that the server wants to have applied; at other times it may not edit."""
        self._received = received = list[Json]()
        try:
            yield received
        finally:
            self._received = None

    async def pushed(self, document: Document, settle: float, mark: str = "") -> list[Json]:
        """Wait for the diagnostics of the document as it is now, and return them.

        Where nobody says for which version they are, those are the last that tell of a `mark`.
        """
        text = document.lines.text
        while text not in document.findings and document.latest is None:
            document.pushed.clear()
            await self._while_running(document.pushed.wait())
        if text not in document.findings:
            # It does not say for which version: the last ones before a silence count.
            await self._silence(document, settle, mark)
            document.keep(text, document.latest or [])
        return document.findings[text]

    async def stop(self) -> None:
        """Ask it to end, and see to it that it does."""
        pid = self.pid
        with contextlib.suppress(Refused, Gone, asyncio.TimeoutError, TimeoutError):
            if pid is not None and self.capabilities:
                _, answer = self._peer.request("shutdown", None)
                await asyncio.wait_for(answer, STOP_LIMIT)
                self._peer.notify("exit", None)
                await asyncio.wait_for(asyncio.shield(self._peer.ended), STOP_LIMIT)
        await self.kill()

    async def kill(self) -> None:
        """End it at once."""
        pid = self._peer.pid
        if pid is not None:
            kill_group(pid)
        with contextlib.suppress(asyncio.TimeoutError, TimeoutError):
            await asyncio.wait_for(self._peer.join(), STOP_LIMIT)
        self._launch.clear()

    def _open(self, uri: str, source: Source) -> Document:
        language = self._recipe.language_of(source.path)
        self._versions += 1
        lines = Lines(source.text, self.encoding)
        now = asyncio.get_running_loop().time()
        document = self._document = Document(uri, language, lines, self._versions, now)
        document.become(lines, self._versions)
        item = {"uri": uri, "languageId": language, "version": self._versions, "text": source.text}
        self._peer.notify("textDocument/didOpen", {"textDocument": item})
        return document

    def _change(self, document: Document, text: str) -> None:
        self._versions += 1
        edit = change(document.lines, text) if self._sends_changes else {"text": text}
        document.become(Lines(text, self.encoding), self._versions)
        identifier = {"uri": document.uri, "version": document.version}
        params = {"textDocument": identifier, "contentChanges": [edit]}
        self._peer.notify("textDocument/didChange", params)

    def _close(self) -> None:
        if self._document is not None:
            identifier = {"uri": self._document.uri}
            self._peer.notify("textDocument/didClose", {"textDocument": identifier})
            self._document = None

    async def _ask(self, method: str, params: Mapping[str, Json], limit: float) -> Json:
        number, answer = self._peer.request(method, params)
        loop = asyncio.get_running_loop()
        started = loop.time()
        try:
            return await asyncio.wait_for(answer, limit)
        except asyncio.CancelledError:
            self._peer.notify("$/cancelRequest", {"id": number})
            rest = started + limit - loop.time()
            loop.call_later(max(rest, min(limit, GRACE)), self._check, number, method, limit)
            raise
        except (asyncio.TimeoutError, TimeoutError):
            raise Hung(f"no answer to {method} within {limit:g} s") from None

    def _check(self, number: int, method: str, limit: float) -> None:
        if self._peer.is_pending(number):
            self._hung(self, f"no answer to {method} within {limit:g} s")

    async def _flush(self) -> None:
        """Wait for a server that does not read as long as for one that does not answer."""
        limit = self._recipe.limit
        try:
            await asyncio.wait_for(self._peer.flushed(), limit)
        except (asyncio.TimeoutError, TimeoutError):
            raise Hung(f"it did not read for {limit:g} s") from None
        except OSError as error:
            raise Gone(f"it does not read: {error}") from None

    async def _first_diagnostics(self, document: Document) -> None:
        limit = self._recipe.start_limit
        rest = document.opened + limit - asyncio.get_running_loop().time()
        try:
            await asyncio.wait_for(self._while_running(document.pushed.wait()), max(0, rest))
        except (asyncio.TimeoutError, TimeoutError):
            raise Hung(f"no diagnostics within {limit:g} s") from None

    async def _while_running(self, event: Coroutine[Any, Any, Any]) -> None:
        """Wait for an event, or raise `Gone` when the server ends before."""
        waiting = asyncio.ensure_future(event)
        try:
            await asyncio.wait((waiting, self.ended), return_when=asyncio.FIRST_COMPLETED)
            if not waiting.done():
                raise Gone(self.ended.result())
        finally:
            waiting.cancel()

    async def _silence(self, document: Document, settle: float, mark: str) -> None:
        with contextlib.suppress(asyncio.TimeoutError, TimeoutError):
            while not (mark and findings.tell_of(document.latest, mark)):
                document.pushed.clear()
                await asyncio.wait_for(document.pushed.wait(), settle)

    def _notified(self, method: str, params: Json) -> None:
        if not isinstance(params, Mapping):
            return
        ready = self._recipe.ready
        if method == "textDocument/publishDiagnostics":
            self._published(params)
        elif method == "$/progress":
            self._progressed(params)
        elif method == ready.notification and _matches(params, ready.where):
            self._ready.set()

    def _published(self, params: Mapping[str, Json]) -> None:
        document, found = self._document, params.get("diagnostics")
        about = unquote(str(params.get("uri")))
        if document is None or about != unquote(document.uri) or not isinstance(found, list):
            return
        document.found(params.get("version"), found)

    def _progressed(self, params: Mapping[str, Json]) -> None:
        token, value = str(params.get("token")), params.get("value")
        if not isinstance(value, Mapping):
            return
        if value.get("kind") == "begin":
            self._progress[token] = str(value.get("title"))
        elif value.get("kind") == "end":
            title = self._progress.pop(token, "")
            if title and title == self._recipe.ready.progress:
                self._ready.set()

    def _asked(self, method: str, params: Json) -> Json:
        if method == "workspace/configuration":
            items = params.get("items") if isinstance(params, Mapping) else None
            return [setting(self._launch.settings, item) for item in items or ()]
        if method == "workspace/workspaceFolders":
            return self._launch.workspace_folders()
        if method == "workspace/applyEdit":
            return self._edited(params)
        if method in _AGREED or method in self._recipe.rewriting.agrees:
            return None
        raise NotImplementedError(method)

    def _edited(self, params: Json) -> Json:
        """Take note of an edit, if it is expected."""
        if self._received is None:
            return {"applied": False, "failureReason": "nothing was asked for"}
        # It is shown to a person first; a server that hears so takes the refactoring for failed.
        self._received.append(params.get("edit") if isinstance(params, Mapping) else None)
        return {"applied": True}


_AGREED = (
    "client/registerCapability",
    "client/unregisterCapability",
    "window/workDoneProgress/create",
    "window/showMessageRequest",
    "workspace/diagnostic/refresh",
    "workspace/semanticTokens/refresh",
    "workspace/inlayHint/refresh",
    "workspace/codeLens/refresh",
)


def kill_group(pid: int) -> None:
    """Kill a process that leads a group, and the group."""
    with contextlib.suppress(ProcessLookupError):
        if os.name == "posix":
            os.killpg(pid, signal.SIGKILL)
        else:
            os.kill(pid, signal.SIGTERM)


def _matches(params: Mapping[str, Json], where: Mapping[str, Json]) -> bool:
    return all(params.get(key) == value for key, value in where.items())
