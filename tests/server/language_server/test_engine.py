"""The client of language servers, on a server that keeps what it is told."""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import url2pathname

import pytest

from fairlead_monitors.engine import Completeness, Kind, Passing
from fairlead_server.analysis.language_server.sync import sends_changes
from tests.server.language_server.faulty import (
    MEMBERS,
    PATIENCE,
    engine,
    eventually,
    messages,
    source,
)
from tests.server.language_server.replay import apply


def test_one_request_for_all_who_ask_the_same(tmp_path: Path) -> None:
    log = tmp_path / "log"
    with engine("slow", log, limit=20.0) as asked:
        futures = [
            asked.names(Kind.MEMBER, source(f"x.\n# {place}"), 2)
            for _ in range(8)
            for place in range(3)
        ]
        assert {future.result(PATIENCE).names for future in futures} == {MEMBERS}
        assert asked.names(Kind.MEMBER, source("x.\n# 1"), 2).result(PATIENCE).names == MEMBERS
        assert len(messages(log, "textDocument/completion")) == 3


def test_one_of_many_who_ask_the_same_gives_up(tmp_path: Path) -> None:
    log = tmp_path / "log"
    with engine("slow", log, limit=20.0) as asked:
        futures = [asked.names(Kind.MEMBER, source(), 2) for _ in range(8)]
        futures[0].cancel()
        assert {future.result(PATIENCE).names for future in futures[1:]} == {MEMBERS}
        assert len(messages(log, "textDocument/completion")) == 1


TEXTS = ["x.\n", "x.\nä = 'ö𝄞'\n", "x.\r\nä = 'ö𝄞𝄞'\r\n", "", "x.", "x.\ry\r\nz", "x.\n\ny\r\nz"]


@pytest.mark.parametrize("fault", ["none", "whole texts"])
def test_changes_lead_from_each_text_to_the_next(fault: str, tmp_path: Path) -> None:
    log = tmp_path / "log"
    with engine(fault, log, limit=20.0) as asked:
        for text in TEXTS:
            asked.names(Kind.MEMBER, source(text), 0).result(PATIENCE)
    document = messages(log, "textDocument/didOpen")[0]["textDocument"]
    assert (document["languageId"], document["text"]) == ("x", TEXTS[0])
    told = [document["text"]]
    changes = messages(log, "textDocument/didChange")
    for change in changes:
        (edit,) = change["contentChanges"]
        assert ("range" in edit) == (fault == "none")
        told.append(apply(told[-1], edit))
    assert told == TEXTS
    versions = [change["textDocument"]["version"] for change in changes]
    assert versions == sorted(set(versions))


def test_another_document_closes_the_first(tmp_path: Path) -> None:
    log = tmp_path / "log"
    with engine("none", log, tmp_path, limit=20.0) as asked:
        for path in ("a.x", "b.x"):
            asked.names(Kind.MEMBER, source(path=path), 2).result(PATIENCE)
    closed = messages(log, "textDocument/didClose")
    assert [c["textDocument"]["uri"] for c in closed] == [(tmp_path / "a.x").as_uri()]


def test_what_the_server_is_told_at_the_start(tmp_path: Path) -> None:
    log = tmp_path / "log"
    other = {
        "settings": {"x": {"level": 3, "root": "{root}", "python": "{interpreter}"}},
        "untrusted": {"x": {"level": 1}},
        "settings_key": "settings",
    }
    with engine("none", log, tmp_path, **other) as asked:
        asked.names(Kind.MEMBER, source(), 2).result(PATIENCE)
    (start,) = messages(log, "initialize")
    assert start["rootUri"] == tmp_path.as_uri()
    settings = {"x": {"level": 1, "root": str(tmp_path)}}
    assert start["initializationOptions"] == {"settings": settings}
    (changed,) = messages(log, "workspace/didChangeConfiguration")
    assert changed == {"settings": settings}
    assert messages(log, "shutdown") and messages(log, "exit")


def test_a_document_that_is_nowhere_is_analysed_in_an_empty_folder(tmp_path: Path) -> None:
    log, nowhere = tmp_path / "log", str(tmp_path / "absent" / "a.x")
    with engine("none", log, limit=20.0) as asked:
        asked.names(Kind.MEMBER, source(path=nowhere), 2).result(PATIENCE)
        (start,) = messages(log, "initialize")
        root = Path(url2pathname(urlsplit(start["rootUri"]).path))
        assert list(root.iterdir()) == []
    assert not root.exists()


