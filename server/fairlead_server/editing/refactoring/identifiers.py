"""The identifiers in a text of any language, and which of them name what is declared there.

Of a language without a grammar, all words are identifiers, and nothing is known of declarations.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from tree_sitter import Node

from fairlead_monitors.trees import grammar
from fairlead_server.editing.refactoring.job import Refused, Word

_WORD = re.compile(r"[^\W\d][\w$]*|\$[\w$]*")
_DOTS = frozenset({".", "?.", "->", "::"})
_NAMES = ("name", "declarator", "pattern")
_DECLARES = ("declaration", "declarator", "definition", "signature", "specifier")
_FUNCTION = re.compile("function|method|constructor")


@dataclass(frozen=True)
class Declared:
    """An identifier by which something is declared, a function or not.

    `first` and `last` are the lines of the declaration and of the comments right above it. It is
    `local` if it stands in a function.
    """

    word: Word
    is_function: bool
    local: bool
    first: int
    last: int


def identifiers(text: str, language: str) -> list[Word]:
    """Return the identifiers of plain `text`, in order."""
    if grammar(language) is None:
        lines = enumerate(text.split("\n"), 1)
        return [Word(n, m.start(), m[0]) for n, line in lines for m in _WORD.finditer(line)]
    return [word for _, word in _named(text, language)]


def declarations(text: str, language: str) -> list[Declared]:
    """Return what is declared in `text`, in order."""
    found = ((node, word, _declaring(node)) for node, word in _named(text, language))
    return [_declared(by, word) for node, word, by in found if by is not None]


def import_lines(text: str, language: str) -> frozenset[int]:
    """Return the lines from the first import to the last one, and blank ones after them."""
    found = grammar(language)
    if found is None:
        return frozenset()
    tops = found.parse(text.encode(errors="replace")).root_node.children
    runs = [node for node in tops if node.type.startswith("import")]
    if not runs:
        return frozenset()
    first, last = runs[0].start_point.row + 1, runs[-1].end_point.row + 1
    lines = text.split("\n")
    while last < len(lines) and not lines[last].strip():
        last += 1
    while first > 1 and not lines[first - 2].strip():
        first -= 1
    return frozenset(range(first, last + 1))


def checked_name(name: str) -> str:
    """Return `name`. Raises `Refused` when nothing can be called so, in whatever language."""
    if not name.isidentifier():
        raise Refused(f"{name!r} is not an identifier")
    return name


def refuse_if_used(name: str, text: str, language: str, where: str = "") -> None:
    """Raise `Refused` when an identifier of `text` is `name` already."""
    for word in identifiers(text, language):
        if word.text == name:
            raise Refused(f"`{name}` is in use already, on line {word.line}{where}")


def made(old: str, new: str, language: str, *, is_function: bool) -> Word | None:
    """Return the name by which `new` declares what `old` does not; None if that is not clear."""
    known = {word.text for word in identifiers(old, language)}
    kind = [one.word for one in declarations(new, language) if one.is_function is is_function]
    fresh = [word for word in kind if word.text not in known]
    if len({word.text for word in fresh}) == 1:
        return fresh[0]
    words = [word for word in identifiers(new, language) if word.text not in known]
    if not fresh and len({word.text for word in words}) == 1:
        return words[0]
    before = Counter(
        o.word.text for o in declarations(old, language) if o.is_function is is_function
    )
    more = Counter(word.text for word in kind) - before
    lines = set(old.split("\n"))
    texts = new.split("\n")
    added = [w for w in kind if w.text in more and texts[w.line - 1] not in lines]
    return added[0] if len(more) == 1 and len(added) == 1 else None


def _named(text: str, language: str) -> Iterator[tuple[Node, Word]]:
    """Yield the nodes of identifiers."""
    found = grammar(language)
    if found is None:
        return
    data = text.encode(errors="replace")
    lines = data.split(b"\n")
    dotted = False
    for leaf in _leaves(found.parse(data).root_node):
        if "identifier" in leaf.type and leaf.text:
            row, column = leaf.start_point
            at = len(lines[row][:column].decode(errors="replace"))
            yield leaf, Word(row + 1, at, leaf.text.decode(errors="replace"), dotted)
        dotted = leaf.type in _DOTS


def _leaves(root: Node) -> Iterator[Node]:
    """Yield the nodes without children, in order."""
    cursor = root.walk()
    while True:
        if cursor.goto_first_child():
            continue
        if cursor.node is not None:
            yield cursor.node
        while not cursor.goto_next_sibling():
            if not cursor.goto_parent():
                return


def _declaring(node: Node) -> Node | None:
    """Return what declares the name of `node`, if something does by it."""
    parent = node.parent
    if parent is None or not parent.type.endswith(_DECLARES):
        return None
    is_name = any(parent.child_by_field_name(field) == node for field in _NAMES)
    return parent if is_name and "import" not in parent.type else None


def _declared(by: Node, word: Word) -> Declared:
    is_function = bool(_FUNCTION.search(by.type))
    whole = by
    # The statement is more than its declarator, in C also than what declares a function.
    while whole.parent and whole.parent.type.endswith(("declaration", "definition", "declarator")):
        whole = whole.parent
    above = whole.prev_named_sibling
    is_local = _is_local(whole.parent)
    first = whole
    while above is not None and "comment" in above.type and _is_right_above(above, first):
        first, above = above, above.prev_named_sibling
    last = whole.end_point
    return Declared(word, is_function, is_local, first.start_point.row + 1, last.row + 1)


def _is_local(node: Node | None) -> bool:
    while node is not None:
        if _FUNCTION.search(node.type) or node.type in ("arrow_function", "lambda_expression"):
            return True
        node = node.parent
    return False


def _is_right_above(node: Node, other: Node) -> bool:
    return node.end_point.row + 1 == other.start_point.row
