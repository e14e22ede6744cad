"""A client that speaks JSON as it comes and keeps all that the server sends it."""

from __future__ import annotations

import json
import os
import queue
import subprocess
import threading
from collections.abc import Sequence
from types import TracebackType
from typing import Any

from tests.server.lsp.editor import ROOT
from tests.server.lsp.scripted import LIMIT

Message = dict[str, Any]


class Client:
    """Starts a server, as a client of `capabilities`; on leaving, shuts it down in good order.

    It grants every request of the server. `received` are the server's requests and notifications,
    and `results` its answers.
    """

    def __init__(self, command: Sequence[str], capabilities: Message, options: object) -> None:
        self.received: list[Message] = []
        self.results: list[Any] = []
        self._capabilities = capabilities
        self._options = options
        self._last = 0
        self._incoming: queue.Queue[Message | None] = queue.Queue()
        pipe = subprocess.PIPE
        self._server = subprocess.Popen(command, stdin=pipe, stdout=pipe, cwd=ROOT)
        # A daemon: a server that does not end must not keep the tests from ending.
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def __enter__(self) -> Client:
        params = {
            "processId": os.getpid(),
            "rootUri": ROOT.as_uri(),
            "capabilities": self._capabilities,
            "initializationOptions": self._options,
        }
        self.server: Message = self.request("initialize", params)
        # Before it knows of what the client takes, a server may log and show messages.
        assert {m["method"] for m in self.received} <= {"window/logMessage", "window/showMessage"}
        self.notify("initialized", {})
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if error is None:
            self.request("shutdown")
            self.notify("exit")
        else:
            self._server.kill()
        code = self._server.wait(LIMIT)
        self._reader.join(LIMIT)
        for stream in (self._server.stdin, self._server.stdout):
            assert stream is not None
            stream.close()
        assert error is not None or code == 0

    def notify(self, method: str, params: object = None) -> None:
        self._send({"method": method} | ({} if params is None else {"params": params}))

    def request(self, method: str, params: object = None) -> Any:
        """Return the result; what the server asks in the meantime is answered."""
        self._last += 1
        message = {"id": self._last, "method": method}
        self._send(message | ({} if params is None else {"params": params}))
        while True:
            message = self._next()
            if "method" in message:
                self._take(message)
            elif message["id"] == self._last:
                assert "error" not in message, message
                self.results.append(message["result"])
                return message["result"]

    def wait_for(self, method: str) -> Message:
        """Return the first message called `method`."""
        while not (found := [m for m in self.received if m["method"] == method]):
            self._take(self._next())
        return found[0]

    def open(self, uri: str, text: str) -> None:
        item = {"uri": uri, "languageId": "python", "version": 1, "text": text}
        self.notify("textDocument/didOpen", {"textDocument": item})

    def _next(self) -> Message:
        message = self._incoming.get(timeout=LIMIT)
        assert message is not None, "the server has ended"
        return message

    def _take(self, message: Message) -> None:
        self.received.append(message)
        if "id" in message:
            self._send({"id": message["id"], "result": _granted(message)})

    def _send(self, message: Message) -> None:
        assert self._server.stdin is not None
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        self._server.stdin.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
        self._server.stdin.flush()

    def _read(self) -> None:
        stream = self._server.stdout
        assert stream is not None
        while header := stream.readline():
            length = int(header.partition(b":")[2])
            while stream.readline().strip():
                pass
            self._incoming.put(json.loads(stream.read(length)))
        self._incoming.put(None)


def _granted(request: Message) -> object:
    method, params = request["method"], request["params"]
    if method == "workspace/configuration":
        return [None] * len(params["items"])
    return {"applied": True} if method == "workspace/applyEdit" else None
