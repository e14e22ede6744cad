"""The typestate monitor on the protocols that ship; the cursor is at `|`."""

from __future__ import annotations

import bz2
import codecs
import gzip
import io
import lzma
import multiprocessing
import os
import socket
import sqlite3
import ssl
import tempfile
import textwrap
import threading
import zipfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from fairlead_monitors.context import Context
from fairlead_monitors.engine import Unknowing
from fairlead_monitors.evidence import Verdict
from fairlead_monitors.joint import JointMonitor
from fairlead_monitors.protocols import parsed, protocols
from fairlead_monitors.python.members import MembersMonitor
from fairlead_monitors.python.typestate import PythonTypestate
from fairlead_monitors.typestate import Life, state_of
from tests.monitors.engines import TableEngine
from tests.monitors.stepwise import ALL, at, check


def monitor(text: str) -> PythonTypestate:
    return PythonTypestate(at("a.py", textwrap.dedent(text).strip("\n"), Unknowing()))


CLOSED = "f = open(p)\nf.close()\n"


@pytest.mark.parametrize(
    ("text", "name", "expected"),
    [
        ("f = open(p)\nf.|", "read", False),
        (CLOSED + "f.|", "read", True),
        (CLOSED + "f.|", "close", False),
        (CLOSED + "f.|", "name", False),
        (CLOSED + "g.|", "read", False),
        (CLOSED + "x.f.|", "read", False),
        (CLOSED + "x = y + f.|", "read", True),
        (CLOSED + "print(f.|", "read", True),
        ("def g():\n    f = open(p)\n    f.close()\n    if a:\n        f.|", "read", True),
        ("def g():\n    f = open(p)\n    if a:\n        f.close()\n    f.|", "read", False),
        ("def g():\n    f = open(p)\n    for x in y:\n        f.|", "read", False),
        ("for p in ps:\n    f = open(p)\n    f.close()\n    f.|", "read", True),
        ("f = open(p)\nf.close()\nf = open(p)\nf.|", "read", False),
        # After a block that it was opened for.
        ("with open(p) as f:\n    f.|", "read", False),
        ("with open(p) as f:\n    x = f.read()\nf.|", "read", True),
        ("with open(p) as f:\n    f = g\nf.|", "read", False),
        ("with open(p) as f:\n    pass\nprint(f.|", "name", False),
        # What may happen to it elsewhere, or not happen.
        ("f = open(p)\ng(f)\nf.close()\nf.|", "read", False),
        ("f = open(p)\nh = f\nf.close()\nf.|", "read", False),
        ("f = open(p)\nh = f.close\nf.|", "read", False),
        ("f = open(p)\na and f.close()\nf.|", "read", False),
        ("f = open(p)\nf.close() if a else b\nf.|", "read", False),
        ("f = open(p)\ntry:\n    f.close()\nexcept E:\n    pass\nf.|", "read", False),
        ("f = open(p)\ndef g():\n    f.close()\nf.|", "read", False),
        ("def g():\n    f.close()\nf = open(p)\nf.|", "read", False),
        ("f = open(p)\nx = [f.close() for y in z]\nf.|", "read", False),
        ("def g():\n    global f\nf = open(p)\nf.close()\nf.|", "read", False),
        (CLOSED + "print(f'{f}')\nf.|", "read", False),
        # Errors that are expected.
        (CLOSED + "with pytest.raises(ValueError):\n    f.|", "read", False),
        (CLOSED + "self.assertRaises(ValueError, f.|", "read", False),
        (CLOSED + "try:\n    f.|", "read", False),
        # Whose function it is.
        ("def open(p): pass\n" + CLOSED + "f.|", "read", False),
        ("from x import open\n" + CLOSED + "f.|", "read", False),
        ("from x import *\n" + CLOSED + "f.|", "read", False),
        ("f = mine.open(p)\nf.close()\nf.|", "read", False),
        ("f = open(p).buffer\nf.close()\nf.|", "read", False),
        ("import gzip as z\nf = z.open(p)\nf.close()\nf.|", "read", True),
        ("from io import StringIO as S\nf = S()\nf.close()\nf.|", "getvalue", True),
        ("lock = threading.Lock()\nlock.|", "release", False),
        ("import threading\nlock = threading.Lock()\nlock.|", "release", True),
        ("import threading\nlock = threading.Lock()\nlock.acquire()\nlock.|", "release", False),
        ("import threading\nlock = threading.Lock()\nlock.acquire()\nlock.release()\nlock.|",
         "release", True),
        ("import socket\ns = socket.socket()\ns.bind(a)\ns.|", "accept", True),
        ("import socket\ns = socket.socket()\ns.bind(a)\ns.listen()\ns.|", "accept", False),
        # What another object makes.
        ("import sqlite3\nc = sqlite3.connect(p)\nr = c.cursor()\nr.close()\nr.|", "execute", True),
        ("import sqlite3\nc = sqlite3.connect(p)\nr = c.cursor()\nr.|", "execute", False),
        ("import ssl\nc = ssl.create_default_context()\ns = c.wrap_socket(t)\ns.close()\ns.|",
         "recv", True),
        # The text may be broken.
        ("f = open(p\nf.|", "read", False),
        ("f = open(p)\nf.close(\nf.|", "read", False),
        ("f = open(p)\nf.close(f.read())\nf.|", "read", True),
        ("'f = open(p); f.|", "read", False),
    ],
)  # fmt: skip
def test_forbidden(text: str, name: str, expected: bool) -> None:
    check(lambda: monitor(text), f"{name}()", name if expected else ALL)


