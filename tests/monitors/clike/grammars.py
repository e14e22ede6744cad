"""What tree-sitter makes of a text, in the terms of the lexer."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from functools import cache

import tree_sitter
import tree_sitter_c
import tree_sitter_cpp
import tree_sitter_go
import tree_sitter_java
import tree_sitter_javascript
import tree_sitter_rust
import tree_sitter_typescript

from fairlead_monitors.clike import languages
from fairlead_monitors.clike.language import Language
from fairlead_monitors.clike.lexer import tokens
from fairlead_monitors.clike.tokens import Sort

Piece = tuple[str, bytes, int]
"""What a token is, its text, and where it starts."""

_COMMENTS = frozenset({"comment", "line_comment", "block_comment", "hash_bang_line"})
_NUMBER = re.compile(r"\w*(?:number|integer|float|floating_point|imaginary|int)(?:_literal)?\Z")
_TEXTS = frozenset(
    {
        *("string", "string_literal", "raw_string_literal", "interpreted_string_literal"),
        *("character_literal", "char_literal", "rune_literal", "regex"),
        *("template_string", "template_literal_type"),
    }
)
_PIECES = re.compile(rb"(?P<word>[A-Za-z_$\x80-\xff][\w$\x80-\xff]*)|(?P<bracket>[()\[\]{}])")
_FIELDS = frozenset({"template_substitution", "template_type"})
_RAW_NAME = re.compile(rb"r#\w")
_OPERATORS = frozenset({".", "->", "::", "?.", "optional_chain"})
_DIRECTIVE = re.compile(rb"^[ \t]*#(?:[^\\\n]|\\.|\\\n)*", re.MULTILINE | re.DOTALL)

GRAMMARS: dict[str, tuple[Language, object]] = {
    "java": (languages.JAVA, tree_sitter_java.language()),
    "js": (languages.JAVASCRIPT, tree_sitter_javascript.language()),
    "ts": (languages.TYPESCRIPT, tree_sitter_typescript.language_typescript()),
    "c": (languages.C, tree_sitter_c.language()),
    "cpp": (languages.CPP, tree_sitter_cpp.language()),
    "go": (languages.GO, tree_sitter_go.language()),
    "rs": (languages.RUST, tree_sitter_rust.language()),
}
"""By the ending of files."""


@cache
def parser(ending: str) -> tree_sitter.Parser:
    return tree_sitter.Parser(tree_sitter.Language(GRAMMARS[ending][1]))


def parsed(ending: str, data: bytes) -> list[Piece]:
    """Return the pieces of all top-level declarations that tree-sitter parses without error."""
    root = parser(ending).parse(data).root_node
    found: list[Piece] = []
    for child in root.children:
        if not child.has_error:
            found += _pieces(child, data)
    if ending in ("c", "cpp"):
        return list(_without_directives(found, data))
    return found


def lexed(ending: str, data: bytes) -> list[Piece]:
    """Return the pieces that the lexer finds."""
    return list(_lexed(GRAMMARS[ending][0], data))


def _pieces(node: tree_sitter.Node, data: bytes) -> Iterator[Piece]:
    text = data[node.start_byte : node.end_byte]
    kind = _kind(node)
    if kind:
        yield (kind, text.rstrip(), node.start_byte)
        inner = [c.children[1:-1] for c in node.children if c.type in _FIELDS]
        for child in itertools.chain(*inner):
            yield from _pieces(child, data)
    elif node.child_count:
        for child in node.children:
            yield from _pieces(child, data)
    else:
        for match in _PIECES.finditer(text):
            yield (match.lastgroup or "", match[0], node.start_byte + match.start())


def _kind(node: tree_sitter.Node) -> str:
    if node.type in _COMMENTS:
        return "comment"
    if node.type in _TEXTS and node.is_named:
        return "text"
    if _NUMBER.match(node.type) and node.child_count == 0 and node.is_named:
        return "number"
    return "dereference" if node.type in _OPERATORS else ""


def _without_directives(pieces: list[Piece], data: bytes) -> Iterator[Piece]:
    hidden = bytearray(len(data))
    for kind, text, start in pieces:
        if kind in ("comment", "text"):
            hidden[start : start + len(text)] = b"t" * len(text)
    for match in _DIRECTIVE.finditer(data):
        if not hidden[data.index(b"#", match.start())]:
            hidden[match.start() : match.end()] = b"d" * len(match[0])
    for piece in pieces:
        if hidden[piece[2]] != ord("d"):
            yield piece


def _lexed(language: Language, data: bytes) -> Iterator[Piece]:
    for token in tokens(language, data):
        text = data[token.start : token.end]
        if token.sort is Sort.COMMENT:
            if not (language.name in ("c", "cpp") and text.startswith(b"#")):
                yield ("comment", text.rstrip(), token.start)
        elif token.sort in (Sort.WORD, Sort.KEYWORD):
            yield ("word", text, token.start)
        elif token.sort is Sort.LITERAL and not _RAW_NAME.match(text):
            yield ("number" if text[:1] in b".0123456789" else "text", text, token.start)
        elif token.sort in (Sort.OPEN, Sort.CLOSE):
            yield ("bracket", text, token.start)
        elif text.decode(errors="replace") in _OPERATORS:
            yield ("dereference", text, token.start)
        else:  # Lifetimes and raw identifiers hold words.
            for match in _PIECES.finditer(text):
                yield (match.lastgroup or "", match[0], token.start + match.start())
