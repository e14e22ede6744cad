"""A program in units of whole lines that may be deleted: statements, members, clauses, comments."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence, Set
from dataclasses import dataclass
from functools import cached_property

from tree_sitter import Node

from fairlead_monitors.trees import grammar

LANGUAGES = {".py": "python", ".java": "java"}
"""The languages whose units are known, by how names of files end."""

_LINE_END = re.compile(r"(?<=\n)")
_CONTAINERS = frozenset(
    {
        *("module", "block", "program", "class_body", "interface_body", "annotation_type_body"),
        *("enum_body_declarations", "constructor_body", "switch_block"),
        "switch_block_statement_group",
    }
)
_CLAUSES = frozenset({"elif_clause", "else_clause", "except_clause", "finally_clause"})
_COMMENTS = frozenset({"comment", "line_comment", "block_comment"})
_NO_UNITS = frozenset({"switch_label"})


@dataclass(frozen=True, order=True)
class Unit:
    """Lines from `start` to before `end`."""

    start: int
    end: int

    def lines(self) -> range:
        """Return the numbers of its lines, from 0."""
        return range(self.start, self.end)


class Unfit(Exception):
    """A text of which no sequences can be made; says why."""


@dataclass(frozen=True)
class Program:
    """A text by lines, with their ends, its syntax tree, and its units from the outermost on."""

    language: str
    lines: tuple[str, ...]
    root: Node
    units: tuple[Unit, ...]

    @property
    def text(self) -> str:
        """All of it."""
        return "".join(self.lines)

    def state(self, kept: Iterable[int]) -> str:
        """Return the lines of these numbers; blank ones at the beginning are left out."""
        text = "".join(self.lines[number] for number in sorted(kept))
        if len(text) == len(self.text):
            return text
        return re.sub(r"\A(?:[ \t\f]*\r?\n)+", "", text)

    def unit_at(self, line: int) -> Unit:
        """Return the smallest unit that the line is in."""
        return self._smallest[line]

    def parent(self, unit: Unit) -> Unit | None:
        """Return the smallest unit that is around another one."""
        around = [u for u in self.units if u.start <= unit.start and u.end >= unit.end]
        return min((u for u in around if u != unit), key=_size, default=None)

    def units_of(self, kept: Set[int]) -> list[Unit]:
        """Return the smallest units of the lines that are not blank, in order."""
        return sorted({self.unit_at(number) for number in kept if self.lines[number].strip()})

    @cached_property
    def _smallest(self) -> tuple[Unit, ...]:
        found: list[Unit] = [Unit(0, len(self.lines))] * len(self.lines)
        for unit in sorted(self.units, key=_size, reverse=True):
            found[unit.start : unit.end] = [unit] * _size(unit)
        return tuple(found)


def read_program(text: str, language: str) -> Program:
    """Return `text` by units. Raises `Unfit` for what does not parse."""
    found = grammar(language)
    if found is None:
        raise Unfit("no grammar is installed")
    if "\r" in text.replace("\r\n", ""):
        raise Unfit("line ends that are neither Unix nor Windows")
    lines = tuple(line for line in _LINE_END.split(text) if line)
    root = found.parse(text.encode(errors="replace")).root_node
    if root.has_error:
        raise Unfit("does not parse")
    if not text.strip():
        raise Unfit("empty")
    remarks = [Unit(node.start_point[0], _last(node) + 1) for node in _each(root, _COMMENTS)]
    comments = {row for remark in remarks for row in remark.lines()}
    units = _disjoint(Unit(n.start_point[0], _last(n) + 1) for n in _unit_nodes(root))
    ends = sorted({unit.end for unit in units})
    # A part of a comment is no comment.
    units += [remark for remark in remarks if _size(remark) > 1]
    units = [_with_heading(unit, lines, comments, ends) for unit in units]
    return Program(language, lines, root, tuple(_complete(units, lines)))


def _unit_nodes(root: Node) -> Iterator[Node]:
    for node in _each(root, _CONTAINERS):
        outside = _COMMENTS | _NO_UNITS
        yield from (child for child in node.named_children if child.type not in outside)
    yield from _each(root, _CLAUSES)


def _each(root: Node, kinds: frozenset[str]) -> Iterator[Node]:
    waiting = [root]
    while waiting:
        node = waiting.pop()
        if node.type in kinds:
            yield node
        waiting += node.children


def _last(node: Node) -> int:
    """Return the last row that a part of the node is in."""
    row, column = node.end_point
    return row - 1 if column == 0 and row > node.start_point[0] else row


def _disjoint(units: Iterable[Unit]) -> list[Unit]:
    """Return the units, from the outermost on, those made one that share lines but not all."""
    found: list[Unit] = []
    around: list[Unit] = []
    for unit in sorted(set(units), key=lambda u: (u.start, -u.end)):
        while around and around[-1].end <= unit.start:
            around.pop()
        while around and around[-1].end < unit.end:
            unit = Unit(around[-1].start, unit.end)
            found.remove(around.pop())
        if unit not in found:
            found.append(unit)
            around.append(unit)
    return sorted(found, key=lambda u: (u.start, -u.end))


def _with_heading(
    unit: Unit, lines: Sequence[str], comments: Set[int], ends: Sequence[int]
) -> Unit:
    """Return the unit with the comments and blank lines right above it."""
    place = bisect_right(ends, unit.start)
    least = ends[place - 1] if place else 0
    start = unit.start
    while start > least and start - 1 in comments and _is_level(lines, start - 1, unit.start):
        start -= 1
    while start > least and not lines[start - 1].strip():
        start -= 1
    return Unit(start, unit.end)


def _is_level(lines: Sequence[str], comment: int, line: int) -> bool:
    """Tell whether a line of a comment is indented as `line` is; ` *` counts as a `*` does."""
    widths = [
        len(t) - len(t.lstrip()) for t in (lines[comment].expandtabs(), lines[line].expandtabs())
    ]
    return widths[0] - widths[1] in (0, 1)


def _complete(units: Iterable[Unit], lines: Sequence[str]) -> list[Unit]:
    """Return the units with those of lines that are in none; blank lines at the end go along."""
    found = _disjoint(units)
    covered = {line for unit in found for line in unit.lines()}
    alone = [n for n, line in enumerate(lines) if n not in covered and line.strip()]
    found = _disjoint([*found, *(Unit(n, n + 1) for n in alone)])
    end = max((unit.end for unit in found), default=0)
    return [Unit(u.start, len(lines)) if u.end == end else u for u in found]


def _size(unit: Unit) -> int:
    return unit.end - unit.start
