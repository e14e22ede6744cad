"""Which closing brackets are missing where a text is being written."""

from __future__ import annotations

from collections.abc import Iterable

from tree_sitter import Node, Tree

from fairlead_monitors.trees import Grammar, edited, grammar

_PAIRS = {b"(": b")", b"[": b"]", b"{": b"}", b"${": b"}"}


class Balance:
    """Tells what is missing between two texts, again and again while the first one grows."""

    def __init__(self, language: str) -> None:
        self._grammar = grammar(language)
        self._before: tuple[bytes, Tree] | None = None
        self._after: tuple[bytes, list[bytes]] | None = None

    def missing(self, before: bytes, after: bytes) -> bytes | None:
        """Return what has to stand between `before` and `after` for the brackets to match.

        `after` closes the brackets that were opened first: what was opened last is what is being
        written. None if the brackets of `after` match nothing, or the language has no grammar.
        """
        if self._grammar is None:
            return None
        opened = _left_open(self._grammar.brackets_in(self._parsed(self._grammar, before)))
        closed = self._closed(self._grammar, after)
        depth = len(opened) - len(closed)
        if depth < 0 or closed != [_PAIRS[text] for text in reversed(opened[: len(closed)])]:
            return None
        return b"".join(_PAIRS[text] for text in reversed(opened[len(closed) :]))

    def lacking(self, before: bytes, after: bytes) -> bytes | None:
        """Return what closes and opens brackets between two texts, where blocks lack their start.

        That is a line with the brace that `after` closes, which is being written anew. None where
        the brackets do not tell.
        """
        if self._grammar is None:
            return None
        opened = _left_open(self._grammar.brackets_in(self._parsed(self._grammar, before)))
        closed = self._closed(self._grammar, after)
        blocks = max((place + 1 for place, text in enumerate(opened) if text == b"{"), default=0)
        if any(text != b"}" for text in closed) or any(text != b"{" for text in opened[:blocks]):
            return None
        count = len(closed) - blocks
        closers = b"".join(_PAIRS[text] for text in reversed(opened[blocks:]))
        return (closers or b";") + b"{" * count if count > 0 else None

    def _parsed(self, found: Grammar, before: bytes) -> Tree:
        old = None
        if self._before is not None and before.startswith(self._before[0]):
            text, tree = self._before
            old = edited(tree, text, before[len(text) :])
        tree = found.parse(before, old)
        self._before = before, tree
        return tree

    def _closed(self, found: Grammar, after: bytes) -> list[bytes]:
        if not after:
            return []
        if self._after is None or self._after[0] != after:
            self._after = after, _left_closed(found.brackets_in(found.parse(after)))
        return self._after[1]


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
