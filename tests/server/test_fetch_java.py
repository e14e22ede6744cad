"""Fetching what Java needs: from a registry of our own, and when there is none."""

from __future__ import annotations

import hashlib
import io
import json
import os
import sys
import tarfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from socketserver import StreamRequestHandler, TCPServer

import pytest

from fairlead_server import fetch_java, fetch_multilspy
from fairlead_server.errors import UserError
from fairlead_server.fetching import provide
from fairlead_server.user_data import data_folder

NAME, VERSION = fetch_java.SERVER


def archive(**files: bytes) -> bytes:
    """Return a package as the registry has it."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as package:
        for name, content in files.items():
            member = tarfile.TarInfo(name.replace("__", "/"))
            member.size, member.mode = len(content), 0o755
            package.addfile(member, io.BytesIO(content))
    return out.getvalue()


@contextmanager
def registry(package: bytes) -> Iterator[str]:
    """Serve `package` as a registry does; return the registry's address."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            url = f"http://127.0.0.1:{self.server.server_port}/package.tgz"  # type: ignore[attr-defined]
            about = json.dumps({"dist": {"tarball": url}}).encode()
            body = {f"/{NAME}/{VERSION}": about, "/package.tgz": package}.get(self.path)
            self.send_response(200 if body else 404)
            self.send_header("Content-Length", str(len(body or b"")))
            self.end_headers()
            self.wfile.write(body or b"")

        def log_message(self, format: str, *args: object) -> None: ...

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/"
        finally:
            server.shutdown()
            thread.join()


PACKAGE = archive(
    package__server__plugins__launcher=b"jar",
    package__lib__index=b"not the server",
    package__server__bin__start=b"#!",
)


def fetched(folder: Path, said: list[str]) -> None:
    with registry(PACKAGE) as address, pytest.MonkeyPatch.context() as patch:
        patch.setenv("npm_config_registry", address)
        provide(folder, "it", fetch_java._fetch_server, said.append)


def test_the_server_is_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    digest = hashlib.sha512(PACKAGE).hexdigest()
    monkeypatch.setattr(fetch_java, "SERVER_SHA512", digest)
    said: list[str] = []
    fetched(tmp_path / "jdtls", said)
    found = {path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*")}
    assert found == {
        "jdtls",
        "jdtls/.fetched",
        "jdtls/bin",
        "jdtls/bin/start",
        "jdtls/plugins",
        "jdtls/plugins/launcher",
    }
    assert "downloaded 100 %" in said
    said.clear()
    provide(tmp_path / "jdtls", "it", fetch_java._fetch_server, said.append)
    assert said == [f"it is in {tmp_path / 'jdtls'}"]


def test_something_else_is_not_unpacked(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="not what is expected"):
        fetched(tmp_path / "jdtls", [])
    assert list(tmp_path.iterdir()) == []


# What something else than a registry answers.
@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.0 200 OK\r\n\r\n<html>Please log in</html>",
        b"HTTP/1.0 200 OK\r\n\r\n\xff",
        b"HTTP/1.0 200 OK\r\nContent-Length: 100\r\n\r\n{}",
        b"220 mail.example.org ESMTP\r\n",
    ],
)
def test_no_registry(answer: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Handler(StreamRequestHandler):
        def handle(self) -> None:
            while self.rfile.readline().strip():
                pass
            self.wfile.write(answer)

    with TCPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.handle_request)
        thread.start()
        monkeypatch.setenv("npm_config_registry", f"http://127.0.0.1:{server.server_address[1]}")
        with pytest.raises(UserError, match="FAIRLEAD_JDTLS=FOLDER") as caught:
            fetch_java.fetch(tmp_path / "java", lambda _: None)
        thread.join()
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("address", ["http://127.0.0.1:9/", "http://127.0.0.1:9"])
def test_no_network(address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("npm_config_registry", address)
    with pytest.raises(UserError, match="FAIRLEAD_JDTLS=FOLDER") as caught:
        fetch_java.fetch(tmp_path / "java", lambda _: None)
    assert "\n" not in str(caught.value)


def test_pip_without_network(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (
        ("PIP_NO_INDEX", "1"),
        ("PIP_FIND_LINKS", str(tmp_path)),
        ("PIP_CONFIG_FILE", "/dev/null"),
        ("PIP_NO_CACHE_DIR", "1"),
    ):
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("PIP_EXTRA_INDEX_URL", raising=False)
    with pytest.raises(UserError, match="FAIRLEAD_JAVA=PATH"):
        provide(tmp_path / "java", "it", fetch_java._fetch_runtime, lambda _: None)
    with pytest.raises(UserError, match="pip cannot install multilspy"):
        fetch_multilspy.fetch(tmp_path / "multilspy", lambda _: None)
    assert list(tmp_path.iterdir()) == []


def test_where_data_is_kept() -> None:
    assert data_folder({"FAIRLEAD_DATA": "/x"}) == Path("/x")
    assert data_folder({"XDG_DATA_HOME": "/x", "LOCALAPPDATA": "/x"}).name == "fairlead"


def test_nobody_knows_the_registry(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.lower() == "npm_config_registry"]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    with pytest.raises(UserError, match="install npm"):
        fetch_java.fetch(tmp_path / "java", lambda _: None)
