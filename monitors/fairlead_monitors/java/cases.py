"""The cases monitor for Java: no constant that the enumeration does not have, or again."""

from __future__ import annotations

import re
from collections.abc import Sequence

from fairlead_monitors.clike.languages import JAVA
from fairlead_monitors.clike.lexer import LexState
from fairlead_monitors.clike.names import ClikeNames
from fairlead_monitors.clike.tokens import Code
from fairlead_monitors.constraint import Constraint
from fairlead_monitors.context import Context
from fairlead_monitors.engine import Completeness, Kind
from fairlead_monitors.grammar import Opening, SpelledName
from fairlead_monitors.lookup import MemberList, MemberLookup

_TYPE = re.compile(rb"[A-Z]\w*[a-z]\w*")
_MAY_BE_TYPE = re.compile(rb"[A-Z](?:\w*[a-z]\w*)?\Z")
_STRICT = Opening()


class JavaCases(ClikeNames, language=JAVA):
    """Looks at the names that stand in the labels of a switch over an enumeration.

    A type may stand there too, in a pattern or before a constant: what looks like the name of one
    is let pass, and so is what begins like a type that the text speaks of.
    """

    asks = Kind.CASE
    kind = "case"
    languages = ("java",)
    words = frozenset({b"null", b"default"}) | JAVA.keywords

    def __init__(self, context: Context, lookup: MemberLookup | None = None) -> None:
        text = (context.prefix + context.suffix).encode(errors="replace")
        self._types = frozenset(_TYPE.findall(text))
        super().__init__(context, lookup)

    def opening(self, state: LexState) -> Opening | None:
        """Return how a name begins in a label of a switch."""
        code = state.end.code
        if code is None or not code.recent or code.head[0].text != b"case":
            return None
        is_next = code.recent[-1].text == b"," and not _is_pattern(code)
        return _STRICT if len(code.recent) == 1 or is_next else None

    def constraint(self) -> Constraint | None:
        """Return the constants, unless the name may become that of a type."""
        name = self._name
        return None if name is None or self._may_be_type(name.typed) else super().constraint()

    def _letters(self, name: SpelledName, data: bytes, place: int) -> bytes:
        return b""  # Whether it may be a type depends on every letter.

    def _members(self, name: SpelledName) -> MemberList:
        found = super()._members(name)
        if name.typed not in found.names and self._may_be_type(name.typed):
            return found.reduced(Completeness.PARTIAL, "it may be a type")
        return found

    def _may_be_type(self, typed: bytes) -> bool:
        return bool(_MAY_BE_TYPE.match(typed)) or any(t.startswith(typed) for t in self._types)


def _is_pattern(code: Code) -> bool:
    words: Sequence[bytes] = [token.text for token in code.recent[1:]]
    return any(word not in (b",", b".") and not word[:1].isalpha() for word in words)
