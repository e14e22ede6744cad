"""The monitor of call arguments for Python."""

from __future__ import annotations

from fairlead_monitors.calls import CallsMonitor
from fairlead_monitors.python.call_syntax import PythonCalls
from fairlead_monitors.python.lexer import IDENTIFIER, window

_FAR = 4096


class PythonCallArguments(CallsMonitor):
    """Watches the calls of a Python document.

    Definitions, base classes and patterns are no calls.
    """

    languages = ("python",)
    syntax = PythonCalls()
    identifier = IDENTIFIER
    trailing_comma = True

    @staticmethod
    def window(prefix: bytes) -> int:
        """Return where lexing may begin: calls opened farther back are left alone."""
        return window(prefix, _FAR)
