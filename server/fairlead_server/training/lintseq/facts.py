"""What a Python program reads and binds, and which members its classes have, found in one go."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import NamedTuple

_OWN = ("self", "cls")
_DEEPEST = 4
"""Classes that inherit from each other, if they stand in the worst order."""


Scope = tuple[str, ...]
"""The names of the definitions around a place."""


class Read(NamedTuple):
    """A name that is read; row and column, in bytes, are from 0."""

    name: str
    row: int
    column: int
    scope: Scope


class Member(NamedTuple):
    """A member that is read, of what a mere name stands for."""

    owner: str
    name: str
    row: int


@dataclass
class Facts:
    """`bound` are names that are bound anywhere; `stars`, how often all of a module is imported.

    `named` are in strings, as types or exports, with their rows; `first` tells the row in which a
    scope first binds a name. `members` are those of classes, by their names; `own` are those that
    are read.
    """

    reads: list[Read] = field(default_factory=list)
    named: list[tuple[str, int]] = field(default_factory=list)
    first: dict[tuple[Scope, str], int] = field(default_factory=dict)
    bound: set[str] = field(default_factory=set)
    stars: int = 0
    members: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    own: list[Member] = field(default_factory=list)

    def bind(self, name: str, scope: Scope, row: int) -> None:
        """Note that `scope` binds `name`."""
        self.bound.add(name)
        self.first[scope, name] = min(row, self.first.get((scope, name), row))

    def is_bound_above(self, read: Read) -> bool:
        """Tell whether the scope of a name binds it in a row before."""
        return self.first.get((read.scope, read.name), read.row) < read.row

    def absent(self, whole: Facts) -> Iterator[int]:
        """Yield the rows in which members are read that the `whole` has, and these do not."""
        lost = {name: found - self.members[name] for name, found in whole.members.items()}
        return (one.row for one in self.own if one.name in lost.get(one.owner, ()))


@dataclass(frozen=True)
class _Around:
    """What is around a node: definitions, classes, the one whose body it is in, and an f-string.

    What is in an f-string is taken to be where it begins: other places are not known before
    Python 3.12.
    """

    scope: Scope = ()
    classes: Scope = ()
    body: str = ""
    string: ast.expr | None = None


def facts_of(tree: ast.Module) -> Facts:
    """Return the facts of a program."""
    facts = Facts()
    bases: dict[str, list[str]] = {}
    waiting: list[tuple[ast.AST, _Around]] = [(tree, _Around())]
    while waiting:
        node, around = waiting.pop()
        _note(facts, node, around)
        if isinstance(node, ast.ClassDef):
            bases[node.name] = [base.id for base in node.bases if isinstance(base, ast.Name)]
        inside = _inside(node, around)
        waiting += [(child, inside) for child in ast.iter_child_nodes(node)]
    for _ in range(_DEEPEST):
        for name, inherited in bases.items():
            facts.members[name].update(*(facts.members.get(base, ()) for base in inherited))
    return facts


def _inside(node: ast.AST, around: _Around) -> _Around:
    if isinstance(node, ast.ClassDef):
        scope, classes = (*around.scope, node.name), (*around.classes, node.name)
        return _Around(scope, classes, node.name)
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        return replace(around, scope=(*around.scope, node.name), body="")
    if isinstance(node, ast.JoinedStr):
        return replace(around, string=around.string or node)
    return around


def _note(facts: Facts, node: ast.AST, around: _Around) -> None:
    if isinstance(node, ast.Name):
        _note_name(facts, node, around)
    elif isinstance(node, ast.Attribute):
        _note_member(facts, node, around)
    elif isinstance(node, ast.ImportFrom):
        facts.stars += any(alias.name == "*" for alias in node.names)
    elif isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name):
        place = (node.lineno - 1, node.col_offset)
        facts.reads.append(Read(node.target.id, *place, around.scope))
    else:
        _note_bound(facts, node, around)
    for text in _texts(node):
        facts.named += [(name, text.lineno - 1) for name in _names_in(text.value)]


def _note_bound(facts: Facts, node: ast.AST, around: _Around) -> None:
    """Note what a node binds that is no mere name."""
    for name in _bound(node):
        facts.bind(name, around.scope, getattr(node, "lineno", 1) - 1)
        if around.body and isinstance(node, ast.stmt | ast.alias):
            facts.members[around.body].add(name)


def _texts(node: ast.AST) -> Iterator[ast.Constant]:
    """Yield the strings in which a node may name types, or what a module exports."""
    places: list[ast.expr | None] = []
    if isinstance(node, ast.arg | ast.AnnAssign):
        places = [node.annotation]
    elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        places = [node.returns]
    elif isinstance(node, ast.Assign | ast.AugAssign):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        if any(isinstance(one, ast.Name) and one.id == "__all__" for one in targets):
            places = [node.value]
    for place in places:
        inside = ast.walk(place) if place is not None else ()
        yield from (one for one in inside if isinstance(one, ast.Constant))


def _names_in(value: object) -> Iterator[str]:
    try:
        tree = ast.parse(value.strip(), mode="eval") if isinstance(value, str) else None
    except (SyntaxError, ValueError):
        return
    if tree is not None:
        yield from (one.id for one in ast.walk(tree) if isinstance(one, ast.Name))


def _note_name(facts: Facts, node: ast.Name, around: _Around) -> None:
    if not isinstance(node.ctx, ast.Store):
        place = around.string or node
        facts.reads.append(Read(node.id, place.lineno - 1, place.col_offset, around.scope))
        return
    facts.bind(node.id, around.scope, node.lineno - 1)
    if around.body:
        facts.members[around.body].add(node.id)


def _note_member(facts: Facts, node: ast.Attribute, around: _Around) -> None:
    if not isinstance(node.value, ast.Name):
        return
    is_own = node.value.id in _OWN
    owners = around.classes if is_own else (node.value.id,)
    if isinstance(node.ctx, ast.Store):
        for owner in owners if is_own else ():
            facts.members[owner].add(node.attr)
        return
    row = (around.string or node.value).lineno - 1
    facts.own += [Member(owner, node.attr, row) for owner in owners[-1:]]


def _bound(node: ast.AST) -> Iterator[str]:
    """Yield what a node binds that is no mere name."""
    if isinstance(node, ast.arg):
        yield node.arg
    elif isinstance(node, ast.alias):
        yield node.asname or node.name.partition(".")[0]
    elif isinstance(node, ast.MatchMapping):
        yield node.rest or ""
    else:
        # Definitions, handlers of exceptions, captures, parameters of types.
        yield getattr(node, "name", None) or ""
