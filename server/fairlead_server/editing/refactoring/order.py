"""Whether an expression is computed in any case, and first, where its statement begins.

Languages that tree-sitter parses; of others, and of what does not parse, nothing is said.
"""

from __future__ import annotations

from collections.abc import Iterator

from tree_sitter import Node

from fairlead_monitors.trees import grammar

_STATEMENTS = ("_statement", "declaration", "block", "program")
_FUNCTIONS = ("arrow_function", "lambda_expression", "function_expression")
_CHOICES = ("ternary_expression", "conditional_expression")
_LOOPS = ("while_statement", "do_statement", "for_statement")
_AGAIN = ("condition", "update", "increment")
_DOES = frozenset(
    {
        "assignment_expression",
        "augmented_assignment_expression",
        "await_expression",
        "call_expression",
        "method_invocation",
        "new_expression",
        "object_creation_expression",
        "update_expression",
        "yield_expression",
    }
)


def complaint(text: str, start: int, end: int, language: str) -> str:
    """Say why what is from `start` to `end` in `text` cannot be computed before its statement.

    Blank if nothing speaks against it.
    """
    found = grammar(language)
    if found is None:
        return ""
    first, last = (len(text[:at].encode(errors="replace")) for at in (start, end))
    root = found.parse(text.encode(errors="replace")).root_node
    node = root.descendant_for_byte_range(first, last)
    while node is not None and (parent := node.parent) is not None:
        if _is_conditional(parent, node):
            return "it would be computed where it is not now, or not as often"
        if parent.type in _FUNCTIONS or node.type.endswith(_STATEMENTS):
            break
        node = parent
    if node is not None and any(_does(one, first) for one in _parts(node, first)):
        return "something before it in the statement may do something"
    return ""


def _is_conditional(parent: Node, node: Node) -> bool:
    """Tell whether `parent` computes its part `node` only in some cases, or several times."""
    if parent.type in _CHOICES:
        return parent.child_by_field_name("condition") != node
    if parent.type in _LOOPS:
        return any(parent.child_by_field_name(field) == node for field in _AGAIN)
    operator = parent.child_by_field_name("operator")
    is_short = operator is not None and operator.type in ("&&", "||", "??")
    return is_short and parent.child_by_field_name("right") == node


def _parts(node: Node, before: int) -> Iterator[Node]:
    """Yield the nodes in `node` that begin before an offset, but for those in functions."""
    for child in node.children:
        if child.start_byte < before:
            yield child
            if child.type not in _FUNCTIONS:
                yield from _parts(child, before)


def _does(node: Node, before: int) -> bool:
    return node.type in _DOES and node.end_byte <= before
