"""Line ends, byte order marks and tabs: engines see plain text, and the document keeps its own."""

from __future__ import annotations

import ast
import re
from collections import Counter
from difflib import SequenceMatcher
from itertools import accumulate

_END = re.compile(r"\r\n|\r|\n")
_LINE_START = re.compile(r"(?<=\n)|(?<=\r)(?!\n)")
_MARK = "\ufeff"
_INDENT = re.compile(r"^[ \t]+(?=\S)", re.MULTILINE)
_WIDTH = 4


def plain(text: str) -> str:
    """Return `text` with ``\\n`` for all line ends, and without a byte order mark."""
    return _END.sub("\n", text.removeprefix(_MARK))


def lines_of(text: str) -> list[str]:
    """Return the lines with their ends; after the last line end there is none."""
    return [line for line in _LINE_START.split(text) if line]


def plain_offset(text: str, offset: int) -> int:
    """Return where `offset` of `text` is in its plain text."""
    if text[offset - 1 : offset + 1] == "\r\n" and offset:
        offset -= 1
    return len(plain(text[:offset]))


def restored(original: str, new: str) -> str:
    """Return the plain text `new` with the line ends, mark and tabs of `original`.

    Lines that are in both keep their own ends, and new ones get the most frequent. The last line
    has none if it had none.
    """
    if original and not original.endswith(("\n", "\r")):
        new = new.rstrip("\n")
    mark = _MARK if original.startswith(_MARK) else ""
    new = _with_tabs(plain(original), new)
    ends = Counter(_END.findall(original))
    usual = ends.most_common(1)[0][0] if ends else "\n"
    if len(ends) <= 1:
        return mark + new.replace("\n", usual)
    return mark + _mixed(original.removeprefix(_MARK), new, usual)


def _mixed(original: str, new: str, usual: str) -> str:
    old, found = plain(original).split("\n"), new.split("\n")
    ends = [*_END.findall(original), ""]
    chosen = [usual] * len(found)
    matcher = SequenceMatcher(None, old, found, autojunk=False)
    for tag, i, j, k, m in matcher.get_opcodes():
        if tag == "equal" or (tag == "replace" and j - i == m - k):
            chosen[k:m] = [end or usual for end in ends[i:j]]
    chosen[-1] = ""
    return "".join(map("".join, zip(found, chosen, strict=True)))


def _with_tabs(old: str, new: str) -> str:
    """Indent the lines that are not in `old` by tabs, if those of `old` are."""
    indents = _INDENT.findall(old)
    if not indents or not all(set(indent) == {"\t"} for indent in indents):
        return new
    known = set(old.split("\n"))
    lines = (line if line in known else _tabbed(line) for line in new.split("\n"))
    return "\n".join(lines)


def _tabbed(line: str) -> str:
    rest = line.lstrip(" \t")
    width = len(line[: len(line) - len(rest)].expandtabs(_WIDTH))
    return "\t" * (width // _WIDTH) + " " * (width % _WIDTH) + rest


def parsed(text: str) -> ast.Module:
    """Return the syntax tree of plain Python text, an empty one of what does not parse."""
    try:
        return ast.parse(text)
    except (SyntaxError, ValueError, RecursionError):
        return ast.Module([], [])


class Columns:
    """Where the nodes of a syntax tree are in the plain text that was parsed, in characters."""

    def __init__(self, text: str) -> None:
        self._lines = text.split("\n")
        self._starts = list(accumulate((len(line) + 1 for line in self._lines), initial=0))

    def extent(self, node: ast.expr | ast.stmt) -> tuple[int, int]:
        """Return where `node` begins and ends."""
        assert node.end_lineno is not None and node.end_col_offset is not None
        first = self._offset(node.lineno, node.col_offset)
        return first, self._offset(node.end_lineno, node.end_col_offset)

    def _offset(self, line: int, column: int) -> int:
        # Trees count the bytes of a line.
        before = self._lines[line - 1].encode(errors="replace")[:column]
        return self._starts[line - 1] + len(before.decode(errors="replace"))
