"""The instantiation monitor for Java: `new` makes no instance of what has none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from fairlead_monitors.clike.languages import JAVA
from fairlead_monitors.clike.lexer import LexState
from fairlead_monitors.clike.names import ClikeNames
from fairlead_monitors.clike.tokens import Sort, Token
from fairlead_monitors.context import Context
from fairlead_monitors.engine import Kind
from fairlead_monitors.grammar import Opening, SpelledName
from fairlead_monitors.java.imported import Imported
from fairlead_monitors.java.shapes import PRIMITIVES
from fairlead_monitors.java.supertypes import Supertypes
from fairlead_monitors.java.types import LETTERS, Types, after_letters, listed
from fairlead_monitors.java.uses import BLANKS
from fairlead_monitors.lookup import MemberList, MemberLookup

_OPENING = Opening(proof=frozenset())
_BEHIND = frozenset(b"(<[.{/@")
"""What may stand behind the name; a bracket is missing before a brace, which syntax is about."""
_OF_ANY_TYPE = frozenset(b"[.@")


class JavaInstances(ClikeNames, language=JAVA):
    """Looks at the name after ``new``, which is that of a class if its arguments follow.

    Arrays may be of any type, so before other brackets it is held against all of them, as is what
    may be a package. What is none of these is refused while it is being written, and so is the
    end of an expression that lacks the brackets. Abstract types are let pass: a body may follow.
    So are the types that the text imports, known or not; those that it would have to import are
    not, as no import comes along.
    """

    asks = Kind.CLASS
    kind = "class"
    languages = ("java",)

    def __init__(self, context: Context, lookup: MemberLookup | None = None) -> None:
        self._imported = Imported(context)
        super().__init__(context, lookup)
        self._types = Types(self._lookup, self._imported, Supertypes(self._imported))

    def opening(self, state: LexState) -> Opening | None:
        """Return how a name begins after ``new``."""
        code = state.end.code
        return _OPENING if code is not None and _ends_in_new(code.recent) else None

    def may_end(self) -> bool:
        """Tell whether the text may end: not in a class that is absent, or lacks its brackets."""
        name = self._name
        if name is None or not name.typed:
            return True
        rest = self._rest(name)
        sign = self._suffix[len(rest) :].lstrip()[:1]
        return not sign or self._may_stand_before(sign, replace(name, typed=name.typed + rest))

    def _is_proven(self, name: SpelledName) -> bool:
        return self._suffix[len(self._rest(name)) :].lstrip()[:1] in (b"(", b"<")

    def _members(self, name: SpelledName) -> MemberList:
        return self._imported.doubted(listed(self._lookup, self.asks, name), name.typed)

    def _ask(self, place: bytes, back: int) -> None:
        name = self._name
        if name is not None and name.typed[:1].isalpha() and len(name.typed) >= LETTERS:
            self._lookup.ask(self.asks, *after_letters(name))

    def _spell(self, name: SpelledName, letters: bytes) -> bool:
        longer = replace(name, typed=name.typed + letters)
        if longer.typed[:1].isalpha() and not self._may_begin(longer):
            return False
        return super()._spell(name, letters)

    def _may_begin(self, name: SpelledName) -> bool:
        """Tell whether a class, or another type, may have a name that begins like this."""
        if len(name.typed) < LETTERS:
            return True
        found = listed(self._lookup, self.asks, name)
        if not found.complete or found.has_prefix(name.typed):
            return True
        is_word = any(word.startswith(name.typed) for word in self.words | PRIMITIVES)
        return is_word or self._types.may_begin(name)

    def _prove(self, name: SpelledName, byte: bytes) -> bool:
        if byte in BLANKS:
            self._append(byte)
            return True
        if not self._may_stand_before(byte, name):
            return False
        if byte in (b"(", b"<"):
            return self._end(name, byte)
        self._name = None
        return True

    def _may_stand_before(self, sign: bytes, name: SpelledName) -> bool:
        if not name.typed[:1].isalpha() or sign == b"/" or name.typed in self.words:
            return True
        if sign[0] in _OF_ANY_TYPE and (name.typed in PRIMITIVES or self._types.may_be(name)):
            return True
        return sign[0] in _BEHIND and self._may_end(name, b"")


def _ends_in_new(recent: Sequence[Token]) -> bool:
    if not recent or recent[-1].text != b"new":
        return False
    # After a dot it is a word like any other to the lexer: outer.new Inner().
    return recent[-1].sort is Sort.KEYWORD or recent[-2].text == b"."
