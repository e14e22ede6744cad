"""The imports monitor for Python: no import of what is known not to be in a module or package."""

from __future__ import annotations

import re

from fairlead_monitors.engine import Kind
from fairlead_monitors.grammar import Grammar, Opening
from fairlead_monitors.python.lexer import IDENTIFIER
from fairlead_monitors.python.statement import Statement, read, window
from fairlead_monitors.spelling import NamesMonitor

_BEFORE = (b"import", b"from", b".", b"...", b",", b"(")


class ImportsMonitor(NamesMonitor[Statement]):
    """Triggers wherever an import statement names a module or what is in one."""

    asks = Kind.IMPORT
    kind = "import"
    languages = ("python",)
    grammar = Grammar(Statement(), read, window, IDENTIFIER)
    mark = re.compile(rb"(?<![\w\x80-\xff])(?=[A-Za-z_\x80-\xff])")
    at_once = False
    trusts_partial = True
    words = frozenset({b"import"})
    """As after the dots of a relative import."""

    def opening(self, state: Statement) -> Opening | None:
        """Return how a name begins: always the same way, where no other name is given to it."""
        imports = state.word in (b"import", b"from") and state.lexed.importing
        in_code = state.lexed.in_code and not state.comment
        return Opening() if imports and in_code and state.previous in _BEFORE else None
