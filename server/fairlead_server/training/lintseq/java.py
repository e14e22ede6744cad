"""What is wrong with a part of a Java program: its syntax, and declarations that it lacks.

What each line rests on is found once, in the whole program. Where that is not clear, more counts
than has to: all overloads of a method, all members of a name whoever the receiver is.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass
from itertools import chain

from tree_sitter import Node

from fairlead_monitors.trees import grammar
from fairlead_server.training.lintseq.program import Program
from fairlead_server.training.lintseq.sampling import Check

_TYPES = frozenset(
    {
        *("class_declaration", "interface_declaration", "enum_declaration", "record_declaration"),
        "annotation_type_declaration",
    }
)
_MEMBERS = frozenset({"method_declaration", "annotation_type_element_declaration"})
_VARIABLES = frozenset({"field_declaration", "local_variable_declaration", "constant_declaration"})
_NAMES = frozenset({"identifier", "type_identifier"})
_ENDS = frozenset({"return_statement", "throw_statement", "yield_statement"})
_BLOCKS = frozenset({"block", "constructor_body", "switch_block_statement_group"})

_BRANCHING = frozenset(
    {
        *("if_statement", "try_statement", "try_with_resources_statement", "switch_expression"),
        *("synchronized_statement", "labeled_statement"),
    }
)
_BRANCHES = _BRANCHING | {"catch_clause", "finally_clause", "switch_block"}


@dataclass(frozen=True)
class _Declared:
    """Where a name is declared, and the node in which it can be read; `local` in a block alone."""

    line: int
    scope: Node
    local: bool
    gives: int | None = None
    """The line of the field without a value that this gives one to."""


def checks(program: Program) -> Check:
    """Return what checks parts of `program`."""
    found = grammar(program.language)
    assert found is not None
    rests_on = _rests_on(program.root)

    def check(kept: Set[int]) -> frozenset[int] | None:
        text = "".join(program.lines[number] for number in sorted(kept))
        if found.parse(text.encode(errors="replace")).root_node.has_error:
            return None
        return frozenset(
            line for line, needed in rests_on.items() if line in kept and needed - kept
        )

    return check


def _rests_on(root: Node) -> dict[int, set[int]]:
    """Return the lines that have to be there for a line to be right."""
    nodes = list(_nodes(root))
    declared = _declarations(nodes)
    found: dict[int, set[int]] = defaultdict(set)
    for line, needed in chain(_uses(root, nodes, declared), _structure(root, nodes, declared)):
        found[line].update(needed - {line})
    return {line: needed for line, needed in found.items() if needed}


def _nodes(root: Node) -> Iterator[Node]:
    waiting = [root]
    while waiting:
        node = waiting.pop()
        yield node
        waiting += node.named_children


def _declarations(nodes: Sequence[Node]) -> dict[str, list[_Declared]]:
    found: dict[str, list[_Declared]] = defaultdict(list)
    for node in nodes:
        for name, scope, local in _declares(node):
            found[_text(name)].append(_Declared(_row(name), scope, local))
    for node in nodes:
        left = node.child_by_field_name("left") if node.type == "assignment_expression" else None
        if left is not None:
            _add_assignment(node, left, found, nodes)
    return found


def _declares(node: Node) -> Iterator[tuple[Node, Node, bool]]:
    """Yield the names that a node declares, where they can be read, and if in a block alone."""
    name = node.child_by_field_name("name")
    parent = node.parent
    if parent is None:
        return
    if name is not None and node.type in _TYPES | _MEMBERS:
        yield name, parent, False
    elif name is not None and node.type == "constructor_declaration":
        # Whoever reads the name of the class may call it.
        owner = parent.parent
        if owner is not None and owner.parent is not None:
            yield name, owner.parent, False
    elif node.type in _VARIABLES:
        for part in node.children_by_field_name("declarator"):
            variable = part.child_by_field_name("name")
            if variable is not None:
                yield variable, parent, node.type.startswith("local")
    elif node.type == "import_declaration":
        path = node.named_children[0]
        yield path.child_by_field_name("name") or path, parent, False


def _add_assignment(
    node: Node, left: Node, found: dict[str, list[_Declared]], nodes: Sequence[Node]
) -> None:
    """Add what gives a variable its first value to its declarations, as there is none without."""
    name = left.child_by_field_name("field") if left.type == "field_access" else left
    if name is None or name.type != "identifier":
        return
    for one in list(found.get(_text(name), ())):
        if _is_in(node, one.scope) and _row(node) != one.line and _is_blank(one, name):
            field = None if one.local else one.line
            found[_text(name)].append(_Declared(_row(node), one.scope, one.local, field))


def _is_blank(one: _Declared, name: Node) -> bool:
    """Tell whether the declaration is that of a variable without a value."""
    for child in one.scope.named_children:
        if (
            child.type not in _VARIABLES
            or not child.start_point[0] <= one.line <= child.end_point[0]
        ):
            continue
        for part in child.children_by_field_name("declarator"):
            variable = part.child_by_field_name("name")
            if variable is not None and _text(variable) == _text(name):
                blank = part.child_by_field_name("value") is None
                return blank and (one.local or _has_modifier(child, "final"))
    return False


def _uses(
    root: Node, nodes: Sequence[Node], declared: dict[str, list[_Declared]]
) -> Iterator[tuple[int, set[int]]]:
    """Yield the lines of names, with those of what they may be declared by."""
    stars = {_row(n) for n in nodes if n.type == "import_declaration" and _text(n).endswith("*;")}
    named = {name.id for node in nodes for name, _, _ in _declares(node)}
    for node in (n for n in nodes if n.type in _NAMES and n.id not in named):
        known = declared.get(_text(node), [])
        if _is_dotted(node):
            yield _row(node), {one.line for one in known if not one.local}
            continue
        readable = [one for one in known if _is_in(node, one.scope)]
        if readable:
            least = min(one.scope.end_byte - one.scope.start_byte for one in readable)
            yield _row(node), {one.line for one in readable if _size(one.scope) == least}
        elif not known and node.type == "type_identifier":
            yield _row(node), stars


def _structure(
    root: Node, nodes: Sequence[Node], declared: dict[str, list[_Declared]]
) -> Iterator[tuple[int, set[int]]]:
    """Yield what lines rest on for other reasons than names."""
    for one in chain.from_iterable(declared.values()):
        if one.gives is not None:
            yield one.gives, {one.line}
    packages = {_row(child) for child in root.named_children if child.type == "package_declaration"}
    for child in _code_in(root):
        yield _row(child), packages
    for node in nodes:
        yield from _ending(node)
        yield from _tried(node)
        result = node.child_by_field_name("type")
        body = node.child_by_field_name("body") if node.type in _MEMBERS else None
        if body is not None and result is not None and result.type != "void_type":
            yield from _leaving(body, _first_row(node))
        yield from _implemented(node)
        if node.type == "method_declaration" and _has_modifier(node, "@Override"):
            yield from _overriding(node, declared)


def _ending(node: Node) -> Iterator[tuple[int, set[int]]]:
    """Yield that what a block belongs to rests on the return or the like that it ends with."""
    inside = _code_in(node) if node.type in _BLOCKS else []
    if inside and inside[-1].type in _ENDS and node.parent is not None:
        yield _first_row(node.parent), {_row(inside[-1])}


def _leaving(block: Node, row: int) -> Iterator[tuple[int, set[int]]]:
    """Yield that what begins at `row` rests on the end of its block, by which it has a result."""
    inside = _code_in(block)
    for last in inside[-1:]:
        yield row, {_row(last)}
        waiting = [child for child in last.named_children if last.type in _BRANCHING]
        while waiting:
            node = waiting.pop()
            if node.type in _BLOCKS:
                yield from _leaving(node, _row(last))
            elif node.type in _BRANCHES:
                waiting += node.named_children


def _tried(node: Node) -> Iterator[tuple[int, set[int]]]:
    """Yield that a try rests on its statements, as one of them throws what is caught."""
    body = node.child_by_field_name("body") if node.type.startswith("try_") else None
    if body is not None and any(child.type == "catch_clause" for child in node.named_children):
        yield _row(node), {_row(child) for child in _code_in(body)}


def _implemented(node: Node) -> Iterator[tuple[int, set[int]]]:
    """Yield that an interface rests on its methods, as a lambda may implement it."""
    body = node.child_by_field_name("body") if node.type == "interface_declaration" else None
    for child in body.named_children if body is not None else ():
        if child.type == "method_declaration" and child.child_by_field_name("body") is None:
            yield _row(node), {_first_row(child)}


def _overriding(node: Node, declared: dict[str, list[_Declared]]) -> Iterator[tuple[int, set[int]]]:
    """Yield that a class rests on a method that may implement one, and it on what it overrides."""
    name, parent = node.child_by_field_name("name"), node.parent
    if name is not None and parent is not None and parent.parent is not None:
        yield _row(parent.parent), {_row(name)}
        yield _row(name), {one.line for one in declared[_text(name)]}


def _code_in(node: Node) -> list[Node]:
    return [child for child in node.named_children if not child.type.endswith("comment")]


def _first_row(node: Node) -> int:
    """Return the row of the name of a method, and of the first token of another node."""
    name = node.child_by_field_name("name") if node.type == "method_declaration" else None
    return _row(name or node)


def _has_modifier(node: Node, word: str) -> bool:
    return any(c.type == "modifiers" and word in _text(c).split() for c in node.children)


def _is_dotted(node: Node) -> bool:
    before = node.prev_sibling
    return before is not None and before.type in (".", "::")


def _is_in(node: Node, scope: Node) -> bool:
    return scope.start_byte <= node.start_byte and node.end_byte <= scope.end_byte


def _size(node: Node) -> int:
    return node.end_byte - node.start_byte


def _row(node: Node) -> int:
    return node.start_point[0]


def _text(node: Node) -> str:
    return (node.text or b"").decode(errors="replace")
