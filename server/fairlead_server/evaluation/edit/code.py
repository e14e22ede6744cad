"""A parsed file, with places in characters; and tasks as those who make them see them."""

from __future__ import annotations

import ast
import random
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property

Extent = tuple[int, int]
Function = ast.FunctionDef | ast.AsyncFunctionDef

SCOPES = (
    ast.FunctionDef,
    ast.AsyncFunctionDef,
    ast.Lambda,
    ast.ClassDef,
    ast.ListComp,
    ast.SetComp,
    ast.DictComp,
    ast.GeneratorExp,
)
"""What names can belong to besides the module."""


@dataclass(frozen=True)
class Draft:
    """An edit to be done to `text`, from `start` to `end`, as `instruction` says.

    `expected` is the text of the file when it is done or, where there are several right ones, what
    these are held against. Of `renames`, the old names are those that are said of the old text.
    """

    text: str
    start: int
    end: int
    instruction: str
    expected: str
    renames: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Code:
    """The plain text of a file at `path` below its root, which parses."""

    path: str
    text: str
    tree: ast.Module
    own: str = ""
    """The name that the root has as a package."""

    @cached_property
    def _starts(self) -> list[int]:
        return [0, *(found.end() for found in re.finditer("\n", self.text))]

    @cached_property
    def _lines(self) -> list[bytes]:
        return [line.encode() for line in self.text.split("\n")]

    def offset(self, line: int, column: int) -> int:
        """Return the place of what syntax trees call `line` and `column`, which counts bytes."""
        data = self._lines[line - 1]
        return self._starts[line - 1] + len(data[:column].decode(errors="ignore"))

    def extent(self, node: ast.expr | ast.stmt | ast.arg) -> Extent:
        """Return where `node` begins and ends."""
        assert node.end_lineno is not None and node.end_col_offset is not None
        return (
            self.offset(node.lineno, node.col_offset),
            self.offset(node.end_lineno, node.end_col_offset),
        )

    def of(self, node: ast.expr | ast.stmt) -> str:
        """Return the text of `node`."""
        return self.text[slice(*self.extent(node))]

    def lines(self, first: int, last: int) -> Extent:
        """Return the extent of whole lines, without the last line end."""
        end = self._starts[last] - 1 if last < len(self._starts) else len(self.text)
        return self._starts[first - 1], end

    def is_alone(self, node: ast.stmt) -> bool:
        """Tell whether nothing else is on the lines of `node`, not even a comment."""
        start, end = self.extent(node)
        first, last = self.lines(node.lineno, node.end_lineno or node.lineno)
        return not self.text[first:start].strip() and not self.text[end:last].strip()

    def indent(self, node: ast.stmt) -> str:
        """Return the blanks before `node`."""
        start = self.extent(node)[0]
        return self.text[self.text.rfind("\n", 0, start) + 1 : start]

    def count(self, word: str, extent: Extent | None = None) -> int:
        """Return how often `word` stands in an extent, or in all of the text, strings included."""
        text = self.text if extent is None else self.text[slice(*extent)]
        return len(re.findall(rf"(?<!\w){re.escape(word)}(?!\w)", text))

    @cached_property
    def functions(self) -> list[Function]:
        """All functions, also those within others."""
        return [node for node in ast.walk(self.tree) if isinstance(node, Function)]

    @cached_property
    def in_strings(self) -> frozenset[int]:
        """The ids of nodes within f-strings: their places are wrong before Python 3.12."""
        found = [node for node in ast.walk(self.tree) if isinstance(node, ast.JoinedStr)]
        return frozenset(id(inner) for node in found for inner in ast.walk(node))


Maker = Callable[[Code, random.Random], Iterator[Draft]]
"""Makes tasks of one kind out of a file, in an order that chance gives."""


def read(path: str, text: str, own: str = "") -> Code | None:
    """Return the code of a file; None if it does not parse, or has other line ends."""
    if "\r" in text or "\f" in text or text.startswith("\ufeff"):
        return None
    try:
        return Code(path, text, ast.parse(text), own)
    except (SyntaxError, ValueError, RecursionError):
        return None


def replaced(text: str, extent: Extent, new: str) -> str:
    """Return `text` with `new` in the place of what is in the extent."""
    return text[: extent[0]] + new + text[extent[1] :]


def fresh(code: Code, names: tuple[str, ...]) -> str:
    """Return the first of `names` that the file does not have; a number makes it so if need be."""
    numbered = (f"{names[0]}_{number}" for number in range(2, 1000))
    return next(name for name in (*names, *numbered) if not code.count(name))


def bodies(node: ast.AST) -> Iterator[list[ast.stmt]]:
    """Yield the blocks of statements below `node`."""
    for inner in ast.walk(node):
        for name in ("body", "orelse", "finalbody"):
            block = getattr(inner, name, None)
            if isinstance(block, list) and block:
                yield block
