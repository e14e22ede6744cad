"""Is what was wrong still there, and only under a condition that was not there before?

Conditions can have analysis believe anything: after ``hasattr(basket, "subtotl")``, every basket
has one.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from tree_sitter import Node

from fairlead_monitors.trees import grammar
from fairlead_server.repair.validation.contract import Bench

_MEMBERS = frozenset(
    {
        "attribute",
        "member_expression",
        "field_access",
        "method_invocation",
        "field_expression",
        "selector_expression",
    }
)
_CONDITIONS = {
    "if_statement": "condition",
    "elif_clause": "condition",
    "while_statement": "condition",
    "ternary_expression": "condition",
    "conditional_expression": "condition",
    "boolean_operator": "left",
    "binary_expression": "left",
}
_OF_SOME = re.compile(
    r"\bunion\b|\bNone\b|\bnull\b|\bOptional\b|\bpossibly\b|\bmay\b| \| ", re.IGNORECASE
)
"""What is said of members that some values have: a condition can tell those from the others."""


def kept_under_condition(text: str, bench: Bench) -> str | None:
    """Return the wrong member that `text` still has, under a new condition; None without one."""
    hunk, language = bench.hunk, bench.hunk.document.language
    wrong = [one for one in bench.targets if not _OF_SOME.search(one.message)]
    # Some analysis names the whole access, some the member alone: both end with it.
    ends = {_bytes(hunk.document.text[: one.end]) for one in wrong}
    before = {
        _plain(node): _conditions(node)
        for node in (_members(hunk.document.text, language) if wrong else ())
        if _end(node) in ends
    }
    start = _bytes(hunk.before)
    ours = range(start, start + _bytes(text))
    for node in _members(hunk.patched(text).text, language) if before else ():
        known = before.get(_plain(node)) if node.start_byte in ours else None
        if known is not None and _conditions(node) - known:
            return _plain(node)
    return None


def _members(text: str, language: str) -> Iterator[Node]:
    found = grammar(language)
    waiting = [found.parse(text.encode(errors="replace")).root_node] if found else []
    while waiting:
        node = waiting.pop()
        if node.type in _MEMBERS:
            yield node
        waiting.extend(node.named_children)


def _end(node: Node) -> int:
    """Return where an access ends, without what it is called with."""
    name = node.child_by_field_name("name") if node.type == "method_invocation" else None
    return node.end_byte if name is None else name.end_byte


def _bytes(text: str) -> int:
    return len(text.encode(errors="replace"))


def _conditions(node: Node) -> Counter[str]:
    """Return the conditions that `node` is under, as they are written."""
    found: Counter[str] = Counter()
    inner, outer = node, node.parent
    while outer is not None:
        condition = _condition(outer)
        if condition is not None and condition != inner:
            found[_plain(condition)] += 1
        inner, outer = outer, outer.parent
    return found


def _condition(node: Node) -> Node | None:
    """Return what `node` makes other parts of it depend on."""
    if node.type == "conditional_expression" and (node.child_by_field_name("condition") is None):
        # Python's, which has it in the middle.
        parts = [part for part in node.named_children if part.type != "comment"]
        return parts[1] if len(parts) == 3 else None
    if node.type == "binary_expression":
        operator = node.child_by_field_name("operator")
        if operator is None or operator.type not in ("&&", "||"):
            return None
    field = _CONDITIONS.get(node.type)
    return node.child_by_field_name(field) if field else None


def _plain(node: Node) -> str:
    return "".join((node.text or b"").decode(errors="replace").split())
