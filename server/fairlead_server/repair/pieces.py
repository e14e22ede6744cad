"""What a hunk is made of: its tokens, conditions and calls, by tree-sitter.

Places count characters from the start of the hunk. Without a grammar there is nothing to find.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from tree_sitter import Node

from fairlead_monitors.trees import grammar
from fairlead_server.repair.hunk import Hunk

_CALLS = {"call", "method_invocation", "object_creation_expression", "call_expression"}
_STRINGS = {"string", "string_literal", "character_literal", "comment", "line_comment"}
_BLANK = {"newline", "indent", "dedent"}


@dataclass(frozen=True)
class Condition:
    """A condition; `in_words` says that its language joins conditions by words."""

    start: int
    end: int
    in_words: bool


@dataclass(frozen=True)
class Call:
    """A call: where the last part of its name starts, and its brackets."""

    name: int
    opening: int
    closing: int


def tokens(hunk: Hunk) -> list[tuple[int, int]]:
    """Return the extents of the tokens in `hunk`."""
    return [extent for node in _leaves(hunk) if (extent := _extent(hunk, node))]


def conditions(hunk: Hunk) -> list[Condition]:
    """Return the conditions of branches and loops that are in `hunk` as a whole."""
    found = []
    for node in _nodes(hunk):
        condition = node.child_by_field_name("condition")
        if condition is None:
            continue
        if condition.type == "parenthesized_expression" and condition.named_children:
            condition = condition.named_children[0]
        if extent := _extent(hunk, condition):
            found.append(Condition(*extent, hunk.document.language == "python"))
    return found


def calls(hunk: Hunk) -> list[Call]:
    """Return the calls that are in `hunk` as a whole."""
    found = []
    for node in _nodes(hunk):
        named = node.child_by_field_name("function") or node.child_by_field_name("name")
        arguments = node.child_by_field_name("arguments")
        if node.type not in _CALLS or arguments is None:
            continue
        named = named or node.child_by_field_name("type")
        name = _last_part(named) if named is not None else None
        places = _extent(hunk, arguments), name and _extent(hunk, name)
        if places[0] and places[1] and _is_bracketed(arguments):
            found.append(Call(places[1][0], places[0][0], places[0][1] - 1))
    return found


def _is_bracketed(arguments: Node) -> bool:
    text = arguments.text or b""
    return text.startswith(b"(") and text.endswith(b")")


def _last_part(node: Node) -> Node:
    for field in ("attribute", "name", "property", "field"):
        if part := node.child_by_field_name(field):
            return part
    return node


def _leaves(hunk: Hunk) -> Iterator[Node]:
    for node in _nodes(hunk):
        if node.type in _STRINGS or (not node.child_count and node.type not in _BLANK):
            yield node


def _nodes(hunk: Hunk) -> Iterator[Node]:
    """Yield the nodes that touch the hunk, parents first; strings are not looked into."""
    found = grammar(hunk.document.language)
    if found is None:
        return
    start = len(hunk.before.encode(errors="replace"))
    end = start + len(hunk.text.encode(errors="replace"))
    waiting = [found.parse(hunk.document.text.encode(errors="replace")).root_node]
    while waiting:
        node = waiting.pop()
        if node.end_byte <= start or node.start_byte >= end:
            continue
        yield node
        if node.type not in _STRINGS:
            waiting.extend(reversed(node.children))


def _extent(hunk: Hunk, node: Node) -> tuple[int, int] | None:
    """Return where `node` is in the hunk, None if not all of it is."""
    before = len(hunk.before.encode(errors="replace"))
    data = hunk.text.encode(errors="replace")
    start, end = node.start_byte - before, node.end_byte - before
    if not 0 <= start < end <= len(data):
        return None
    return len(data[:start].decode(errors="replace")), len(data[:end].decode(errors="replace"))
