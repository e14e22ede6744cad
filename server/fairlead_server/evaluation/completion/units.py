"""The units of a file that can be taken out to be written anew, by its syntax tree.

The levels are those of ExecRepoBench (Yang and others, "ExecRepoBench: multi-level executable code
completion evaluation", 2024), besides a member's name.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import accumulate, groupby

from tree_sitter import Node

from fairlead_monitors.trees import grammar
from fairlead_server.evaluation.completion.lexing import words
from fairlead_server.evaluation.completion.metrics import identifiers

LEVELS = ("member", "expression", "line", "statement", "block", "function")
LANGUAGES = ("python", "java")

_MOST: Mapping[str, tuple[int, int]] = {
    "member": (80, 1),
    "expression": (120, 1),
    "line": (160, 1),
    "statement": (300, 6),
    "block": (400, 12),
    "function": (600, 20),
}
"""Characters and lines that a unit has at most: what is much longer, no small budget writes."""

_SHORTEST = 6
_WITHIN = ("expression", "line")
"""Levels whose units are to have `_SHORTEST` characters or more."""

_FRESH = ("statement", "block", "function")
"""Levels whose units begin on a line of their own."""


@dataclass(frozen=True)
class _Language:
    """The names that a grammar has for what is taken out."""

    members: Mapping[str, str]
    expressions: frozenset[str]
    statements: frozenset[str]
    bodies: frozenset[str]
    blocks: frozenset[str]
    functions: frozenset[str]
    whole: frozenset[str]


_PYTHON = _Language(
    members={"attribute": "attribute"},
    expressions=words(
        """attribute await binary_operator boolean_operator call comparison_operator
        conditional_expression dictionary_comprehension generator_expression lambda
        list_comprehension not_operator set_comprehension subscript"""
    ),
    statements=words(
        """assert_statement delete_statement expression_statement raise_statement
        return_statement"""
    ),
    bodies=frozenset({"block"}),
    blocks=words(
        """case_clause elif_clause else_clause except_clause finally_clause for_statement
        if_statement try_statement while_statement with_statement"""
    ),
    functions=frozenset({"function_definition"}),
    whole=frozenset({"string"}),
)
_JAVA = _Language(
    members={"field_access": "field", "method_invocation": "name"},
    expressions=words(
        """array_access binary_expression cast_expression field_access instanceof_expression
        lambda_expression method_invocation object_creation_expression
        ternary_expression"""
    ),
    statements=words(
        """assert_statement expression_statement local_variable_declaration return_statement
        throw_statement"""
    ),
    bodies=frozenset({"block", "constructor_body"}),
    blocks=words(
        """catch_clause do_statement enhanced_for_statement finally_clause for_statement
        if_statement synchronized_statement try_statement try_with_resources_statement
        while_statement"""
    ),
    functions=frozenset({"constructor_declaration", "method_declaration"}),
    whole=frozenset({"string_literal", "character_literal"}),
)
_OF: Mapping[str, _Language] = {"python": _PYTHON, "java": _JAVA}
_COMMENTS = frozenset({"comment", "line_comment", "block_comment"})

Extent = tuple[int, int]


def units(text: str, language: str) -> dict[str, list[Extent]]:
    """Return where the units of each of `LEVELS` begin and end in `text`, in characters.

    Each holds an identifier. There are none in a text that does not parse.
    """
    known, data = grammar(language), text.encode(errors="replace")
    if known is None:
        return {}
    tree = known.parse(data)
    if tree.root_node.has_error:
        return {}
    names, place = _OF[language], _places(text)
    nodes = list(_walk(tree.root_node, names.whole))
    found: dict[str, list[Extent]] = {}
    for level, take in _TAKERS.items():
        extents = [(place(start), place(end)) for start, end in take(nodes, names)]
        found[level] = [e for e in dict.fromkeys(extents) if _is_usable(text, e, level, language)]
    return found


def parses(text: str, language: str) -> bool:
    """Tell whether `text` is without syntax errors, as far as the grammar knows."""
    known = grammar(language)
    return known is None or not known.parse(text.encode(errors="replace")).root_node.has_error


def _places(text: str) -> Callable[[int], int]:
    """Return what converts an offset in bytes to one in characters."""
    if text.isascii():
        return lambda offset: offset
    sizes = accumulate((len(character.encode(errors="replace")) for character in text), initial=0)
    characters = {size: number for number, size in enumerate(sizes)}
    return lambda offset: characters[offset]


def _is_usable(text: str, extent: Extent, level: str, language: str) -> bool:
    unit = text[slice(*extent)]
    most, lines = _MOST[level]
    long = len(unit) >= (_SHORTEST if level in _WITHIN else 1)
    fits = len(unit) <= most and unit.count("\n") < lines
    fresh = level not in _FRESH or not text[: extent[0]].rpartition("\n")[2].strip()
    return long and fits and fresh and bool(identifiers(unit, language))


def _walk(root: Node, whole: frozenset[str]) -> Iterator[Node]:
    """Yield all nodes in the order of the text, and nothing of what is in a string."""
    waiting = [root]
    while waiting:
        node = waiting.pop()
        yield node
        if node.type not in whole:
            waiting += reversed(node.children)


def _members(nodes: list[Node], names: _Language) -> Iterator[Extent]:
    for node in nodes:
        field = names.members.get(node.type)
        name = node.child_by_field_name(field) if field else None
        # A Java method may be called without an object.
        if name is not None and name.start_byte > node.start_byte and name.type == "identifier":
            yield name.start_byte, name.end_byte


def _expressions(nodes: list[Node], names: _Language) -> Iterator[Extent]:
    for node in nodes:
        above = node.parent.type if node.parent else ""
        # What is a whole statement is of another level.
        if node.type in names.expressions and above not in ("expression_statement", "decorator"):
            yield node.start_byte, node.end_byte


def _lines(nodes: list[Node], names: _Language) -> Iterator[Extent]:
    """Yield what is from a token to the end of its line, without a comment that ends it."""
    leaves = [
        node
        for node in nodes
        if (not node.children or node.type in names.whole)
        and node.type not in _COMMENTS
        and node.end_byte > node.start_byte
    ]
    for row, found in groupby(leaves, key=lambda node: node.start_point.row):
        line = list(found)
        if line[-1].end_point.row == row:
            yield from ((node.start_byte, line[-1].end_byte) for node in line)


def _statements(nodes: list[Node], names: _Language) -> Iterator[Extent]:
    for node in nodes:
        if node.type in names.statements and not _is_docstring(node):
            yield node.start_byte, node.end_byte


def _blocks(nodes: list[Node], names: _Language) -> Iterator[Extent]:
    return _bodies(nodes, names, names.blocks)


def _functions(nodes: list[Node], names: _Language) -> Iterator[Extent]:
    return _bodies(nodes, names, names.functions)


def _bodies(nodes: list[Node], names: _Language, owners: frozenset[str]) -> Iterator[Extent]:
    """Yield what is in the bodies of `owners`, behind a docstring."""
    for node in nodes:
        if node.type not in names.bodies or node.parent is None or node.parent.type not in owners:
            continue
        inside = [child for child in node.named_children if child.type not in _COMMENTS]
        if inside and _is_docstring(inside[0]):
            del inside[0]
        if inside:
            yield inside[0].start_byte, inside[-1].end_byte


def _is_docstring(node: Node) -> bool:
    return node.type == "expression_statement" and [c.type for c in node.children] == ["string"]


_TAKERS: Mapping[str, Callable[[list[Node], _Language], Iterator[Extent]]] = {
    "member": _members,
    "expression": _expressions,
    "line": _lines,
    "statement": _statements,
    "block": _blocks,
    "function": _functions,
}
