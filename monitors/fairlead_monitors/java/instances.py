"""The instantiation monitor for Java: `new` makes no instance of what has none."""

from __future__ import annotations

from collections.abc import Sequence

from fairlead_monitors.clike.languages import JAVA
from fairlead_monitors.clike.lexer import LexState
from fairlead_monitors.clike.names import ClikeNames
from fairlead_monitors.clike.tokens import Sort, Token
from fairlead_monitors.context import Context
from fairlead_monitors.engine import Kind
from fairlead_monitors.grammar import Opening, SpelledName
from fairlead_monitors.java.imported import Imported
from fairlead_monitors.java.uses import after_first_letter
from fairlead_monitors.lookup import MemberList, MemberLookup

_OPENING = Opening(proof=frozenset({b"(", b"<"}))


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
        self._imported = Imported(context)
        super().__init__(context, lookup)

    def opening(self, state: LexState) -> Opening | None:
        """Return how a name begins after ``new``."""
        code = state.end.code
        return _OPENING if code is not None and _ends_in_new(code.recent) else None

    def _members(self, name: SpelledName) -> MemberList:
        # Servers list classes by what they begin with.
        place, back = after_first_letter(name)
        return self._imported.doubted(self._lookup.wait(self.asks, place, back), name.typed)

    def _ask(self, place: bytes, back: int) -> None:
        name = self._name
        if name is not None and name.typed[:1].isalpha():
            self._lookup.ask(self.asks, *after_first_letter(name))

    def _may_end(self, name: SpelledName, rest: bytes) -> bool:
        return not name.typed[:1].isalpha() or super()._may_end(name, rest)


def _ends_in_new(recent: Sequence[Token]) -> bool:
    if not recent or recent[-1].text != b"new":
        return False
    # After a dot it is a word like any other to the lexer: outer.new Inner().
    return recent[-1].sort is Sort.KEYWORD or recent[-2].text == b"."
