"""The members monitor for Python: no name after a dot that analysis knows not to exist."""

from __future__ import annotations

import re

from fairlead_monitors.engine import Kind
from fairlead_monitors.grammar import Grammar, Opening, S
from fairlead_monitors.python.lexer import IDENTIFIER, Last, LexState, lex, window
from fairlead_monitors.spelling import NamesMonitor


class AfterDot(NamesMonitor[S]):
    """What monitors of names after dots have in common: the engine is to see up to the dot."""

    languages = ("python",)
    mark = re.compile(rb"\.")

    def _typed_length(self, prefix: str, typed: int) -> int:
        # Blanks, line breaks and comments may stand between the dot and the name.
        return len(prefix) - prefix.rindex(".") - 1


class MembersMonitor(AfterDot[LexState]):
    """Triggers wherever a dot dereferences an expression.

    Says nothing inside strings and comments, and in import statements.
    """

    asks = Kind.MEMBER
    kind = "member"
    grammar = Grammar(LexState(), lex, window, IDENTIFIER)

    def opening(self, state: LexState) -> Opening | None:
        """Return how a name begins: always the same way, after a dereference."""
        return Opening() if state.last is Last.DEREFERENCE else None
