"""Does the patch mend what is wrong, or does it only keep it from being reached?

Analysis says nothing of code that cannot run.
"""

from __future__ import annotations

from tree_sitter import Node

from fairlead_monitors.trees import grammar
from fairlead_server.repair.validation.contract import Bench, Finding

_LEAVES = frozenset(
    {
        "return_statement",
        "raise_statement",
        "throw_statement",
        "break_statement",
        "continue_statement",
    }
)
_REACHED_OTHERWISE = frozenset(
    {"function_declaration", "function_definition", "class_declaration", "labeled_statement"}
)
_BLOCKS = frozenset({"program", "module", "compound_statement", "constructor_body"})


class Unreachable:
    """Looks for statements after one that leaves their block, which did not follow it before."""

    name = "unreachable"
    order = 16

    def wanted(self, bench: Bench) -> bool:
        """Tell whether the document can be parsed."""
        return grammar(bench.hunk.document.language) is not None

    def check(self, text: str, bench: Bench) -> Finding:
        """Count them with and without the patch."""
        language = bench.hunk.document.language
        old = unreachable(bench.hunk.document.text, language)
        if unreachable(bench.hunk.patched(text).text, language) <= old:
            return Finding()
        return Finding("rejected", "with it, some code can never run")


def unreachable(text: str, language: str) -> int:
    """Return how many statements follow one after which nothing is run."""
    found = grammar(language)
    if found is None:
        return 0
    count, waiting = 0, [found.parse(text.encode(errors="replace")).root_node]
    while waiting:
        node = waiting.pop()
        count += _after_leaving(node)
        waiting.extend(node.named_children)
    return count


def _after_leaving(block: Node) -> int:
    """Return how many of the statements of `block` come after one that leaves it."""
    if "block" not in block.type and block.type not in _BLOCKS:
        return 0
    statements = [n for n in block.named_children if "comment" not in n.type]
    leaving = next((i for i, n in enumerate(statements) if n.type in _LEAVES), None)
    if leaving is None or "switch" in block.type:
        return 0
    return sum(node.type not in _REACHED_OTHERWISE for node in statements[leaving + 1 :])
