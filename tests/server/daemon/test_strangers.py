"""Connections from whoever is not a client, or not a good one."""

from __future__ import annotations

import json
import os
import socket
import stat
from pathlib import Path

import pytest

from fairlead_server import __version__
from fairlead_server.daemon import messages
from fairlead_server.daemon.calls import Greeting
from fairlead_server.daemon.client import _absolute
from fairlead_server.daemon.launch import find
from fairlead_server.daemon.messages import Answer, Call, Failure
from fairlead_server.daemon.places import Place, private, run_folder
from fairlead_server.errors import UserError
from fairlead_server.settings import Settings
from tests.server.daemon.bench import LIMIT, Bench, request, texts

GREETING = {"greeting": {"version": __version__, "pid": 1}}
HELLO = messages.encode(Call(1, "hello", GREETING))


def _connect(bench: Bench) -> socket.socket:
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    connection.settimeout(LIMIT)
    connection.connect(str(bench.place().socket))
    return connection


def _framed(text: str) -> bytes:
    return len(text).to_bytes(messages.HEADER, "big") + text.encode()


NONSENSE = {
    "bytes": b"\xff" * 100,
    "too long": (messages.LARGEST + 1).to_bytes(4, "big"),
    "no JSON": _framed("hello"),
    "no object": _framed("[1]"),
    "no kind": _framed('{"id": 1}'),
    "unknown kind": _framed('{"is": "shout"}'),
    "no hello": messages.encode(Call(1, "status")),
    "odd hello": messages.encode(Call(1, "hello", {"greeting": 3})),
    "a web browser": b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "nonsense after hello": HELLO + b"\xff" * 100,
    "an answer": HELLO + messages.encode(Answer(1)),
    "half a message": None,
}


@pytest.mark.parametrize("data", NONSENSE.values(), ids=NONSENSE)
def test_who_talks_nonsense_is_left_and_nobody_else(shared: Bench, data: bytes | None) -> None:
    client = shared.clients[0]
    with _connect(shared) as stranger:
        if data is None:
            stranger.sendall(HELLO + b"\x00\x00")
            stranger.shutdown(socket.SHUT_WR)
        else:
            stranger.sendall(data)
        while stranger.recv(1 << 16):
            pass
    assert texts(client, "x") == ["x in p"]


# (call, arguments, text of the failure)
MISUSES: list[tuple[str, dict[str, object], str]] = [
    ("shout", {}, "no call is named 'shout'"),
    ("_ask", {}, "no call is named '_ask'"),
    ("__class__", {}, "no call is named '__class__'"),
    ("close", {}, "no call is named 'close'"),
    ("open", {}, "open takes settings, project"),
    ("open", {"settings": 3, "project": None}, "no <class"),
    ("complete", {"request": messages.to_json(request("x"))}, "complete before open"),
    ("warm", {"document": {"path": "a", "text": "b"}}, "no <class"),
]


@pytest.mark.parametrize(("name", "arguments", "text"), MISUSES)
def test_a_call_that_makes_no_sense_fails(
    shared: Bench, name: str, arguments: dict[str, object], text: str
) -> None:
    with _connect(shared) as stranger:
        stranger.sendall(HELLO + messages.encode(Call(2, name, arguments)))
        greeting, failure = _receive(stranger), _receive(stranger)
    assert isinstance(greeting, Answer)
    assert isinstance(failure, Failure)
    assert failure.kind == "defect"
    assert text in failure.text


def test_a_cancel_right_behind_its_call_is_heard(bench: Bench) -> None:
    bench.connect()
    opened = {"settings": messages.to_json(bench.settings()), "project": "/q"}
    calls: list[messages.Message] = [
        Call(3, "complete", {"request": messages.to_json(request("count"))}),
        messages.Cancel(3),
    ]
    with _connect(bench) as stranger:
        stranger.sendall(HELLO + messages.encode(Call(2, "open", opened)))
        assert [type(_receive(stranger)) for _ in range(2)] == [Answer, Answer]
        stranger.sendall(b"".join(messages.encode(call) for call in calls))
        answer = _receive(stranger)
    assert isinstance(answer, Answer)
    assert answer.result["suggestions"] == []
    assert texts(bench.clients[0], "x") == ["x in p"]
    assert "counted" not in " ".join(bench.notes())


