"""The cases monitor for Python: no case of a ``match`` on an enumeration names what is none of it.

A case that names another attribute of the enumeration would be legal and could never match.
"""

from __future__ import annotations

from fairlead_monitors.engine import Kind
from fairlead_monitors.grammar import Grammar, Opening
from fairlead_monitors.python.lexer import IDENTIFIER, Last
from fairlead_monitors.python.members import AfterDot
from fairlead_monitors.python.statement import Role, Statement, read, window


class CasesMonitor(AfterDot[Statement]):
    """Triggers at the dots of the names in a pattern: a name without a dot is one that it binds."""

    asks = Kind.CASE
    kind = "case"
    grammar = Grammar(Statement(), read, window, IDENTIFIER)

    def opening(self, state: Statement) -> Opening | None:
        """Return how a name begins: always the same way, after a dot in a pattern."""
        in_pattern = state.word == b"case" and state.level.role is Role.NONE and not state.comment
        dereferences = state.lexed.in_code and state.lexed.last is Last.DEREFERENCE
        return Opening() if in_pattern and dereferences else None
