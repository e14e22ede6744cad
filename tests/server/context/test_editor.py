"""What an editor's notifications make of the surroundings of a document."""

from __future__ import annotations

import itertools
import json
import random
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from lsprotocol import types

from fairlead_server.lsp.recent import LONGEST, MOST_EDITS, Region, move
from tests.server.lsp.editor import Editor, span

SERVER = (sys.executable, "-m", "tests.server.context.context_server")
FOLDER = "file:///p%20q/"
LINES = "".join(f"line {n}\n" for n in range(40))


NAMES = ("a.py", "b.py", "c.py")


@pytest.fixture(scope="module")
def server() -> Iterator[Editor]:
    with Editor(SERVER) as editor:
        yield editor


@pytest.fixture
def editor(server: Editor) -> Iterator[Editor]:
    """An editor without open documents; tests open those of `NAMES`."""
    yield server
    for name in NAMES:
        server.close(FOLDER + name)


def around(editor: Editor, name: str) -> dict[str, Any]:
    (item,) = editor.inline(FOLDER + name, 0, 0, invoked=False)
    found: dict[str, Any] = json.loads(str(item.insert_text))
    return found


def test_the_other_open_documents_come_the_last_used_first(editor: Editor) -> None:
    for name in NAMES:
        editor.open(FOLDER + name, f"in {name}")
    assert around(editor, "a.py")["others"] == [["c.py", "in c.py"], ["b.py", "in b.py"]]
    editor.change(FOLDER + "b.py", 2, (span(0, 0, 2), "IN"))
    assert around(editor, "a.py")["others"] == [["b.py", "IN b.py"], ["c.py", "in c.py"]]
    editor.close(FOLDER + "b.py")
    assert around(editor, "a.py")["others"] == [["c.py", "in c.py"]]


def test_edits_are_told_as_they_are_now_and_end_with_their_document(editor: Editor) -> None:
    editor.open(FOLDER + "a.py", LINES)
    editor.open(FOLDER + "b.py", LINES)
    for column, letter in enumerate("typed"):
        editor.change(FOLDER + "a.py", 2 + column, (span(10, column, column), letter))
    editor.change(FOLDER + "b.py", 2, (span(20, 0, 4), "LINE"), (span(0, 0, 0), "first\n"))
    assert around(editor, "a.py")["edits"] == [
        ["b.py", "first\nline 0\nline 1\n"],
        ["b.py", "line 19\nLINE 20\nline 21\n"],
        ["a.py", "line 9\ntypedline 10\nline 11\n"],
    ]
    editor.close(FOLDER + "b.py")
    assert [path for path, _ in around(editor, "a.py")["edits"]] == ["a.py"]


def test_a_document_that_is_sent_as_a_whole_has_no_edits(editor: Editor) -> None:
    uri = FOLDER + "a.py"
    editor.open(uri, LINES)
    editor.change(uri, 2, (span(10, 0, 0), "typed"))
    whole = types.TextDocumentContentChangeWholeDocument("all new\n")
    document = types.VersionedTextDocumentIdentifier(3, uri)
    params = types.DidChangeTextDocumentParams(document, [whole])
    editor.notify(types.TEXT_DOCUMENT_DID_CHANGE, params)
    assert around(editor, "a.py")["edits"] == []


def test_the_setting_goes_with_the_request(editor: Editor) -> None:
    editor.open(FOLDER + "a.py", "x")
    assert around(editor, "a.py")["context"] is None
    editor.configure({"fairlead": {"context": ["edits", "web"]}})
    assert around(editor, "a.py")["context"] == ["edits"]
    editor.wait_for(lambda: any("no source is called 'web'" in log for log in editor.logs))
    editor.configure({"fairlead": {}})
    assert around(editor, "a.py")["context"] is None


def change(first: int, last: int, text: str) -> tuple[types.Range, str]:
    return types.Range(types.Position(first, 0), types.Position(last, 0)), text


# edits as (first line, last line, new text) -> regions, the last one last
MOVES: list[tuple[list[tuple[int, int, str]], list[tuple[int, int]]]] = [
    ([(5, 5, "x")], [(5, 6)]),
    ([(5, 5, "x"), (5, 5, "y")], [(5, 6)]),
    ([(5, 5, "x"), (6, 6, "y")], [(5, 7)]),
    ([(6, 6, "x"), (5, 5, "y")], [(5, 7)]),
    ([(5, 5, "x"), (8, 8, "y")], [(5, 6), (8, 9)]),
    ([(8, 8, "x"), (5, 5, "\n\n")], [(10, 11), (5, 8)]),
    ([(8, 8, "x"), (3, 5, "")], [(6, 7), (3, 4)]),
    ([(8, 8, "x"), (3, 9, "y")], [(3, 4)]),
    ([(3, 3, "\n\n\n"), (4, 4, "x\n")], [(3, 8)]),
    ([(0, 0, "\n" * 100)], [(0, LONGEST)]),
]


@pytest.mark.parametrize(("edits", "expected"), MOVES)
def test_regions(edits: list[tuple[int, int, str]], expected: list[tuple[int, int]]) -> None:
    regions = [Region("elsewhere", 5, 6)]
    for edit in edits:
        regions = move(regions, "here", *change(*edit))
    assert regions[0] == Region("elsewhere", 5, 6)
    assert [(r.start, r.end) for r in regions[1:]] == expected


def test_regions_follow_their_lines_whatever_is_edited() -> None:
    rng = random.Random(0)
    for _ in range(300):
        lines = [f"old {n}\n" for n in range(60)]
        regions: list[Region] = []
        for number in range(12):
            first = rng.randrange(len(lines))
            last = min(len(lines) - 1, first + rng.choice([0, 0, 0, 1, 3]))
            new = [f"new {number}\n"] * rng.choice([0, 1, 2])
            regions = move(regions, "here", *change(first, last, "".join(new)))
            lines[first:last] = new
            shown = {line for r in regions for line in lines[r.start : r.end]}
            assert {line for line in lines if line.startswith("new")} <= shown
            ordered = sorted(regions, key=lambda region: region.start)
            assert all(a.end <= b.start for a, b in itertools.pairwise(ordered))


def test_only_the_last_edits_are_kept(editor: Editor) -> None:
    uri = FOLDER + "a.py"
    editor.open(uri, "x\n" * 200)
    for number in range(MOST_EDITS + 4):
        editor.change(uri, 2 + number, (span(number * 10, 0, 1), f"y{number}"))
    found = around(editor, "a.py")["edits"]
    last = [f"y{number}" for number in range(MOST_EDITS + 3, 3, -1)]
    assert [text.split()[1] for _, text in found] == last