@pytest.mark.parametrize(
    "ready",
    [{}, {"notification": "status", "where": {"type": "ready"}}, {"diagnostics": True}],
)
def test_ready(ready: dict[str, object], tmp_path: Path) -> None:
    with engine("none", tmp_path / "log", ready=ready, limit=20.0) as asked:
        assert asked.names(Kind.MEMBER, source(), 2).result(PATIENCE).names == MEMBERS


# What is said of the version, whether the answer can be had, and how sure it is.
@pytest.mark.parametrize(
    ("fault", "completeness", "found"),
    [
        ("none", Completeness.COMPLETE, ["version 2"]),
        ("no version", Completeness.COMPLETE, ["version 2"]),
        ("old version", Completeness.PARTIAL, []),
        ("no diagnostics", Completeness.UNKNOWN, []),
    ],
)
def test_diagnostics(
    fault: str, completeness: Completeness, found: list[str], tmp_path: Path
) -> None:
    with engine(fault, tmp_path / "log", limit=1.0) as asked:
        asked.names(Kind.MEMBER, source(), 2).result(PATIENCE)
        answer = asked.diagnostics(source("y.\n")).result(PATIENCE)
        assert answer.completeness is completeness
        assert [diagnostic.message for diagnostic in answer.found] == found


# What the server finds wrong with a made-up name and a line that is wrong for certain.
@pytest.mark.parametrize(
    ("fault", "completeness"),
    [
        # It does not look for errors in this file.
        ("pulls no error", Completeness.COMPLETE),
        ("pulls null", Completeness.PARTIAL),
    ],
)
def test_a_made_up_name(fault: str, completeness: Completeness, tmp_path: Path) -> None:
    names = {"from": ["insertText"], "member": {"complete": True, "refutes": "(0).{mark}"}}
    with engine(fault, tmp_path / "log", names=names, limit=20.0) as asked:
        answer = asked.names(Kind.MEMBER, source(), 2).result(PATIENCE)
    assert (answer.completeness, answer.names) == (completeness, MEMBERS)


def test_what_a_server_said_is_forgotten_with_it(tmp_path: Path) -> None:
    log = tmp_path / "log"
    with engine("none", log, tmp_path, limit=20.0) as asked:
        for _ in range(2):
            assert asked.names(Kind.MEMBER, source(), 2).result(PATIENCE).names == MEMBERS
        assert len(messages(log, "textDocument/completion")) == 1
        first = asked.pid
        assert first is not None
        os.kill(first, 9)
        eventually(lambda: asked.pid is None)
        asked.names(Kind.MEMBER, source(), 2).result(PATIENCE)
        assert len(messages(log, "textDocument/completion")) == 2


# What the server states in its capabilities.
@pytest.mark.parametrize(
    ("stated", "expected"),
    [(2, True), (1, False), (0, False), ({"change": 2}, True), ({"change": 1}, False), ({}, False)],
)
def test_which_servers_take_changes(stated: object, expected: bool) -> None:
    assert sends_changes({"textDocumentSync": stated}) is expected
    assert not sends_changes({})


def test_signatures(tmp_path: Path) -> None:
    with engine("none", tmp_path / "log", limit=20.0) as asked:
        answer = asked.signatures(source(), 2).result(PATIENCE)
    (signature,) = answer.overloads
    assert answer.completeness is Completeness.COMPLETE
    assert [(p.name, p.passing) for p in signature.parameters] == [
        ("a", Passing.POSITION),
        ("b", Passing.POSITION),
    ]


def test_names_that_are_only_listed_by_their_beginnings(tmp_path: Path) -> None:
    log = tmp_path / "log"
    names = {"member": {"initials": "abc", "complete": True}}
    with engine("none", log, names=names, limit=20.0) as asked:
        assert asked.names(Kind.MEMBER, source(), 2).result(PATIENCE).names == MEMBERS
    places = [params["position"] for params in messages(log, "textDocument/completion")]
    assert places == [{"line": 0, "character": 3}] * 3


def test_what_the_recipe_does_not_know_is_not_asked(tmp_path: Path) -> None:
    with engine("none", tmp_path / "log") as asked:
        answer = asked.names(Kind.CLASS, source(), 2).result(PATIENCE)
        assert answer.completeness is Completeness.UNKNOWN
        assert asked.pid is None
