"""A model hub on this machine: as much of its protocol as a download takes."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

REPOSITORY = "owner/repository"
_COMMIT = "1" * 40


class Hub(ThreadingHTTPServer):
    """Holds one repository. `stated` is the SHA-256 that it gives for each file.

    The first answer with a file breaks off after `cut` bytes.
    """

    def __init__(self, files: Mapping[str, bytes], stated: str | None, cut: int | None) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.cut = cut
        self.files = files
        self.stated = stated
        self.requests: list[str] = []

    @property
    def address(self) -> str:
        """Where it is."""
        return f"http://127.0.0.1:{self.server_port}"

    def facts(self, name: str) -> dict[str, Any]:
        """Return what the hub says of a file."""
        data = self.files[name]
        digest = self.stated or hashlib.sha256(data).hexdigest()
        stored = {"oid": digest, "size": len(data), "pointerSize": 130}
        return {"type": "file", "path": name, "size": len(data), "oid": "2" * 40, "lfs": stored}


@contextmanager
def serving(
    files: Mapping[str, bytes], *, stated: str | None = None, cut: int | None = None
) -> Iterator[Hub]:
    """Run a hub that has `files`, with their true hashes unless others are stated."""
    with Hub(files, stated, cut) as hub:
        thread = threading.Thread(target=hub.serve_forever, daemon=True)
        thread.start()
        yield hub
        hub.shutdown()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    server: Hub

    def do_HEAD(self) -> None:
        self._answer(body=False)

    def do_GET(self) -> None:
        self._answer(body=True)

    def do_POST(self) -> None:
        form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        self._json([self.server.facts(name) for name in form["paths"]])

    def log_message(self, *_: Any) -> None:
        pass

    def _answer(self, *, body: bool) -> None:
        files = self.server.files
        self.server.requests.append(f"{self.command} {self.path} {self.headers.get('Range', '')}")
        name = self.path.partition("/resolve/main/")[2]
        if self.path.startswith(f"/api/models/{REPOSITORY}"):
            listed = [self.server.facts(file) for file in files]
            siblings = [{"rfilename": file} for file in files]
            whole = {"id": REPOSITORY, "sha": _COMMIT, "siblings": siblings}
            self._json(listed if "/tree/" in self.path else whole)
        elif name in files and f"/{REPOSITORY}/" in self.path:
            self._file(files[name], body=body)
        else:
            self._head(404, 0, {"X-Error-Code": "RepoNotFound"})

    def _json(self, value: object) -> None:
        data = json.dumps(value).encode()
        self._head(200, len(data), {"Content-Type": "application/json"})
        self.wfile.write(data)

    def _file(self, data: bytes, *, body: bool) -> None:
        start = int(self.headers.get("Range", "bytes=0-").partition("=")[2].partition("-")[0])
        tag = f'"{hashlib.sha256(data).hexdigest()}"'
        facts = {"X-Repo-Commit": _COMMIT, "ETag": tag}
        self._head(206 if start else 200, len(data) - start, facts)
        if body:
            end, self.server.cut = self.server.cut, None
            self.wfile.write(data[start:end])
            self.close_connection = True

    def _head(self, status: int, length: int, facts: Mapping[str, str]) -> None:
        self.send_response(status)
        for name, value in {**facts, "Content-Length": str(length)}.items():
            self.send_header(name, value)
        self.end_headers()
