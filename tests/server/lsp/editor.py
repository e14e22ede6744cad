"""An editor for tests: pygls' own client, on an event loop in a thread, with calls that wait."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Coroutine, Iterable, Mapping, Sequence
from concurrent.futures import Future
from pathlib import Path
from types import TracebackType
from typing import Any, TypeVar, Union

from lsprotocol import types
from pygls.lsp.client import LanguageClient

from tests.server.lsp.scripted import LIMIT

T = TypeVar("T")

ROOT = Path(__file__).parents[3]
ECHO = (sys.executable, "-m", "tests.server.lsp.echo_server")
FAIRLEAD = (sys.executable, "-m", "fairlead_server.cli", "serve")


class _Client(LanguageClient):
    """Remembers how the server ended."""

    returncode: int | None = None

    async def server_exit(self, server: asyncio.subprocess.Process) -> None:
        self.returncode = server.returncode


class Editor:
    """Starts a server and initializes it; on leaving, shuts it down in good order."""

    def __init__(
        self,
        command: Sequence[str],
        *,
        root: Path = ROOT,
        options: object = None,
        encodings: Sequence[types.PositionEncodingKind | str] | None = None,
        capabilities: types.ClientCapabilities | None = None,
        folders: Sequence[Path] | None = None,
        settings: object = None,
        environ: Mapping[str, str] | None = None,
        cwd: Path = ROOT,
    ) -> None:
        self.logs: list[str] = []
        self.shown: list[str] = []
        self.progress: list[str] = []
        self.tokens: list[types.ProgressToken] = []
        self.statuses: list[dict[str, Any]] = []
        self.settings = settings
        self.of_folders: dict[str, object] = {}
        self.registered: list[types.Registration] = []
        self.edits: list[types.ApplyWorkspaceEditParams] = []
        self.refusal: str | None = None
        self._leaving = False
        self._options = options
        self._root = root
        self._folders = folders
        self._cwd = cwd
        self._environ = {**os.environ, **(environ or {})}
        self._capabilities = capabilities or types.ClientCapabilities()
        self._capabilities.general = types.GeneralClientCapabilities(
            position_encodings=list(encodings) if encodings else None
        )
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._client = self._run(self._connect(command))

    def __enter__(self) -> Editor:
        self.initialized = self.initialize()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if error is not None:
            self.kill()
        elif not self._leaving:
            self.shut_down()
            self.leave()
        code = self.finish()
        assert error is not None or code == 0, self.stderr

    @property
    def returncode(self) -> int | None:
        return self._client.returncode

    @property
    def pid(self) -> int:
        assert self._client._server is not None
        return self._client._server.pid

    def initialize(self) -> types.InitializeResult:
        params = types.InitializeParams(
            process_id=os.getpid(),
            root_uri=self._root.as_uri(),
            capabilities=self._capabilities,
            initialization_options=self._options,
            workspace_folders=[folder_at(path) for path in self._folders or ()] or None,
        )
        result: types.InitializeResult = self.request(types.INITIALIZE, params)
        self.notify(types.INITIALIZED, types.InitializedParams())
        return result

    def shut_down(self) -> None:
        self.request(types.SHUTDOWN, None)

    def leave(self) -> None:
        self._leaving = True
        self.notify(types.EXIT, None)

    def kill(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)

    def hang_up(self) -> None:
        """Close the connection without a word."""

        async def close() -> None:
            assert self._client._server is not None
            assert self._client._server.stdin is not None
            self._client._server.stdin.close()

        self._run(close())

    def finish(self) -> int | None:
        """Wait for the server's end; return its exit code."""
        if self._thread.is_alive():
            self._run(self._disconnect())
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join(LIMIT)
            self._loop.close()
        return self.returncode

    # The protocol, as far as tests need it.

    def begin(self, method: str, params: Any, request: str | None = None) -> Future[Any]:
        """Send a request with the id `request`; return the answer to come."""

        async def send() -> Future[Any]:
            return self._client.protocol.send_request(method, params, msg_id=request)

        return self._run(send())

    def request(self, method: str, params: Any) -> Any:
        return self.begin(method, params).result(LIMIT)

    def notify(self, method: str, params: Any) -> None:
        async def send() -> None:
            self._client.protocol.notify(method, params)

        self._run(send())

    def cancel(self, request: str) -> None:
        self.notify(types.CANCEL_REQUEST, types.CancelParams(request))

    def open(self, uri: str, text: str, language: str = "python") -> None:
        item = types.TextDocumentItem(uri, language, 1, text)
        self.notify(types.TEXT_DOCUMENT_DID_OPEN, types.DidOpenTextDocumentParams(item))

    def close(self, uri: str) -> None:
        document = types.TextDocumentIdentifier(uri)
        self.notify(types.TEXT_DOCUMENT_DID_CLOSE, types.DidCloseTextDocumentParams(document))

    def change(self, uri: str, version: int, *edits: tuple[types.Range, str]) -> None:
        """Send edits, each on the text that the one before it left."""
        document = types.VersionedTextDocumentIdentifier(version, uri)
        changes = [types.TextDocumentContentChangePartial(range, text) for range, text in edits]
        params = types.DidChangeTextDocumentParams(document, changes)
        self.notify(types.TEXT_DOCUMENT_DID_CHANGE, params)

    def save(self, uri: str) -> None:
        document = types.TextDocumentIdentifier(uri)
        self.notify(types.TEXT_DOCUMENT_DID_SAVE, types.DidSaveTextDocumentParams(document))

    def configure(self, settings: object) -> None:
        params = types.DidChangeConfigurationParams(settings)
        self.notify(types.WORKSPACE_DID_CHANGE_CONFIGURATION, params)

    def inline(
        self,
        uri: str,
        line: int,
        character: int,
        *,
        invoked: bool = True,
        selected: types.SelectedCompletionInfo | None = None,
    ) -> list[types.InlineCompletionItem]:
        params = inline_params(uri, line, character, invoked=invoked, selected=selected)
        return items_of(self.request(types.TEXT_DOCUMENT_INLINE_COMPLETION, params))

    def members(self, uri: str, line: int, character: int) -> types.CompletionList | None:
        document = types.TextDocumentIdentifier(uri)
        params = types.CompletionParams(document, types.Position(line, character))
        result: types.CompletionList | None = self.request(types.TEXT_DOCUMENT_COMPLETION, params)
        return result

    def change_folders(self, *, added: Sequence[Path] = (), removed: Sequence[Path] = ()) -> None:
        event = types.WorkspaceFoldersChangeEvent(
            [folder_at(path) for path in added], [folder_at(path) for path in removed]
        )
        params = types.DidChangeWorkspaceFoldersParams(event)
        self.notify(types.WORKSPACE_DID_CHANGE_WORKSPACE_FOLDERS, params)

    def command(self, name: str, *arguments: Any) -> Any:
        params = types.ExecuteCommandParams(name, list(arguments))
        return self.request(types.WORKSPACE_EXECUTE_COMMAND, params)

    def wait_for(self, condition: Callable[[], bool]) -> None:
        end = time.monotonic() + LIMIT
        while not condition():
            assert time.monotonic() < end, (self.logs, self.shown, self.progress)
            time.sleep(0.005)

    # The connection.

    def _run(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(LIMIT)

    async def _connect(self, command: Sequence[str]) -> _Client:
        client = _Client("editor", "1")
        converter = client.protocol._converter
        converter.register_structure_hook(
            Union[types.Command, types.CodeAction],  # noqa: UP007
            lambda value, _: converter.structure(value, _kind_of_action(value)),
        )
        client.feature(types.WINDOW_LOG_MESSAGE)(lambda p: self.logs.append(p.message))
        client.feature(types.WINDOW_SHOW_MESSAGE)(lambda p: self.shown.append(p.message))
        client.feature(types.WINDOW_WORK_DONE_PROGRESS_CREATE)(
            lambda p: self.tokens.append(p.token)
        )
        client.feature(types.WORKSPACE_APPLY_EDIT)(lambda p: self._take_edit(p))
        client.feature(types.PROGRESS)(lambda p: self.progress.append(p.value["kind"]))
        client.feature("fairlead/status")(lambda p: self.statuses.append(p._asdict()))
        client.feature(types.WORKSPACE_CONFIGURATION)(lambda p: self._configuration(p))
        client.feature(types.CLIENT_REGISTER_CAPABILITY)(
            lambda p: self.registered.extend(p.registrations)
        )
        await client.start_io(*command, cwd=self._cwd, env=self._environ)
        assert client._server is not None
        assert client._server.stderr is not None
        # A server that fills the pipe would wait for ever for somebody to read it.
        self._stderr = asyncio.create_task(client._server.stderr.read())
        return client

    def _configuration(self, params: types.ConfigurationParams) -> list[object]:
        return [self.of_folders.get(item.scope_uri or "", self.settings) for item in params.items]

    def _take_edit(self, params: types.ApplyWorkspaceEditParams) -> types.ApplyWorkspaceEditResult:
        """Keep the edit for the test, or refuse it for the reason `refusal`, if not blank."""
        if self.refusal is not None:
            reason = self.refusal or None
            return types.ApplyWorkspaceEditResult(applied=False, failure_reason=reason)
        self.edits.append(params)
        return types.ApplyWorkspaceEditResult(applied=True)

    async def _disconnect(self) -> None:
        await self._client.stop()  # type: ignore[no-untyped-call]
        self.stderr = (await self._stderr).decode(errors="replace")


def folder_at(path: Path) -> types.WorkspaceFolder:
    return types.WorkspaceFolder(path.as_uri(), path.name)


def _kind_of_action(value: Any) -> type[types.Command | types.CodeAction]:
    """Tell what a code action is; lsprotocol takes one that has a command for that command."""
    return types.Command if isinstance(value.get("command"), str) else types.CodeAction


def inline_params(
    uri: str,
    line: int,
    character: int,
    *,
    invoked: bool = True,
    selected: types.SelectedCompletionInfo | None = None,
) -> types.InlineCompletionParams:
    kind = types.InlineCompletionTriggerKind
    return types.InlineCompletionParams(
        context=types.InlineCompletionContext(
            kind.Invoked if invoked else kind.Automatic, selected
        ),
        text_document=types.TextDocumentIdentifier(uri),
        position=types.Position(line, character),
    )


def items_of(result: types.InlineCompletionList) -> list[types.InlineCompletionItem]:
    return list(result.items)


def span(line: int, start: int, end: int) -> types.Range:
    return types.Range(types.Position(line, start), types.Position(line, end))


def labels(members: types.CompletionList | None) -> list[str]:
    """Return the labels in the order in which an editor shows them."""
    items: Iterable[types.CompletionItem] = members.items if members else ()
    return [item.label for item in sorted(items, key=lambda item: item.sort_text or item.label)]
