"""Does the patch mend what is wrong, or does it only keep it from being reached?

Analysis says nothing of code that cannot run.
"""

from __future__ import annotations

from dataclasses import replace

from tree_sitter import Node

from fairlead_monitors.trees import grammar
from fairlead_server.document import DocumentSnapshot
from fairlead_server.repair.validation.conditions import kept_under_condition
from fairlead_server.repair.validation.contract import Bench, Finding
from fairlead_server.repair.validation.probes import probed

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
    """Looks for code that is never run, and was before.

    That is statements after one that leaves their block, and, in Python, what stands under a
    condition that analysis takes to be never true. For the latter analysis is asked once more,
    which is why the step comes after it has found nothing new.
    """

    name = "unreachable"
    order = 25

    def wanted(self, bench: Bench) -> bool:
        """Tell whether the document can be parsed."""
        return grammar(bench.hunk.document.language) is not None

    def check(self, text: str, bench: Bench) -> Finding:
        """Count it with and without the patch."""
        document, patched = bench.hunk.document, bench.hunk.patched(text)
        old = unreachable(document.text, document.language)
        if unreachable(patched.text, document.language) > old:
            return Finding("rejected", "with it, some code can never run")
        if kept := kept_under_condition(text, bench):
            return Finding("rejected", f"{kept} is still there, under a condition")
        start = bench.hunk.start
        count = never(patched, start, start + len(text), bench)
        if count and count > never(document, start, bench.hunk.end, bench):
            return Finding("rejected", "has code under a condition that is never true")
        return Finding()


def never(document: DocumentSnapshot, start: int, end: int, bench: Bench) -> int:
    """Return of how many places between `start` and `end` analysis takes that they never run.

    None are known of where it says nothing of places that are surely run either. Nor is it asked
    where tests tell: they may call for a condition that the types do not allow for.
    """
    if document.language != "python" or bench.suite is not None:
        return 0
    probes = probed(document.text, start, end)
    if probes is None:
        return 0
    made_up = replace(document, text=probes.text, version=document.version + 1)
    return probes.silent(bench.diagnose(made_up)) or 0


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
