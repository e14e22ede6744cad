"""Syntax trees of source text, by tree-sitter; grammars are loaded when they are first needed."""

from __future__ import annotations

import importlib
import logging
from dataclasses import dataclass
from functools import cache

from tree_sitter import Language, Node, Parser, Point, Query, QueryCursor, Tree

log = logging.getLogger(__name__)

_GRAMMARS = {
    "python": ("tree_sitter_python", "language"),
    "java": ("tree_sitter_java", "language"),
    "javascript": ("tree_sitter_javascript", "language"),
    "javascriptreact": ("tree_sitter_javascript", "language"),
    "typescript": ("tree_sitter_typescript", "language_typescript"),
    "typescriptreact": ("tree_sitter_typescript", "language_tsx"),
    "c": ("tree_sitter_c", "language"),
    "cpp": ("tree_sitter_cpp", "language"),
    "go": ("tree_sitter_go", "language"),
}
LANGUAGES = frozenset(_GRAMMARS)
"""The languages that text can be parsed in, if the packages with their grammars are installed."""


@dataclass(frozen=True)
class Grammar:
    """A language, and what is asked of its trees."""

    language: Language
    errors: Query
    brackets: Query

    def parse(self, text: bytes, old: Tree | None = None) -> Tree:
        """Parse `text`; `old` is the tree of an earlier text, told of all edits."""
        parser = Parser(self.language)
        return parser.parse(text) if old is None else parser.parse(text, old)

    def errors_in(self, tree: Tree) -> frozenset[tuple[int, int]]:
        """Return the extents of what is wrong or missing, in bytes."""
        if not tree.root_node.has_error:
            return frozenset()
        found = QueryCursor(self.errors).captures(tree.root_node)
        return frozenset((n.start_byte, n.end_byte) for nodes in found.values() for n in nodes)

    def brackets_in(self, tree: Tree) -> list[Node]:
        """Return the brackets of code, in the order of the text."""
        found = QueryCursor(self.brackets).captures(tree.root_node).get("bracket", [])
        real = (node for node in found if node.end_byte > node.start_byte)
        return sorted(real, key=lambda node: node.start_byte)


@cache
def grammar(language: str) -> Grammar | None:
    """Return the grammar of a language, None if there is none or its package is not installed."""
    module, function = _GRAMMARS.get(language, ("", ""))
    if not module:
        return None
    try:
        loaded = Language(getattr(importlib.import_module(module), function)())
    except (ImportError, ValueError) as error:
        log.warning("no syntax trees for %s: %s", language, error)
        return None
    opening = '"(" ")" "[" "]" "{" "}"'
    if language.startswith(("javascript", "typescript")):
        opening += ' "${"'
    return Grammar(
        loaded,
        Query(loaded, "(ERROR) @error (MISSING) @missing"),
        Query(loaded, f"[{opening}] @bracket"),
    )


def edited(tree: Tree, before: bytes, inserted: bytes) -> Tree:
    """Return a copy of `tree` that is told of text inserted after `before`."""
    copy = tree.copy()
    start, end = len(before), len(before) + len(inserted)
    copy.edit(start, start, end, _point(before), _point(before), _point(before + inserted))
    return copy


def _point(text: bytes) -> Point:
    line_start = text.rfind(b"\n") + 1
    return Point(text.count(b"\n"), len(text) - line_start)
