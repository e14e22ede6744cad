"""Probes: names that are certainly wrong, set where code of a patch is run if it is run at all.

Analysis says nothing of code that it takes to be never run, so of a probe there neither.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from tree_sitter import Node

from fairlead_monitors.engine import Completeness, Diagnostics
from fairlead_monitors.trees import grammar
from fairlead_server.rechecking import WARNING

_NAME = "fairlead_probe_{}_"
_BLOCKS = frozenset({"block", "module"})
_NO_STATEMENTS = frozenset({"comment", "case_clause"})
_BODIES = frozenset({"list_comprehension", "set_comprehension", "generator_expression"})


@dataclass(frozen=True)
class Probes:
    """A Python text with probes in it: the names of the `probes`, and that of the `control`.

    The control is where the patch is, but under no condition of the patch.
    """

    text: str
    probes: tuple[str, ...]
    control: str

    def silent(self, found: Diagnostics) -> int | None:
        """Return of how many probes nothing is said; None where nothing is of the control."""
        if found.completeness is Completeness.UNKNOWN:
            return None
        # A remark may be that code is unreachable, just where a probe is.
        wrong = [one for one in found.found if one.severity <= WARNING]

        def is_told(name: str) -> bool:
            said = ((one.message, self.text[one.start : one.end]) for one in wrong)
            return any(name in message or name == place for message, place in said)

        if not is_told(self.control):
            return None
        return sum(not is_told(name) for name in self.probes)


def probed(
    text: str, start: int, end: int, *, always: bool = False, guards: bool = True
) -> Probes | None:
    """Return Python `text` with probes in what is between `start` and `end`, in characters.

    They are before each statement there, and in the operands and blocks that are run on a condition
    there. None where there is nothing but one statement, which is run if what is around it is;
    with `always`, there is the control nevertheless. Without `guards`, there are none in blocks
    that end in ``raise``: to guard against what should not be is what these are for.
    """
    found = grammar("python")
    if found is None:
        return None
    start += len(text[start:end]) - len(text[start:end].lstrip())
    end = start + len(text[start:end].rstrip())
    raw = text.encode(errors="replace")
    begin, stop = (len(text[:place].encode(errors="replace")) for place in (start, end))
    nodes = list(_nodes(found.parse(raw).root_node, begin, stop))
    places = _Places(raw, begin, stop, guards)
    for node in nodes:
        places.visit(node)
    around = _around(nodes, begin, stop)
    if around is None or not (always or places.conditional or len(places.names) > 1):
        return None
    probes = tuple(places.names)
    control = places.insert(around)
    return Probes(places.text(), probes, control)


@dataclass
class _Places:
    """Where something is inserted, by the byte, in an order in which one place nests in another.

    It is `conditional` if something there is run on a condition that is there as well.
    """

    raw: bytes
    start: int
    end: int
    guards: bool = True
    conditional: bool = False

    def __post_init__(self) -> None:
        self.names: list[str] = []
        self.inserted: list[tuple[int, int, str]] = []

    def visit(self, node: Node) -> None:
        """Set the probes that `node` calls for."""
        if _is_statement(node) and (self.guards or not _guards(node.parent)):
            block = node.parent
            headed = block is not None and self._begins_block(node, block)
            self.conditional |= headed
            if headed or self._has(node.start_byte):
                self.insert(node)
        for operand in _on_condition(node):
            if self._has(node.start_byte) or self._has(operand.start_byte):
                self.conditional = True
                name = self._name()
                # What the whole comes to has to stay open, as it may be a condition itself.
                self.inserted.append((operand.start_byte, len(self.inserted), f"({name} and ("))
                self.inserted.append((operand.end_byte, -len(self.inserted), "))"))

    def insert(self, statement: Node) -> str:
        """Set a probe before a statement, and return its name."""
        name, line = self._name(), self.raw.rfind(b"\n", 0, statement.start_byte) + 1
        before = self.raw[line : statement.start_byte].decode(errors="replace")
        # Nothing that has a block of its own can follow a semicolon; it begins its line.
        after = f"\n{before}" if not before.strip() else "; "
        self.inserted.append((statement.start_byte, -len(self.raw), name + after))
        return name

    def text(self) -> str:
        """Return the text with all that is inserted."""
        parts, known = [], 0
        for place, _, added in sorted(self.inserted):
            parts += [self.raw[known:place], added.encode()]
            known = place
        return b"".join([*parts, self.raw[known:]]).decode(errors="replace")

    def _begins_block(self, node: Node, block: Node) -> bool:
        """Tell whether the patch has the header, or a part of it, of the block `node` begins."""
        header = block.parent
        if header is None or node.prev_named_sibling is not None or "definition" in header.type:
            return False
        return header.start_byte < self.end and self.start < block.start_byte

    def _has(self, place: int) -> bool:
        return self.start <= place < self.end

    def _name(self) -> str:
        self.names.append(_NAME.format(len(self.names)))
        return self.names[-1]


def _nodes(root: Node, start: int, end: int) -> Iterator[Node]:
    """Yield what a place is in or touches, and what its blocks begin with; outer ones first."""
    waiting = [root]
    while waiting:
        node = waiting.pop()
        yield node
        if node.type == "block" or (node.start_byte <= end and start <= node.end_byte):
            waiting.extend(reversed(node.named_children))


def _guards(block: Node | None) -> bool:
    """Tell whether `block` ends in ``raise``."""
    last = block.named_children[-1:] if block is not None and block.type == "block" else []
    return any(statement.type == "raise_statement" for statement in last)


def _is_statement(node: Node) -> bool:
    block = node.parent
    return block is not None and block.type in _BLOCKS and node.type not in _NO_STATEMENTS


def _around(nodes: list[Node], start: int, end: int) -> Node | None:
    """Return the innermost statement in a block that has a whole place, which begins with it."""
    found = None
    for node in nodes:
        if node.start_byte <= start and _is_statement(node):
            block = node.parent
            if block is not None and (block.type == "module" or end <= block.end_byte):
                found = node
    return found


def _on_condition(node: Node) -> list[Node]:
    """Return those parts of an expression that are evaluated only on a condition."""
    if node.type == "conditional_expression":
        parts = [part for part in node.named_children if part.type != "comment"]
        return [parts[0], parts[-1]] if len(parts) == 3 else []
    field = "right" if node.type == "boolean_operator" else "body" if node.type in _BODIES else ""
    part = node.child_by_field_name(field) if field else None
    return [part] if part is not None else []
