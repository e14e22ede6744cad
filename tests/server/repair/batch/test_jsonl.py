"""Lists of one's own bugs: what they may say, and what is wrong with others."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from fairlead_server.errors import UserError
from fairlead_server.repair.batch.bug import Commands, Place
from fairlead_server.repair.datasets.jsonl import JsonLines

LEAST = {"project": "p", "test": "make test"}


def dataset(folder: Path, *values: Any) -> JsonLines:
    path = folder / "bugs.jsonl"
    texts = (value if isinstance(value, str) else json.dumps(value) for value in values)
    path.write_text("".join(f"{text}\n" for text in texts), encoding="utf-8")
    return JsonLines(str(path))


@pytest.mark.parametrize(
    ("value", "places"),
    [
        ({}, ()),
        ({"file": "a.py", "start_line": 3}, (Place("a.py", 3, 3),)),
        ({"file": "a.py", "start_line": 3, "end_line": 5}, (Place("a.py", 3, 5),)),
        ({"file": "a.py", "start_line": 3, "end_line": 2}, (Place("a.py", 3, 2),)),
        ({"file": "a.py", "start_line": 3, "fixed": "x"}, (Place("a.py", 3, 3, "x"),)),
        ({"places": []}, ()),
        (
            {"places": [{"file": "a.py", "start_line": 3}, {"file": "b.py", "start_line": 1}]},
            (Place("a.py", 3, 3), Place("b.py", 1, 1)),
        ),
    ],
)
def test_places(tmp_path: Path, value: dict[str, Any], places: tuple[Place, ...]) -> None:
    (tmp_path / "p").mkdir()
    made = dataset(tmp_path, "", LEAST | value, "  ")
    assert made.names() == ["bug-2"]
    bug = made.checkout("bug-2", tmp_path / "unused")
    assert (bug.root, bug.places, bug.commands) == (tmp_path / "p", places, Commands("make test"))


def test_all_that_may_be_said(tmp_path: Path) -> None:
    (tmp_path / "p").mkdir()
    said = {
        **LEAST,
        "name": "one",
        "language": "java",
        "compiles": "c",
        "relevant": "r",
        "all_tests": "a",
        "coverage": "v",
        "seconds": 1.5,
        "memory_mb": 100,
        "facts": {"kind": 3},
    }
    bug = dataset(tmp_path, said).checkout("one", tmp_path / "unused")
    assert bug.commands == Commands("make test", "c", "r", "a", 1.5, 100, "v")
    assert (bug.name, bug.language, bug.facts) == ("one", "java", {"kind": "3"})


@pytest.mark.parametrize(
    ("files", "language"),
    [(["a.py", "b.py", "c.java"], "python"), (["a.txt", "A.java"], "java"), ([], "plaintext")],
)
def test_languages(tmp_path: Path, files: list[str], language: str) -> None:
    (tmp_path / "p").mkdir()
    for name in files:
        (tmp_path / "p" / name).write_text("")
    assert dataset(tmp_path, LEAST).checkout("bug-1", tmp_path / "unused").language == language


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ([], "lists no bugs"),
        ([LEAST, "{"], "bugs.jsonl:2: is no JSON"),
        (["[]"], "bugs.jsonl:1: is no JSON object"),
        ([{"project": "p"}], "1: 'test' is missing"),
        ([LEAST | {"test": " "}], "1: test is empty"),
        ([LEAST | {"tset": "x"}], "1: 'tset' is unknown; known are all_tests, compiles, coverage"),
        ([LEAST | {"seconds": "x"}], "1: seconds has to be of type number"),
        ([LEAST | {"seconds": True}], "1: seconds has to be of type number"),
        ([LEAST | {"seconds": 0}], "1: seconds and memory_mb have to be above 0"),
        ([LEAST | {"file": "a.py"}], "1: 'start_line' is missing"),
        ([LEAST | {"file": "a.py", "start_line": 0}], "1: lines 0-0 are none"),
        ([LEAST | {"file": "a.py", "start_line": 5, "end_line": 3}], "1: lines 5-3 are none"),
        ([LEAST | {"places": ["a.py:3"]}], "1: is no JSON object"),
        ([LEAST | {"places": [], "file": "a.py", "start_line": 1}], "either a file or places"),
        ([LEAST | {"name": "a"}, LEAST | {"name": "a"}], "2: a bug before it is called 'a'"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(
    tmp_path: Path, values: list[Any], message: str
) -> None:
    with pytest.raises(UserError) as error:
        dataset(tmp_path, *values)
    assert message in str(error.value)


@pytest.mark.parametrize(
    ("argument", "message"),
    [("", "takes a file: jsonl:FILE"), ("absent.jsonl", "cannot be read"), (".", "cannot be read")],
)
def test_lists_that_are_none(argument: str, message: str) -> None:
    with pytest.raises(UserError, match=message):
        JsonLines(argument)


def test_a_list_that_is_no_text(tmp_path: Path) -> None:
    (tmp_path / "bugs").write_bytes(b"\xff\xfe")
    with pytest.raises(UserError, match="is not UTF-8"):
        JsonLines(str(tmp_path / "bugs"))


def test_the_version_goes_by_the_list_and_the_files_with_places(tmp_path: Path) -> None:
    def version(folder: Path, text: str, test: str = "make test") -> str:
        (folder / "p").mkdir(parents=True, exist_ok=True)
        (folder / "p" / "a.py").write_text(text)
        value = LEAST | {"file": "a.py", "start_line": 1, "test": test}
        return dataset(folder, value).version

    first = version(tmp_path / "x", "one\n")
    assert version(tmp_path / "y", "one\n") == first
    assert version(tmp_path / "x", "two\n") != first
    assert version(tmp_path / "x", "one\n", "make") != first
