"""Which closing brackets are missing where a text is being written."""

from __future__ import annotations

from collections.abc import Iterable

from tree_sitter import Node

from fairlead_monitors.trees import grammar

_PAIRS = {b"(": b")", b"[": b"]", b"{": b"}", b"${": b"}"}


def missing(language: str, before: bytes, after: bytes) -> bytes | None:
    """Return what has to stand between `before` and `after` for the brackets to match.

    `after` closes the brackets that were opened first: what was opened last is what is being
    written. None if the brackets of `after` match nothing, or the language has no grammar.
    """
    found = grammar(language)
    if found is None:
        return None
    opened = _left_open(found.brackets_in(found.parse(before)))
    closed = _left_closed(found.brackets_in(found.parse(after)))
    depth = len(opened) - len(closed)
    if depth < 0 or closed != [_PAIRS[text] for text in reversed(opened[: len(closed)])]:
        return None
    return b"".join(_PAIRS[text] for text in reversed(opened[len(closed) :]))


def _left_open(brackets: Iterable[Node]) -> list[bytes]:
    opened: list[bytes] = []
    for node in brackets:
        text = node.type.encode()
        if text in _PAIRS:
            opened.append(text)
        elif opened and _PAIRS[opened[-1]] == text:
            opened.pop()
    return opened


def _left_closed(brackets: Iterable[Node]) -> list[bytes]:
    closed: list[bytes] = []
    opened: list[bytes] = []
    for node in brackets:
        text = node.type.encode()
        if text in _PAIRS:
            opened.append(text)
        elif opened and _PAIRS[opened[-1]] == text:
            opened.pop()
        elif not opened:
            closed.append(text)
    return closed
