"""The plugin's pieces of text and its columns, in the real editor."""

from __future__ import annotations

from typing import Any

import pytest

from tests.clients.nvim.conftest import Scripted

# text, the words that are accepted one after the other; None for the rest of them
WORDS: list[tuple[str, list[str]]] = [
    ("append(item)", ["append", "(", "item", ")"]),
    ("cast_off()", ["cast_off", "()"]),
    (" = größe", [" =", " größe"]),
    ("naïve日本語.x", ["naïve日本語", ".", "x"]),
    ("'é!' + s", ["'", "é", "!'", " +", " s"]),
    ("😀", ["😀"]),
    (":\n\treturn", [":", "\n\treturn"]),
    ("\n\n", ["\n\n"]),
    ("   ", ["   "]),
    ("x", ["x"]),
]

LINES: list[tuple[str, list[str]]] = [
    ("one\ntwo\n\tthree", ["one", "\ntwo", "\n\tthree"]),
    ("one", ["one"]),
    ("\n\n  x\ny", ["\n\n  x", "\ny"]),
    ("one\n", ["one", "\n"]),
]

# what lies between, around it, and the pieces before, between and behind its characters
BETWEEN: list[tuple[str, str, list[str] | None]] = [
    ("", "abc", ["abc"]),
    (")", "x, y)", ["x, y", ""]),
    (")", "f(x), y)", ["f(x), y", ""]),
    ("])", "a[0])", ["a[0", "", ""]),
    ("é)", "x é y)", ["x ", " y", ""]),
    (")", "x", None),
    ("ab", "ba", None),
]

EXPANDED: list[tuple[str, int, str]] = [
    ("\tx", 0, "    x"),
    ("\tx", 3, " x"),
    ("a\tb\tc", 0, "a   b   c"),
    ("日\tx", 0, "日  x"),
    ("none", 2, "none"),
]

# line, column, the bytes before it
COLUMNS: list[tuple[str, str, int, int]] = [
    ("aéb", "utf-8", 3, 3),
    ("aéb", "utf-16", 2, 3),
    ("😀b", "utf-16", 2, 4),
    ("😀b", "utf-32", 1, 4),
    ("😀b", "utf-16", 3, 5),
    ("ab", "utf-16", 9, 2),
    ("ab", "utf-8", 9, 2),
    ("", "utf-16", 0, 0),
    ("é", "utf-32", 7, 2),
]


def call(scripted: Scripted, name: str, *arguments: Any) -> Any:
    return scripted.editor.lua(f"return require('fairlead.text').{name}(...)", *arguments)


@pytest.mark.parametrize(("text", "expected"), WORDS)
def test_words(scripted: Scripted, text: str, expected: list[str]) -> None:
    assert pieces(scripted, "word", text) == expected


@pytest.mark.parametrize(("text", "expected"), LINES)
def test_lines(scripted: Scripted, text: str, expected: list[str]) -> None:
    assert pieces(scripted, "line", text) == expected


def pieces(scripted: Scripted, name: str, text: str) -> list[str]:
    found = []
    while text:
        found.append(call(scripted, name, text))
        assert found[-1] and text.startswith(found[-1])
        text = text.removeprefix(found[-1])
    return found


@pytest.mark.parametrize(("inner", "outer", "expected"), BETWEEN)
def test_what_lies_between(
    scripted: Scripted, inner: str, outer: str, expected: list[str] | None
) -> None:
    assert call(scripted, "between", inner, outer) == expected


@pytest.mark.parametrize(("text", "column", "expected"), EXPANDED)
def test_tabs_are_expanded(scripted: Scripted, text: str, column: int, expected: str) -> None:
    assert call(scripted, "expanded", text, column, 4) == expected


@pytest.mark.parametrize(("line", "encoding", "column", "expected"), COLUMNS)
def test_columns(scripted: Scripted, line: str, encoding: str, column: int, expected: int) -> None:
    assert call(scripted, "byte_column", line, column, encoding) == expected


def test_texts_are_split_by_width(scripted: Scripted) -> None:
    split = "local a, b, short = require('fairlead.text').split_at(...) return { a, b, short }"
    assert scripted.editor.lua(split, "日本語", 3) == ["日", "本語", 1]
    assert scripted.editor.lua(split, "ab", 4) == ["ab", "", 2]
