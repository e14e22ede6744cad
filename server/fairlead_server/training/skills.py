"""Mending a line: examples made by breaking one, in the ways in which people break code."""

from __future__ import annotations

import random
import re
from collections.abc import Callable

from fairlead_server.training.holes import Example
from fairlead_server.training.tokenizer import FIX

Mutation = Callable[[str, str, random.Random], "str | None"]
"""Returns a line, broken; given the line, the text that it is in, and a source of chance."""

_WORD = re.compile(r"[A-Za-z_]\w+")
_NUMBER = re.compile(r"(?<![\w.])\d+(?![\w.])")
_CALL = re.compile(r"\((\w[\w.]*), (\w[\w.]*)\)")
_CODE = re.compile(r"\n([ \t]*[^\s#/*@'\"][^\n]{7,110})(?=\n)")
_COMMENT = re.compile(r"\s*(?:#|//|\*|/\*|'''|\"\"\"|import |from |package )")

_SWAPS = (
    *(("==", "!="), ("<=", "<"), (">=", ">"), (" and ", " or "), ("&&", "||"), (" + ", " - ")),
    *(("True", "False"), ("true", "false"), (" is not ", " is "), (" not in ", " in ")),
    *(("if not ", "if "), ("+ 1", "- 1"), ("< ", "<= "), ("> ", ">= "), ("!= null", "== null")),
    *(("min(", "max("), ("append(", "extend("), ("return ", ""), ("await ", ""), ("self.", "")),
)


def _operator(line: str, _: str, rng: random.Random) -> str | None:
    pairs = [(a, b) for pair in _SWAPS for a, b in (pair, pair[::-1]) if a and a in line]
    if not pairs:
        return None
    old, new = rng.choice(pairs)
    return line.replace(old, new, 1)


def _name(line: str, text: str, rng: random.Random) -> str | None:
    """Put another name of the same text in the place of one."""
    words = list(_WORD.finditer(line))
    others = _WORD.findall(text)
    if not words:
        return None
    old, new = rng.choice(words), str(rng.choice(others))
    return line[: old.start()] + new + line[old.end() :]


def _number(line: str, _: str, rng: random.Random) -> str | None:
    found = list(_NUMBER.finditer(line))
    if not found:
        return None
    number = rng.choice(found)
    value = max(0, int(number[0]) + rng.choice((-1, 1)))
    return f"{line[: number.start()]}{value}{line[number.end() :]}"


def _arguments(line: str, _: str, rng: random.Random) -> str | None:
    """Swap two arguments."""
    found = list(_CALL.finditer(line))
    if not found:
        return None
    call = rng.choice(found)
    return f"{line[: call.start()]}({call[2]}, {call[1]}){line[call.end() :]}"


_MUTATIONS: tuple[Mutation, ...] = (_operator, _operator, _name, _number, _arguments)


def repair(text: str, rng: random.Random) -> Example | None:
    """Return an example whose hole is one line of `text`, headed by the line as it was broken.

    None where no line can be broken.
    """
    lines = [m for m in _CODE.finditer(text, len(text) // 3) if not _COMMENT.match(m[1])]
    if not lines:
        return None
    line = rng.choice(lines)
    broken = rng.choice(_MUTATIONS)(line[1], text, rng)
    if broken is None or broken == line[1]:
        return None
    return Example(text[: line.end()], text[line.end() :], f"{broken.strip()}\n", FIX)
