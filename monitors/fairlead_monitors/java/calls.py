"""The monitor of call arguments for Java."""

from __future__ import annotations

from fairlead_monitors.argument_list import Bracket, Form
from fairlead_monitors.binding import NONE, is_complete
from fairlead_monitors.call_syntax import Token
from fairlead_monitors.calls import CallsMonitor
from fairlead_monitors.clike.language import IDENTIFIER
from fairlead_monitors.clike.languages import JAVA
from fairlead_monitors.clike.lexer import LexState, lex
from fairlead_monitors.clike.tokens import Text
from fairlead_monitors.engine import Signature
from fairlead_monitors.java.call_syntax import JavaCalls

_FAR = 4096


class JavaCallArguments(CallsMonitor):
    """Counts the arguments of methods and constructors; those of annotations are no call's.

    No statement ends among them.
    """

    languages = ("java",)
    syntax = JavaCalls()
    identifier = IDENTIFIER

    @staticmethod
    def window(prefix: bytes) -> int:
        """Return where lexing may begin: calls opened farther back are left alone."""
        start = prefix.rfind(b"\n", 0, max(0, len(prefix) - _FAR)) + 1
        frames = lex(JAVA, LexState(), prefix[:start]).end.frames
        text = next((frame for frame in frames if isinstance(frame, Text)), None)
        return start if text is None else prefix.rfind(b"\n", 0, text.token.start) + 1

    def _is_idle(self, data: bytes) -> bool:
        ends = b";" in data and bool(self._stack) and self._stack[-1].calls
        return not ends and super()._is_idle(data)

    def _limit(self, token: Token) -> int | None:
        among = bool(self._stack) and self._stack[-1].calls
        return 0 if among and token.text == b";" else super()._limit(token)

    def _overloads(self, bracket: Bracket) -> tuple[Signature, ...]:
        """Return the overloads; none for a constructor that may take no arguments after all.

        Of code that is not finished, servers leave such constructors out at times.
        """
        found = super()._overloads(bracket)
        if bracket.form is not Form.EMPTY or bracket.given != NONE:
            return found
        constructs = self._called(bracket.opened)[:1].isupper()
        return () if constructs and not any(is_complete(s, NONE) for s in found) else found
