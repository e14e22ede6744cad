"""Which lines differ between a program that is wrong and the one that is right."""

from __future__ import annotations

import difflib
from collections.abc import Iterator

from tree_sitter import Node

from fairlead_monitors.trees import grammar
from fairlead_server.repair.batch.bug import Place

_NOT_COMPARED = frozenset({"package_declaration", "import_declaration"})
"""What says where a Java file is, and what is at hand there."""

_Line = tuple[int, tuple[str, ...]]
"""A line's number, from 1, and its tokens."""


def places(path: str, wrong: str, right: str, language: str) -> tuple[Place, ...]:
    """Return the lines of `wrong`, a text of the file `path`, that are others in `right`.

    Comments, documentation and blank lines are not compared, nor are blanks within lines.
    """
    old, new = _lines(wrong, language), _lines(right, language)
    matcher = difflib.SequenceMatcher(
        None, [tokens for _, tokens in old], [tokens for _, tokens in new], autojunk=False
    )
    source, target = wrong.splitlines(), right.splitlines()
    return tuple(
        _place(path, old, (first, last), source, _joined(target, new[start:end]))
        for kind, first, last, start, end in matcher.get_opcodes()
        if kind != "equal"
    )


def _place(
    path: str, old: list[_Line], span: tuple[int, int], source: list[str], fixed: str
) -> Place:
    first, last = span
    if first < last:
        return Place(path, old[first][0], old[last - 1][0], fixed)
    if first < len(old):
        return Place(path, old[first][0], old[first][0] - 1, fixed)
    # There is no line behind the end to insert before: the last one is written anew.
    line = old[-1][0] if old else 1
    above = source[line - 1] if source else ""
    return Place(path, line, line, f"{above}\n{fixed}")


def _joined(target: list[str], lines: list[_Line]) -> str:
    """Return the lines with all that stands between them."""
    return "\n".join(target[lines[0][0] - 1 : lines[-1][0]]) if lines else ""


def _lines(text: str, language: str) -> list[_Line]:
    """Return the lines that say something."""
    found = grammar(language)
    if found is None:
        raise ValueError(f"there is no grammar for {language}")
    data = text.encode(errors="replace")
    lines: dict[int, list[str]] = {}
    for leaf in _leaves(found.parse(data).root_node):
        row = leaf.start_point[0]
        if row not in lines:
            # Python's blocks are made of blanks.
            blanks = data[leaf.start_byte - leaf.start_point[1] : leaf.start_byte].decode()
            lines[row] = [blanks] if language == "python" else []
        lines[row].append((leaf.text or b"").decode())
    return [(row + 1, tuple(tokens)) for row, tokens in sorted(lines.items())]


def _leaves(root: Node) -> Iterator[Node]:
    waiting = [node for node in reversed(root.children) if not _is_documentation(node)]
    while waiting:
        node = waiting.pop()
        if "comment" in node.type or node.type in _NOT_COMPARED:
            continue
        # A string's lines are its own, not code.
        if node.child_count and "string" not in node.type:
            waiting.extend(reversed(node.children))
        elif (node.text or b"").strip():
            yield node


def _is_documentation(node: Node) -> bool:
    """Tell whether a statement of a module is a string."""
    return node.type == "expression_statement" and [c.type for c in node.children] == ["string"]
