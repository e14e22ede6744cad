"""Workspace edits: what is made of them, and which are refused for what reason."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from fairlead_server.analysis.language_server.sync import Lines
from fairlead_server.analysis.language_server.workspace_edit import Unusable, new_texts, path_of

TEXTS = {"/p/a.x": "one two\r\n𝄞 one\r\n", "/p/b c.x": "one\n"}
A, B = "file:///p/a.x", "file:///p/b%20c.x"


def text_of(path: str) -> Lines:
    return Lines(TEXTS[path], "utf-16")


def edit(line: int, start: int, end: int, new: str, **more: Any) -> dict[str, Any]:
    first, last = ({"line": line, "character": at} for at in (start, end))
    return {"range": {"start": first, "end": last}, "newText": new, **more}


def change(uri: str, *edits: Any, version: int | None = None) -> dict[str, Any]:
    return {"textDocument": {"uri": uri, "version": version}, "edits": list(edits)}


ONE = edit(0, 0, 3, "1")
SURE = {"note": {"label": "in a comment", "needsConfirmation": False}}
UNSURE = {"note": {"label": "in a comment", "needsConfirmation": True}}

# (the edit, the texts that it makes of files)
MADE: list[tuple[Any, dict[str, str]]] = [
    ({}, {}),
    ({"changes": {A: []}}, {}),
    ({"changes": {A: [ONE]}}, {"/p/a.x": "1 two\r\n𝄞 one\r\n"}),
    ({"changes": {A: [edit(1, 3, 6, "1"), ONE]}}, {"/p/a.x": "1 two\r\n𝄞 1\r\n"}),
    ({"changes": {}, "documentChanges": [change(B, ONE)]}, {"/p/b c.x": "1\n"}),
    ({"documentChanges": [change(A, ONE, version=4)]}, {"/p/a.x": "1 two\r\n𝄞 one\r\n"}),
    (
        {"changes": {A: [edit(0, 3, 3, "a"), edit(0, 3, 3, "b"), ONE]}},
        {"/p/a.x": "1ab two\r\n𝄞 one\r\n"},
    ),
    (
        {
            "documentChanges": [change(B, edit(0, 0, 3, "1", annotationId="note"))],
            "changeAnnotations": SURE,
        },
        {"/p/b c.x": "1\n"},
    ),
]


@pytest.mark.parametrize(("given", "expected"), MADE)
def test_new_texts(given: Any, expected: dict[str, str]) -> None:
    assert new_texts(given, text_of, {os.path.realpath("/p/a.x"): 4}) == expected


# (the edit, what is said of it)
REFUSED: list[tuple[Any, str]] = [
    (None, "the server has no edit for it"),
    ([], "the server has no edit for it"),
    ({"changes": 3}, "the server's edit cannot be read"),
    ({"documentChanges": 3}, "the server's edit cannot be read"),
    ({"documentChanges": [3]}, "the server's edit cannot be read"),
    ({"documentChanges": [{"edits": []}]}, "which is no file of the project"),
    ({"changes": {"jdt://contents/a.jar": [ONE]}}, "change jdt://contents/a.jar, which is no file"),
    ({"changes": {"file://elsewhere/p/a.x": [ONE]}}, "which is no file of the project"),
    ({"changes": {A: [edit(0, 0, 3, "1"), edit(0, 2, 4, "2")]}}, "edits of a.x overlap"),
    ({"changes": {A: [edit(0, 3, 0, "1")]}}, "edits of a.x overlap"),
    ({"changes": {A: [edit(7, 0, 1, "1")]}}, "edit of a.x does not fit its text: line 7 is not in"),
    ({"changes": {A: [edit(0, -1, 1, "1")]}}, "does not fit its text"),
    ({"changes": {A: [{"newText": "1"}]}}, "does not fit its text"),
    ({"changes": {A: [3]}}, "does not fit its text"),
    ({"changes": {A: 3}}, "does not fit its text"),
    ({"changes": {A: [{**ONE, "newText": 3}]}}, "it has no text"),
    ({"changes": {A: [edit(0, 0, 3, "$0", insertTextFormat=2)]}}, "it is a snippet"),
    ({"documentChanges": [change(A, ONE, version=3)]}, "is one of another version of a.x"),
    ({"documentChanges": [change(A, ONE), change(A, ONE)]}, "edits /p/a.x twice"),
    (
        {"documentChanges": [{"kind": "rename", "oldUri": A, "newUri": B}]},
        "the file a.x would have to be called b c.x, and files are not moved",
    ),
    (
        {"documentChanges": [change(A, ONE), {"kind": "create", "uri": B}]},
        "the file b c.x would have to be made",
    ),
    (
        {"documentChanges": [{"kind": "delete", "uri": B}]},
        "the file b c.x would have to be deleted",
    ),
    ({"documentChanges": [{"kind": "odd", "uri": B}]}, "b c.x would have to be changed otherwise"),
    (
        {
            "documentChanges": [change(A, edit(0, 0, 3, "1", annotationId="note"))],
            "changeAnnotations": UNSURE,
        },
        "the server is not sure of it: in a comment",
    ),
]


@pytest.mark.parametrize(("given", "reason"), REFUSED)
def test_what_is_refused(given: Any, reason: str) -> None:
    with pytest.raises(Unusable) as refused:
        new_texts(given, text_of, {os.path.realpath("/p/a.x"): 4})
    assert reason in str(refused.value)


def test_paths() -> None:
    assert path_of("file:///p/%C3%A4%20b.x") == os.path.abspath("/p/ä b.x")


@pytest.mark.parametrize("name", ["a.x", "b c.x", "a%41.x", "c%20d.x", "e#?.x", "ä𝄞.x"])
def test_a_path_is_that_of_its_uri(name: str) -> None:
    path = os.path.abspath(f"/p/{name}")
    assert path_of(Path(path).as_uri()) == path