def test_evidence_is_given_only_where_a_protocol_holds() -> None:
    watching = monitor("f = open(p)\nf.close()\n|")
    watching.advance(b"x.read()\nf.closed\nf.close()")
    found = [(e.name, e.kind, e.verdict, e.engine) for e in watching.evidence()]
    assert found == [
        ("closed", "typestate", Verdict.VALID, "protocol"),
        ("close", "typestate", Verdict.VALID, "protocol"),
    ]
    assert watching.evidence()[0].reason == "file: closed"


def test_text_that_is_generated_counts() -> None:
    watching = monitor("f = |")
    assert watching.admitted(b"open(p)\nf.read()\nf.close()\nf.read()") == len(
        b"open(p)\nf.read()\nf.close()\nf.read"
    )
    watching.advance(b"open(p)\nf.close()\n")
    assert watching.fork().admitted(b"f.write(x)") == len(b"f.write")


def test_the_joint_monitor_takes_forbidden_methods_from_what_members_list() -> None:
    engine = TableEngine({"f": "read close closed"})
    text = "f = open(p)\nf.close()\nf."
    joint = JointMonitor(Context("a.py", text, "", engine), (MembersMonitor, PythonTypestate))
    constraint = joint.constraint()
    assert constraint is not None
    assert constraint.names == {b"close", b"closed"}
    assert joint.admitted(b"r") == 0


@pytest.mark.parametrize(
    ("opener", "calls", "state"),
    [
        ("getConnection", (), "open"),
        ("getConnection", ("close",), "closed"),
        ("executeQuery", (), "before a row"),
        ("executeQuery", ("next", "getString"), "at a row"),
        ("executeQuery", ("getString",), None),
        ("iterator", ("hasNext", "next", "remove"), "before an element"),
        ("nothing", (), None),
    ],
)
def test_java_protocols(opener: str, calls: tuple[str, ...], state: str | None) -> None:
    found = state_of(Life(opener, calls=calls), "java")
    assert (found and found[1]) == state


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("name = 'x'\nstart = 's'\nrule = []", "protocol x: 'opened_by' is missing"),
        (
            "name = 'x'\nopened_by = []\nstart = 's'\nrule = [{methods = ['m'], from = []}, "
            "{methods = ['m'], from = []}]",
            "protocol x: two rules name the method m",
        ),
    ],
)
def test_a_declaration_that_is_wrong_is_refused(text: str, error: str) -> None:
    with pytest.raises(ValueError, match=error):
        parsed("language = 'python'\n[[protocol]]\n" + text, "python")


def _written(folder: Path) -> Path:
    path = folder / "f"
    path.write_bytes(b"x")
    return path


def _compressed(module: Any, mode: str, folder: Path) -> object:
    with module.open(folder / "f", "wb") as file:
        file.write(b"x")
    return module.open(folder / "f", mode)


def _connected() -> socket.socket:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return socket.create_connection(server.getsockname())


def _ssl_context() -> ssl.SSLContext:
    return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def _ssl_socket() -> ssl.SSLSocket:
    return _ssl_context().wrap_socket(
        socket.socket(), server_hostname="x", do_handshake_on_connect=False
    )


def _archive(path: Path) -> zipfile.ZipFile:
    archive = zipfile.ZipFile(path, "w")
    archive.writestr("x", "y")
    return archive