def _receive(connection: socket.socket) -> messages.Message:
    def exactly(count: int) -> bytes:
        data = b""
        while len(data) < count:
            chunk = connection.recv(count - len(data))
            assert chunk
            data += chunk
        return data

    return messages.decode(exactly(messages.length(exactly(messages.HEADER))))


def test_a_client_of_another_version_is_told_and_left(shared: Bench) -> None:
    greeting = {"greeting": {"version": "0.0.1", "pid": 1}}
    with _connect(shared) as stranger:
        stranger.sendall(messages.encode(Call(1, "hello", greeting)))
        answer = _receive(stranger)
        assert isinstance(answer, Answer)
        assert answer.result["version"] == __version__
        assert stranger.recv(1) == b""


def test_a_process_of_another_version_is_the_users_error(tmp_path: Path) -> None:
    place = Place(private(tmp_path / "run"), "other")
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listening:
        listening.bind(str(place.socket))
        listening.listen()
        import threading

        def serve() -> None:
            connection, _ = listening.accept()
            with connection:
                call = _receive(connection)
                assert isinstance(call, Call)
                other = messages.to_json(Greeting("0.0.1", os.getpid()))
                connection.sendall(messages.encode(Answer(call.id, other)))
                assert connection.recv(1) == b""

        thread = threading.Thread(target=serve)
        thread.start()
        with pytest.raises(UserError, match=r"fairlead 0.0.1 is in the way.*--stop"):
            find(place)
        thread.join()


def test_only_the_user_can_reach_the_socket(shared: Bench) -> None:
    folder, socket_ = shared.place().folder.stat(), shared.place().socket.stat()
    assert stat.S_IMODE(folder.st_mode) == 0o700
    assert stat.S_IMODE(socket_.st_mode) == 0o600
    assert stat.S_ISSOCK(socket_.st_mode)
    assert stat.S_IMODE(shared.place().log.stat().st_mode) == 0o600


def test_a_folder_that_others_can_reach_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "fairlead"
    environ = {"XDG_RUNTIME_DIR": str(tmp_path)}
    assert run_folder(environ) == folder
    folder.chmod(0o750)
    with pytest.raises(UserError, match=r"others can reach into it; chmod 700"):
        run_folder(environ)
    folder.chmod(0o700)
    elsewhere = tmp_path / "elsewhere"
    folder.rename(elsewhere)
    folder.symlink_to(elsewhere)
    with pytest.raises(UserError, match="belongs to somebody else"):
        run_folder(environ)
    folder.unlink()
    elsewhere.rename(folder)
    monkeypatch.setattr(os, "geteuid", lambda: os.getuid() + 1)
    with pytest.raises(UserError, match="belongs to somebody else"):
        private(folder)


# (environment, the folder below the one of the test)
FOLDERS = [
    ({"XDG_RUNTIME_DIR": "{}", "XDG_CACHE_HOME": "{}/c"}, "fairlead"),
    ({"XDG_RUNTIME_DIR": "{}/missing", "XDG_CACHE_HOME": "{}/c"}, "c/fairlead/run"),
    ({"XDG_CACHE_HOME": "{}/c"}, "c/fairlead/run"),
    ({"FAIRLEAD_CACHE": "{}/f", "XDG_CACHE_HOME": "{}/c"}, "f/run"),
]


@pytest.mark.parametrize(("environ", "expected"), FOLDERS)
def test_where_processes_are_met(tmp_path: Path, environ: dict[str, str], expected: str) -> None:
    found = run_folder({name: value.format(tmp_path) for name, value in environ.items()})
    assert found == tmp_path / expected


def test_a_path_too_long_for_a_socket_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="too long a path for a socket"):
        run_folder({"FAIRLEAD_CACHE": str(tmp_path / ("x" * 90))})


def test_the_log_holds_nothing_of_documents(bench: Bench) -> None:
    client = bench.connect(log_level="debug")
    assert texts(client, "confidential") == ["confidential in p"]
    log = bench.place().log.read_text()
    assert "listening" in log
    assert "confidential" not in log


def test_what_is_written_is_json(shared: Bench) -> None:
    with _connect(shared) as stranger:
        stranger.sendall(HELLO)
        data = stranger.recv(1 << 16)
    assert json.loads(data[messages.HEADER :])["is"] == "answer"


def test_an_interpreter_that_is_stated_relative_is_found_from_elsewhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "bin" / "python"
    program.parent.mkdir()
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    monkeypatch.chdir(tmp_path)
    stated = _absolute(Settings(interpreter="bin/python"), None)
    assert stated.interpreter == str(program)
