"""Definitions in a text, by tree-sitter: one is a suggestion, the next one is another matter."""

from __future__ import annotations

from collections.abc import Iterator

from tree_sitter import Node

from fairlead_monitors.trees import grammar
from fairlead_server.finishing.draft import Draft
from fairlead_server.finishing.missing import LARGEST, opened

_C = "function_definition class_specifier struct_specifier enum_specifier namespace_definition"
_JS = "function_declaration generator_function_declaration class_declaration method_definition"
_TS = f"{_JS} abstract_class_declaration interface_declaration enum_declaration"
_DEFINITIONS = {
    "python": "function_definition class_definition",
    "java": "method_declaration constructor_declaration class_declaration interface_declaration "
    "enum_declaration record_declaration annotation_type_declaration",
    "javascript": _JS,
    "javascriptreact": _JS,
    "typescript": _TS,
    "typescriptreact": _TS,
    "c": _C,
    "cpp": _C,
    "go": "function_declaration method_declaration type_declaration",
}
_WRAPPERS = frozenset(
    ["decorated_definition", "export_statement", "template_declaration", "ambient_declaration"]
)
_BODIES = frozenset(["block", "statement_block", "compound_statement", "constructor_body"])
"""Nodes in which a definition is local."""
_BLOCKS = _BODIES | {"class_body", "declaration_list", "field_declaration_list", "ERROR"}


def next_definition(draft: Draft) -> int | None:
    """Return where in the text a definition begins that is a neighbour of what comes before it.

    Before it comes the definition that the text itself begins with or is in the head of. In the
    body of a class or module a definition is a neighbour of any statement.
    """
    found = grammar(draft.language)
    if found is None or "\n" not in draft.text or len(draft.prefix) > LARGEST:
        return None
    written = draft.prefix + draft.text
    closers = "".join(reversed(opened(draft.language, written)))
    data = written.encode(errors="replace") + closers.encode()
    start = len(draft.prefix.encode(errors="replace"))
    kinds = frozenset(_DEFINITIONS[draft.language].split())
    line = _first_code(data, start)
    definitions = list(_neighbours(found.parse(data).root_node, kinds, line))
    later = [node for node in definitions if node.start_byte > max(line, start)]
    if later and later[0] is definitions[0] and _is_local(later[0]):
        del later[0]
    if not later:
        return None
    at = len(data[start : later[0].start_byte].decode(errors="ignore"))
    return at if at < len(draft.text) else None


def _first_code(data: bytes, start: int) -> int:
    """Return where the code of the cursor's line begins, or that of the text if it is blank."""
    line = data.rfind(b"\n", 0, start) + 1
    rest = data[line:]
    return line + len(rest) - len(rest.lstrip())


def _neighbours(node: Node, kinds: frozenset[str], since: int) -> Iterator[Node]:
    """Yield the definitions that begin at `since` or later in a block that the cursor is in.

    Methods of an object of JavaScript are among its properties, and no definitions.
    """
    for child in node.children:
        if child.end_byte <= since or child.type == "object":
            continue
        wraps = child.type in _WRAPPERS and any(c.type in kinds for c in child.children)
        if child.start_byte >= since and (wraps or child.type in kinds):
            yield child
        elif child.start_byte < since or (child.start_byte == since and child.type in _BLOCKS):
            yield from _neighbours(child, kinds, since)


def _is_local(node: Node) -> bool:
    """Tell whether the definition is inside the body of a function."""
    parent = node.parent
    if parent is None or parent.type not in _BODIES:
        return False
    return parent.parent is None or "class" not in parent.parent.type