MAKE: list[tuple[str, Callable[[Path], object]]] = [
    ("open", lambda folder: (folder / "f").open("w+b", buffering=0)),
    ("open", lambda folder: _written(folder).open("rb")),
    ("open", lambda folder: _written(folder).open("wb")),
    ("open", lambda folder: _written(folder).open()),
    ("io.open", lambda folder: (folder / "f").open("w+")),
    ("os.fdopen", lambda folder: os.fdopen(os.open(_written(folder), os.O_RDWR), "r+b")),
    *(
        (f"{module.__name__}.open", partial(_compressed, module, mode))
        for module in (gzip, bz2, lzma)
        for mode in ("rb", "wb", "rt", "wt")
    ),
    ("codecs.open", lambda folder: codecs.open(str(_written(folder)))),  # noqa: SIM115
    ("codecs.open", lambda folder: codecs.open(str(_written(folder)), "w", "utf-8")),  # noqa: SIM115
    ("io.StringIO", lambda folder: io.StringIO()),
    ("io.BytesIO", lambda folder: io.BytesIO()),
    ("tempfile.TemporaryFile", lambda folder: tempfile.TemporaryFile()),  # noqa: SIM115
    ("tempfile.NamedTemporaryFile", lambda folder: tempfile.NamedTemporaryFile()),  # noqa: SIM115
    ("threading.Lock", lambda folder: threading.Lock()),
    ("threading.RLock", lambda folder: threading.RLock()),
    ("multiprocessing.Lock", lambda folder: multiprocessing.Lock()),
    ("multiprocessing.RLock", lambda folder: multiprocessing.RLock()),
    ("socket.socket", lambda folder: socket.socket()),
    ("socket.create_connection", lambda folder: _connected()),
    ("ssl.SSLContext", lambda folder: _ssl_context()),
    ("ssl.create_default_context", lambda folder: ssl.create_default_context()),
    ("ssl.SSLContext.wrap_socket", lambda folder: _ssl_socket()),
    ("sqlite3.connect", lambda folder: sqlite3.connect(":memory:")),
    ("sqlite3.Connection.cursor", lambda folder: sqlite3.connect(":memory:").cursor()),
    ("sqlite3.Connection.execute", lambda folder: sqlite3.connect(":memory:").execute("select 1")),
    ("zipfile.ZipFile", lambda folder: _archive(folder / "z")),
]
ARGUMENTS: dict[str, tuple[object, ...]] = {
    "peek": (1,),
    "readinto": (bytearray(1),),
    "write": (b"x",),
    "writelines": ([b"x"],),
    "seek": (0,),
    "sendto": (b"x", ("127.0.0.1", 9)),
    "connect": (("127.0.0.1", 9),),
    "bind": (("127.0.0.1", 0),),
    "recv_into": (bytearray(1),),
    "recvfrom_into": (bytearray(1),),
    "sendmsg": ([b"x"],),
    "shutdown": (socket.SHUT_RD,),
    "setsockopt": (socket.SOL_SOCKET, socket.SO_REUSEADDR, 1),
    "getsockopt": (socket.SOL_SOCKET, socket.SO_REUSEADDR),
    "settimeout": (1,),
    "setblocking": (True,),
    "execute": ("select 1",),
    "executemany": ("insert into t values (?)", [(1,)]),
    "executescript": ("select 1",),
    "writestr": ("x", "x"),
    "extract": ("x",),
    "open": ("x", "w"),
}
TEXT = {"write": ("x",), "writelines": (["x"],)}
# A closed gzip file raises an AttributeError, a lock of another process an AssertionError.
ERRORS = (ValueError, OSError, RuntimeError, AttributeError, AssertionError, sqlite3.Error)
TAKES_ONE = {"recv", "recvfrom", "recvmsg"}
TAKES_BYTES = {"send", "sendall"}


def test_all_that_a_protocol_holds_for_is_tried() -> None:
    openers = {opener for protocol in protocols("python") for opener in protocol.opened_by}
    assert {opener for opener, _ in MAKE} == openers


@pytest.mark.parametrize(("opener", "make"), MAKE)
def test_what_is_forbidden_fails(
    opener: str, make: Callable[[Path], object], tmp_path: Path
) -> None:
    """Each method that a protocol forbids, at the start and once closed, raises an error."""
    (protocol,) = (p for p in protocols("python") if opener in p.opened_by)
    for calls in ((), ("close",)):
        state = protocol.after(calls) if all(c in protocol.rules for c in calls) else None
        for method in protocol.forbidden(state) if state else ():
            made = make(tmp_path)
            for call in calls:
                getattr(made, call)()
            if hasattr(made, method):
                arguments = _arguments(made, method)
                with pytest.raises(ERRORS):
                    getattr(made, method)(*arguments)
                    pytest.fail(f"{method} is forbidden in state {state}, and works")
            if hasattr(made, "close"):
                made.close()


def _arguments(made: object, method: str) -> tuple[object, ...]:
    if isinstance(made, io.TextIOBase | codecs.StreamReaderWriter) and method in TEXT:
        return TEXT[method]
    if method in TAKES_ONE or method in TAKES_BYTES:
        return (1,) if method in TAKES_ONE else (b"x",)
    if method == "sendfile":
        return (io.BytesIO(b"x"),)
    if isinstance(made, zipfile.ZipFile) and method == "write":
        return (__file__,)
    if method == "read" and isinstance(made, zipfile.ZipFile):
        return ("x",)
    return ARGUMENTS.get(method, ())
