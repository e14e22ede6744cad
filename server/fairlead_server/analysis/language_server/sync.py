"""Documents as a language server holds them: positions in its encoding, changes as differences."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

# What the protocol counts as the end of a line; Python's own idea of it is wider.
_LINE_END = re.compile(r"\r\n|\n|\r")
_BYTES = {"utf-8": ("utf-8", 1), "utf-16": ("utf-16-le", 2), "utf-32": ("utf-32-le", 4)}
_CHANGES = 2
"""What the protocol calls ``TextDocumentSyncKind.Incremental``."""

ENCODINGS = ("utf-32", "utf-8", "utf-16")
"""The position encodings that are offered, the one that costs least first."""


@dataclass(frozen=True)
class Lines:
    """A text, with the two ways of naming a place in it: character offsets and positions."""

    text: str
    encoding: str

    @cached_property
    def _starts(self) -> list[int]:
        return [0, *(end.end() for end in _LINE_END.finditer(self.text))]

    def position(self, offset: int) -> dict[str, int]:
        """Return the protocol's position of a character offset."""
        line = bisect_right(self._starts, offset) - 1
        return {"line": line, "character": self._width(self.text[self._starts[line] : offset])}

    def offset(self, position: Mapping[str, Any]) -> int:
        """Return the character offset of a position; beyond the end of a line, that end.

        Raises `ValueError` for what is no position in this text.
        """
        line, character = position.get("line"), position.get("character")
        if not isinstance(line, int) or not isinstance(character, int):
            raise ValueError(f"{position} is no position")
        if not 0 <= line < len(self._starts) or character < 0:
            raise ValueError(f"line {line} is not in the document")
        content = self._line(line)
        if self.encoding == "utf-32" or content.isascii():
            return self._starts[line] + min(character, len(content))
        codec, size = _BYTES[self.encoding]
        head = content.encode(codec, "surrogatepass")[: character * size]
        return self._starts[line] + len(head.decode(codec, "ignore"))

    def _line(self, line: int) -> str:
        start = self._starts[line]
        last = line + 1 == len(self._starts)
        return self.text[start : None if last else self._starts[line + 1]].rstrip("\r\n")

    def _width(self, text: str) -> int:
        if self.encoding == "utf-32" or text.isascii():
            return len(text)
        codec, size = _BYTES[self.encoding]
        return len(text.encode(codec, "surrogatepass")) // size


def change(old: Lines, new: str) -> dict[str, Any]:
    """Return the one content change that makes `new` of `old`: what differs in the middle."""
    start = _common(old.text, new)
    limit = min(len(old.text), len(new)) - start
    end = min(_common(old.text[::-1], new[::-1]), limit)
    # Neither half of a line end on its own: some servers normalise them.
    start -= _splits(old.text, start) or _splits(new, start)
    if end and (_splits(old.text, len(old.text) - end) or _splits(new, len(new) - end)):
        end -= 1
    stop = len(old.text) - end
    return {
        "range": {"start": old.position(start), "end": old.position(stop)},
        "text": new[start : len(new) - end],
    }


def _splits(text: str, offset: int) -> bool:
    return text[offset - 1 : offset + 1] == "\r\n" if offset else False


def _common(left: str, right: str) -> int:
    """Return the length of the longest common prefix, by halving."""
    low, high = 0, min(len(left), len(right))
    if left[:high] == right[:high]:
        return high
    while low < high:
        middle = (low + high + 1) // 2
        if left[low:middle] == right[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low


def sends_changes(capabilities: Mapping[str, Any]) -> bool:
    """Tell whether a server takes changes of a document; all others get it as a whole."""
    stated = capabilities.get("textDocumentSync")
    return (stated.get("change") if isinstance(stated, Mapping) else stated) == _CHANGES


def encoding_of(capabilities: Mapping[str, Any]) -> str:
    """Return the position encoding that the server chose."""
    chosen = capabilities.get("positionEncoding")
    return chosen if isinstance(chosen, str) and chosen in _BYTES else "utf-16"


def encoded_offsets(label: str, offsets: object) -> str:
    """Return the part of `label` between two offsets, which count UTF-16 units.

    Raises `ValueError` if they are none.
    """
    pair = list(offsets) if isinstance(offsets, (list, tuple)) else []
    if len(pair) != 2 or not all(isinstance(item, int) and item >= 0 for item in pair):
        raise ValueError(f"{offsets!r} are no offsets")
    units = label.encode("utf-16-le", "surrogatepass")
    return units[2 * pair[0] : 2 * pair[1]].decode("utf-16-le", "replace")
