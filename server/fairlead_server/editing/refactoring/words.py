"""The identifiers in Python text, broken or not, those in f-strings included."""

from __future__ import annotations

import keyword
from collections.abc import Collection, Iterator
from typing import Any

import parso

from fairlead_server.editing.refactoring.job import Refused, Word


def words(text: str) -> list[Word]:
    """Return all identifiers of `text`, in order."""
    return list(_words(text))


def _words(text: str) -> Iterator[Word]:
    dotted = False
    for leaf in leaves(text):
        if leaf.type == "name":
            line, column = leaf.start_pos
            yield Word(line, column, leaf.value, dotted)
        dotted = leaf.value == "."


def leaves(text: str) -> Iterator[Any]:
    """Yield the tokens of `text`."""
    leaf = parso.parse(text).get_first_leaf()  # type: ignore[no-untyped-call]
    while leaf is not None:
        yield leaf
        leaf = leaf.get_next_leaf()


def checked_identifier(name: str) -> str:
    """Return `name`. Raises `Refused` when nothing can be called so."""
    if not name.isidentifier():
        raise Refused(f"{name!r} is not an identifier")
    if keyword.iskeyword(name):
        raise Refused(f"`{name}` is a keyword of Python")
    return name


def fresh(name: str, text: str) -> str:
    """Return `name`, with a number if the text has it already."""
    taken = {word.text for word in words(text)}
    numbered = (f"{name}{number}" for number in range(2, len(taken) + 3))
    return name if name not in taken else next(n for n in numbered if n not in taken)


def refuse_if_taken(name: str, text: str) -> None:
    """Raise `Refused` when an identifier of `text` is `name` already."""
    for word in words(text):
        if word.text == name:
            raise Refused(f"`{name}` is in use already, on line {word.line}")


def replaced(text: str, places: Collection[tuple[int, int]], old: str, new: str) -> str:
    """Return `text` with the identifier `old` replaced at `places`. Raises `Refused`."""
    lines = text.split("\n")
    for line, column in sorted(places, reverse=True):
        found = lines[line - 1]
        if not found.startswith(old, column):
            raise Refused(f"the engine names a place on line {line} where there is no `{old}`")
        lines[line - 1] = found[:column] + new + found[column + len(old) :]
    return "\n".join(lines)
