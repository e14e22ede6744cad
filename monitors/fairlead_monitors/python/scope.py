"""The scope monitor for Python: no expression reads a name that is known to be bound nowhere."""

from __future__ import annotations

import keyword
import re

from fairlead_monitors.engine import Kind
from fairlead_monitors.grammar import Grammar, Opening
from fairlead_monitors.python.lexer import IDENTIFIER
from fairlead_monitors.python.statement import Role, Sort, Statement, read, window
from fairlead_monitors.spelling import NamesMonitor

_ANY = frozenset(bytes([byte]) for byte in range(256))
_PREFIXES = frozenset(b"r b u f t rb br rf fr rt tr".split())

LITERALS = frozenset(
    bytes(letters)
    for prefix in _PREFIXES
    for letters in (prefix, prefix.upper(), prefix.title(), prefix.title().swapcase())
)
"""The words that make a string of a quote."""

READ = frozenset({b"(", b".", b"["})
"""What follows the first name of a statement only if the name is read."""

ARGUMENT = _ANY - {b"=", b":", b"#", b"\\"}
"""What follows the first name of an argument or of a condition only if it is a variable.

And not the name of a parameter, or what ``:=`` binds.
"""


class ScopeMonitor(NamesMonitor[Statement]):
    """Triggers wherever an expression begins with a name.

    The first name of a statement or a condition may be a new one that is assigned to, and that of
    an argument the name of a parameter: they are judged by what follows them. Names in the first
    element of a bracket may be bound by a comprehension further on: of them none is refused.
    """

    asks = Kind.SCOPE
    kind = "name"
    languages = ("python",)
    grammar = Grammar(Statement(), read, window, IDENTIFIER, LITERALS)
    mark = re.compile(rb"(?<![\w\x80-\xff])(?=[A-Za-z_\x80-\xff])")
    at_once = False
    trusts_partial = True
    words = frozenset(word.encode() for word in (*keyword.kwlist, *keyword.softkwlist))

    def opening(self, state: Statement) -> Opening | None:
        """Return how a name begins: by whether it is read for sure."""
        level = state.level
        if not state.begins_name or state.previous == b"as" or level.role not in _VARIABLES:
            return None
        refuses = not any(outer.may_bind_later for outer in state.levels)
        if level.role is Role.MAYBE:
            return Opening(READ, refuses)
        is_argument = level.sort is Sort.CALL and state.previous in (b"(", b",")
        is_late = (is_argument and not level.nameless) or _begins_condition(state)
        return Opening(ARGUMENT if is_late else None, refuses)


def _begins_condition(state: Statement) -> bool:
    return state.previous == state.word and state.word in (b"if", b"elif", b"while")


_VARIABLES = (Role.READ, Role.MAYBE, Role.CHAIN, Role.ANNOTATION)
