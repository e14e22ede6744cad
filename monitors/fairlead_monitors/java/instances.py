"""The instantiation monitor for Java: `new` makes no instance of what has none."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from fairlead_monitors.clike.languages import JAVA
from fairlead_monitors.clike.lexer import LexState
from fairlead_monitors.clike.names import ClikeNames
from fairlead_monitors.clike.tokens import Sort, Token
from fairlead_monitors.context import Context
from fairlead_monitors.engine import Completeness, Kind
from fairlead_monitors.grammar import Opening, SpelledName
from fairlead_monitors.lookup import MemberList, MemberLookup

_OPENING = Opening(proof=frozenset({b"(", b"<"}))
_IMPORTED = re.compile(r"^\s*import\s+[\w.$]+\.([\w$]+)\s*;", re.MULTILINE)


class JavaInstances(ClikeNames, language=JAVA):
    """Looks at the name after ``new`` when its arguments follow.

    Arrays may be of any type, so before other brackets it says nothing. Abstract types are let
    pass: a body may follow. So are the types that the text imports, known or not; those that it
    would have to import are the model's choice.
    """

    asks = Kind.CLASS
    kind = "class"
    languages = ("java",)

    def __init__(self, context: Context, lookup: MemberLookup | None = None) -> None:
        text = context.prefix + context.suffix
        self._imported = frozenset(name.encode() for name in _IMPORTED.findall(text))
        super().__init__(context, lookup)

    def opening(self, state: LexState) -> Opening | None:
        """Return how a name begins after ``new``."""
        code = state.end.code
        return _OPENING if code is not None and _ends_in_new(code.recent) else None

    def _members(self, name: SpelledName) -> MemberList:
        # Servers list classes by what they begin with.
        place, back = _after_first_letter(name)
        found = self._lookup.wait(self.asks, place, back)
        if name.typed in self._imported and name.typed not in found.names:
            return found.reduced(Completeness.PARTIAL, "the text imports it")
        return found

    def _ask(self, place: bytes, back: int) -> None:
        name = self._name
        if name is not None and name.typed[:1].isalpha():
            self._lookup.ask(self.asks, *_after_first_letter(name))

    def _may_end(self, name: SpelledName, rest: bytes) -> bool:
        whole = replace(name, typed=name.typed + rest)
        return not name.typed[:1].isalpha() or super()._may_end(whole, b"")


def _ends_in_new(recent: Sequence[Token]) -> bool:
    if not recent or recent[-1].text != b"new":
        return False
    # After a dot it is a word like any other to the lexer: outer.new Inner().
    return recent[-1].sort is Sort.KEYWORD or recent[-2].text == b"."


def _after_first_letter(name: SpelledName) -> tuple[bytes, int]:
    if name.back:
        return b"", name.back - 1
    return name.place + name.typed[:1], 0
