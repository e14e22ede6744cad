"""Nothing leaves the machine: the server and whatever it starts open no socket to the network."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.components import where
from tests.server.lsp.editor import FAIRLEAD, ROOT, Editor, labels
from tests.server.lsp.processes import SEES_PROCESSES, children
from tests.server.lsp.scripted import LIMIT

pytestmark = pytest.mark.needs("llama")

TABLES = ("tcp", "tcp6", "udp", "udp6", "udplite", "udplite6", "raw", "raw6", "icmp", "packet")
# Every Python process runs this when it starts, and tells of each use of the socket module.
AUDIT = """
import os, sys
_log = os.open(os.environ["FAIRLEAD_AUDIT"], os.O_WRONLY | os.O_APPEND | os.O_CREAT)
def _hook(event, arguments):
    if event.startswith(("socket.", "urllib.", "http.client.", "ssl.", "ftplib.", "smtplib.")):
        os.write(_log, f"{os.getpid()} {event} {arguments[1:]!r}\\n".encode())
sys.addaudithook(_hook)
"""
TEXT = "xs = [3, 1]\nxs."


@pytest.fixture
def runtime() -> Iterator[Path]:
    """The folder for sockets: the path of a socket must be short."""
    folder = Path(tempfile.mkdtemp(prefix="fl-"))
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def environ(runtime: Path, tmp_path: Path) -> Iterator[dict[str, str]]:
    found = {
        "XDG_RUNTIME_DIR": str(runtime),
        "XDG_CACHE_HOME": str(tmp_path / "cache"),
        # A proxy that is named would be asked, and seen.
        "http_proxy": "http://127.0.0.1:9",
        "https_proxy": "http://127.0.0.1:9",
    }
    yield found
    stop(found)


def stop(environ: dict[str, str]) -> None:
    """End the model process, if there is one."""
    command = [sys.executable, "-m", "fairlead_server.cli", "daemon", "--stop"]
    subprocess.run(command, cwd=ROOT, env={**os.environ, **environ}, capture_output=True)


def session(command: tuple[str, ...], folder: Path, environ: dict[str, str]) -> int:
    """Use whatever the server offers; return the process that was the server."""
    options = {"patience": LIMIT, "completion": "items"}
    with Editor(command, root=folder, environ=environ, options=options) as editor:
        uri = (folder / "a.py").as_uri()
        editor.open(uri, TEXT)
        assert "append" in labels(editor.members(uri, 1, 3))
        editor.inline(uri, 1, 3)
        editor.inline(uri, 1, 3, invoked=False)
        for name, language in (("a.c", "c"), ("a.ts", "typescript")):
            editor.open((folder / name).as_uri(), "x.", language)
            editor.members((folder / name).as_uri(), 0, 2)
        editor.shut_down()
        # Who watches the process watches those that it has started to their end.
        stop({name: environ[name] for name in ("XDG_RUNTIME_DIR", "XDG_CACHE_HOME")})
        editor.leave()
        return editor.pid


PROCESSES = ["inside", "shared"]


@pytest.mark.parametrize("process", PROCESSES)
def test_python_uses_no_socket_but_the_configured_one(
    tmp_path: Path, runtime: Path, environ: dict[str, str], process: str
) -> None:
    (tmp_path / "hook").mkdir()
    (tmp_path / "hook" / "sitecustomize.py").write_text(AUDIT)
    log = tmp_path / "audit.log"
    environ |= {"PYTHONPATH": str(tmp_path / "hook"), "FAIRLEAD_AUDIT": str(log)}
    session((*FAIRLEAD, "--process", process), tmp_path, environ)
    lines = log.read_text().splitlines()
    # The event loop's own wake-up call is a pair of sockets, so that the hook sees something.
    assert lines
    assert [line for line in lines if not _is_local(line, runtime)] == []
    assert any("socket.connect" in line for line in lines) == (process == "shared")


def _is_local(line: str, runtime: Path) -> bool:
    """Tell whether an event is about a socket that has no name, or one in the folder for them."""
    event, arguments = line.split(" ", 2)[1:]
    if event == "socket.__new__":
        return arguments.startswith("(<AddressFamily.AF_UNIX") or arguments.startswith("(1,")
    return event in ("socket.bind", "socket.connect") and f"'{runtime}{os.sep}" in arguments


@pytest.mark.parametrize("process", PROCESSES)
def test_no_process_holds_a_socket_of_the_network(
    tmp_path: Path, environ: dict[str, str], process: str
) -> None:
    seen: set[int] = set()
    found: set[str] = set()
    over = threading.Event()

    def watch() -> None:
        while not over.is_set():
            for pid in _descendants(os.getpid()):
                seen.add(pid)
                found.update(_network_sockets(pid))
            time.sleep(0.01)

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        pid = session((*FAIRLEAD, "--process", process), tmp_path, environ)
    finally:
        over.set()
        watcher.join()
    assert not SEES_PROCESSES or {pid} < seen
    assert found == set()


def _descendants(pid: int) -> Iterator[int]:
    for child in children(pid):
        yield child
        yield from _descendants(child)


def _network_sockets(pid: int) -> Iterator[str]:
    """Yield the sockets of a process that are in one of the tables of the network."""
    with contextlib.suppress(OSError):
        links = [os.readlink(entry) for entry in Path(f"/proc/{pid}/fd").iterdir()]
        inodes = {match[1] for link in links if (match := re.match(r"socket:\[(\d+)\]", link))}
        for table in TABLES:
            for line in Path(f"/proc/{pid}/net/{table}").read_text().splitlines()[1:]:
                if inodes & set(line.split()):
                    yield f"{pid} {table} {line}"


@pytest.mark.needs("strace")
@pytest.mark.parametrize("process", PROCESSES)
def test_the_kernel_is_asked_for_no_socket_but_local_ones(
    tmp_path: Path, runtime: Path, environ: dict[str, str], process: str
) -> None:
    log = tmp_path / "strace.log"
    trace = (str(where("strace")), "-f", "-qq", "-e", "trace=socket,connect,bind,sendto")
    command = (*trace, "-o", str(log), *FAIRLEAD, "--process", process)
    session(command, tmp_path, environ)
    text = log.read_text()
    assert re.findall(r"^\d+ +(?:connect|bind|sendto)\(.*AF_INET.*", text, re.M) == []
    # What the C library looks up users in is none of ours.
    named = set(re.findall(r'sun_path="([^"]*)"', text)) - {"/var/run/nscd/socket"}
    assert [name for name in named if not name.startswith(f"{runtime}{os.sep}")] == []
    assert bool(named) == (process == "shared")
