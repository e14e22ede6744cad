"""The constants of the enumeration that a ``match`` is about, by jedi.

jedi's parser does not know the statement: what it is shown has an expression in its place.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from fairlead_monitors.engine import Completeness, Names
from fairlead_monitors.python.jedi_callee import values_before
from fairlead_monitors.python.jedi_cursor import PLACEHOLDER
from fairlead_monitors.python.jedi_rules import class_gap, mro
from fairlead_monitors.python.jedi_script import ENGINE, Place
from fairlead_monitors.python.jedi_trace import is_none
from fairlead_monitors.python.tokens import Line, logical_lines

_ENUMS = frozenset({"Enum", "IntEnum", "StrEnum", "Flag", "IntFlag", "ReprEnum"})
_DYNAMIC = re.compile(r"\b(vars|locals)\(\)|\b_ignore_\b|\bnonmember\b")


def case_names(place: Place) -> Names:
    """List the constants that a pattern may name at `place`, right after a dot."""
    text = place.text[: place.offset] + PLACEHOLDER + place.text[place.offset :]
    lines = list(logical_lines(text))
    at = next((i for i, line in enumerate(lines) if line.end >= place.offset), 0)
    statement = _statement_of(lines, at)
    if statement is None:
        return Names.unknown(ENGINE, "not in a pattern of a match statement")
    after = next((line for line in lines[at + 1 :] if line.indent <= statement.indent), None)
    rest = text[text.rfind("\n", 0, after.begin) :] if after else "\n"
    matched, gap = _enumeration(place, statement, _subject(statement, text), rest)
    named, unclear = _enumeration(place, statement, _named(lines[at], place.offset), rest)
    if gap or unclear or matched is None or named is None:
        return Names.unknown(ENGINE, gap or unclear or "no enumeration is matched")
    if matched.tree_node is not named.tree_node:
        return Names.unknown(ENGINE, "not of the enumeration that is matched")
    constants = frozenset(_constants(matched))
    return Names(constants, Completeness.COMPLETE, ENGINE)


def _statement_of(lines: Sequence[Line], at: int) -> Line | None:
    """Return the line of the ``match`` that the ``case`` at line `at` belongs to."""
    if lines[at].tokens[0][1] != "case":
        return None
    outer = (line for line in reversed(lines[:at]) if line.indent < lines[at].indent)
    found = next(outer, None)
    return found if found is not None and found.tokens[0][1] == "match" else None


def _subject(statement: Line, text: str) -> str:
    begin = statement.begin + len("match")
    return text[begin : statement.end].rpartition(":")[0].strip()


def _named(line: Line, offset: int) -> str:
    """Return the dotted name before the dot that ends at `offset`."""
    parts: list[str] = []
    for sort, value, begin, _ in reversed(line.tokens):
        if begin < offset:
            if sort != "name" and value != ".":
                break
            if sort == "name" and value == "case":
                break
            parts.append(value)
    return "".join(reversed(parts)).rstrip(".")


def _enumeration(place: Place, statement: Line, code: str, rest: str) -> tuple[Any, str]:
    """Return the enumeration that `code` gives, a class or an object of it, and what is unclear."""
    if not code:
        return None, "no subject"
    head = place.text[: statement.begin] + code
    values, gap = values_before(replace(place, text=head + rest), len(head))
    classes = [v if v.is_class() else v.py__class__() for v in values if not is_none(v)]
    if len({cls.tree_node for cls in classes}) != 1:
        return None, gap
    cls, tree = classes[0], classes[0].tree_node
    if not any(part.py__name__() in _ENUMS for part in mro(cls)):
        return None, gap
    if tree is None or tree.type != "classdef" or _DYNAMIC.search(tree.get_code()):
        return None, "constants unknown"
    return cls, gap or class_gap(cls)


def _constants(cls: Any) -> Iterator[str]:
    """Yield the names that the body of an enumeration assigns to."""
    used = cls.tree_node.get_root_node().get_used_names()
    for name, leaves in used.items():
        for leaf in leaves:
            statement = leaf.get_definition()
            if statement is None or statement.type != "expr_stmt" or name.startswith("__"):
                continue
            if leaf.search_ancestor("funcdef", "classdef", "lambdef") is cls.tree_node:
                yield name
