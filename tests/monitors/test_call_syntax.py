"""What the lexer of calls makes of real Python code, compared with the syntax tree."""

from __future__ import annotations

import argparse
import ast
import asyncio.tasks
import dataclasses
import random
import statistics
import types
from collections.abc import Iterable, Mapping
from pathlib import Path

import pytest

from fairlead_monitors.argument_list import Bracket, synced, take
from fairlead_monitors.call_syntax import Sort
from fairlead_monitors.python.call_syntax import PythonCalls

Call = tuple[int, frozenset[str], bool]
"""How many arguments go by position, the names of the others, and whether any are unpacked."""


def lexed(pieces: Iterable[bytes]) -> Mapping[int, Call]:
    """Return the calls by where they are closed."""
    lexer, stack, found, base = PythonCalls(), tuple[Bracket, ...](), {}, 0
    for piece in pieces:
        lexer, tokens = lexer.feed(piece)
        for token in tokens:
            stack = synced(stack, token)
            if token.sort is Sort.CLOSE and stack[-1].calls:
                passed = stack[-1].arguments()
                found[base + token.start] = (passed.least, passed.names, passed.unpacked)
            stack = take(stack, token, base)
        base += len(piece)
    return found


def parsed(data: bytes) -> tuple[Mapping[int, Call], list[range]]:
    """Return the calls by where they are closed, and where f-strings are.

    The places of what is in an f-string are not exact in every version of Python.
    """
    starts = [0]
    for line in data.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    found: dict[int, Call] = {}
    strings: list[range] = []
    for node in ast.walk(ast.parse(data)):
        if isinstance(node, ast.JoinedStr):
            begin = starts[node.lineno - 1] + node.col_offset
            end = starts[(node.end_lineno or 0) - 1] + (node.end_col_offset or 0)
            strings.append(range(begin, end))
        if isinstance(node, ast.Call):
            names = frozenset(k.arg for k in node.keywords if k.arg is not None)
            unpacked = any(isinstance(a, ast.Starred) for a in node.args) or any(
                k.arg is None for k in node.keywords
            )
            end = starts[(node.end_lineno or 0) - 1] + (node.end_col_offset or 0)
            found[end - 1] = (len(node.args), names, unpacked)
    return found, strings


def comparable(calls: Mapping[int, Call], strings: list[range]) -> dict[int, object]:
    """Leave out what is in f-strings; what is passed besides something unpacked is not counted."""
    outside = {k: v for k, v in calls.items() if not any(k in string for string in strings)}
    return {k: v if not v[2] else "unpacked" for k, v in outside.items()}


@pytest.mark.parametrize("module", [argparse, asyncio.tasks, dataclasses, statistics])
def test_calls_are_what_the_syntax_tree_says(module: types.ModuleType) -> None:
    data = Path(str(module.__file__)).read_bytes()
    expected, strings = parsed(data)
    whole = lexed([data])
    assert comparable(whole, strings) == comparable(expected, strings)
    generator = random.Random(0)
    cuts = sorted(generator.sample(range(len(data)), len(data) // 4))
    assert lexed(data[a:b] for a, b in zip([0, *cuts], [*cuts, len(data)], strict=True)) == whole
