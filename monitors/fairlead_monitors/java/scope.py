"""The monitor of names in scope for Java: no bare name that is not there."""

from __future__ import annotations

import re
from dataclasses import replace

from fairlead_monitors.clike.languages import JAVA
from fairlead_monitors.clike.lexer import LexState
from fairlead_monitors.clike.names import ClikeNames
from fairlead_monitors.context import Context
from fairlead_monitors.engine import Completeness, Kind
from fairlead_monitors.grammar import SpelledName
from fairlead_monitors.java.declared import declared_in, type_parameters
from fairlead_monitors.java.imported import Imported
from fairlead_monitors.java.places import Place, Role, may_be_new, place_of, role_of
from fairlead_monitors.java.supertypes import Supertypes
from fairlead_monitors.java.types import Types
from fairlead_monitors.java.uses import BLANKS, is_misused
from fairlead_monitors.lookup import MemberList, MemberLookup

_WORDS = frozenset({b"this", b"super", b"true", b"false", b"null", b"var", b"yield", b"when"})
_CONTEXTUAL = frozenset({b"record", b"sealed", b"non"})
_LONGEST = 3
"""Bytes of the signs that tell what a name is, such as those of an arrow behind a bracket."""

_LAMBDA = re.compile(rb"(?:[\w$]+|\([^()]*\))\s*->[^;{}]*\Z")
"""From the parameters of a lambda expression to the end of a text that ends in it."""
_WORD = re.compile(r"[\w$]+")


class JavaScope(ClikeNames, language=JAVA):
    """Looks at names where an expression may begin, or a type that stands in one.

    What they are shows when they end, and by the sign behind: before a dot, a bracket of an array
    or of type arguments, or another word, it may as well be a type or a package, and is held
    against a list of these. One that is declared there is let pass. What can be none of all this
    is refused while it is being written.
    """

    asks = Kind.SCOPE
    kind = "name"
    languages = ("java",)
    words = _WORDS | JAVA.keywords

    def __init__(self, context: Context, lookup: MemberLookup | None = None) -> None:
        self._before = context.prefix.encode(errors="replace")
        super().__init__(context, lookup)
        self._imported = Imported(context)
        self._supertypes = Supertypes(self._imported)
        self._around: dict[bytes, MemberList] = {}
        self._types = Types(self._lookup, self._imported, self._supertypes)

    def opening(self, state: LexState) -> Place | None:
        """Return how a name begins where an expression may, None elsewhere."""
        return place_of(state.end.frames)

    def may_end(self) -> bool:
        """Tell whether the text may end: not in a name that what follows shows to be absent."""
        name = self._name
        if name is None or not name.typed:
            return True
        whole, role, sign = self._at_end(name)
        return self._may_be(whole, role, sign)

    def _is_proven(self, name: SpelledName) -> bool:
        return self._at_end(name)[1] is Role.READ

    def _at_end(self, name: SpelledName) -> tuple[SpelledName, Role, bytes]:
        """Return the name that the text ends with, and what makes it that: the sign behind it."""
        assert isinstance(name.opening, Place)
        rest = self._rest(name)
        whole, role, sign = replace(name, typed=name.typed + rest), Role.OPEN, name.sign
        for byte in self._suffix[len(rest) :].translate(None, BLANKS)[:_LONGEST]:
            role = role_of(name.opening, sign, bytes([byte]))
            sign += bytes([byte])
            if role is not Role.OPEN:
                break
        return whole, role, sign

    def _listed(self, name: SpelledName) -> MemberList:
        """Return what analysis lists; in a lambda expression that it makes nothing of, around it.

        The body of one reads what is around it, and its parameters.
        """
        found = super()._members(name)
        if found.complete or not (around := _LAMBDA.search(self._generated[: max(0, name.start)])):
            return found
        if name.place not in self._around:
            outside = self._lookup.wait(self.asks, self._generated[: around.start()])
            words = _WORD.findall(around[0][: around[0].rindex(b"->")].decode(errors="replace"))
            self._around[name.place] = _with(outside, frozenset(words))
        return self._around[name.place]

    def _members(self, name: SpelledName) -> MemberList:
        found = self._supertypes.doubted(self._listed(name))
        found = self._imported.doubted(found, name.typed, static=True)
        typed = name.typed.decode(errors="replace")
        is_variable = name.typed in found.names and typed not in found.members.methods
        if not found.complete or is_variable or typed not in declared_in(self._text_before(name)):
            return found
        return found.reduced(Completeness.PARTIAL, "the text declares it")

    def _text_before(self, name: SpelledName) -> str:
        before = self._before[: len(self._before) + min(0, name.start)]
        return (before + self._generated[: max(0, name.start)]).decode(errors="replace")

    def _spell(self, name: SpelledName, letters: bytes) -> bool:
        longer = replace(name, typed=name.typed + letters)
        return self._may_become_something(longer) and super()._spell(name, letters)

    def _may_become_something(self, name: SpelledName) -> bool:
        """Tell whether what is written begins a name that may stand there."""
        typed, place = name.typed, name.opening
        assert isinstance(place, Place)
        if may_be_new(place, typed) or any(w.startswith(typed) for w in self.words | _CONTEXTUAL):
            return True
        parameters = type_parameters(self._text_before(name))
        if any(parameter.encode().startswith(typed) for parameter in parameters):
            return True
        return (place.values and self._may_begin_value(name)) or self._types.may_begin(name)

    def _may_begin_value(self, name: SpelledName) -> bool:
        """Tell whether a variable or method may have a name that begins like this."""
        typed, found = name.typed, self._listed(name)
        if not self._supertypes.doubted(found).complete or found.has_prefix(typed):
            return True
        static = [s.name.encode() for s in self._imported.statements if s.static]
        declared = [d.encode() for d in declared_in(self._text_before(name))]
        if any(word.startswith(typed) for word in (*static, *declared)):
            return True
        return not self._imported.doubted(found, typed, static=True).complete

    def _prove(self, name: SpelledName, byte: bytes) -> bool:
        if byte in BLANKS and name.sign in (b"", b")"):
            self._append(byte)
            return True
        assert isinstance(name.opening, Place)
        role, sign = role_of(name.opening, name.sign, byte), name.sign + byte
        if not self._may_be(name, role, sign):
            return False
        if role is Role.OPEN:
            self._name = replace(name, sign=sign)
            self._append(byte)
            return True
        if role is Role.READ:
            return self._end(name, sign[:1])
        self._name = None
        return True

    def _may_be(self, name: SpelledName, role: Role, sign: bytes) -> bool:
        """Tell whether the complete `name` may be what the `sign` behind it makes of it."""
        if role is Role.READ:
            first = sign[:1]
            return self._may_end(name, b"") and not self._is_wrong_before(first, name, name.typed)
        # By the conventions, the names of types are capitalised, and only these.
        is_type = sign in (b")", b",") and name.typed[:1].isupper()
        if role is Role.NAMED or is_type or (sign == b":" and role is Role.OPEN):
            return self._begins_something(name)
        return True

    def _is_wrong_before(self, byte: bytes, name: SpelledName, spelled: bytes) -> bool:
        if super()._is_wrong_before(byte, name, spelled):
            return True
        # A static import brings all that has the name.
        brought = any(s.static and s.name.encode() == spelled for s in self._imported.statements)
        known = brought or spelled in self.words
        return not known and is_misused(self._members(name), spelled, byte)

    def _begins_something(self, name: SpelledName) -> bool:
        """Tell whether there may be a variable, a type or a package of this name."""
        typed, place = name.typed, name.opening
        assert isinstance(place, Place)
        if typed in self.words | _CONTEXTUAL or not typed[:1].isalpha():
            return True
        if place.values and self._may_be_value(name):
            return True
        parameters = type_parameters(self._text_before(name))
        return typed.decode(errors="replace") in parameters or self._types.may_be(name)

    def _may_be_value(self, name: SpelledName) -> bool:
        found = self._members(name)
        listed = name.typed in found.names and not is_misused(found, name.typed, b".")
        return listed or not found.complete

    def _ask(self, place: bytes, back: int) -> None:
        name = self._name
        if name is None or not isinstance(name.opening, Place) or name.opening.values:
            super()._ask(place, back)


def _with(found: MemberList, variables: frozenset[str]) -> MemberList:
    """Return `found` with more `variables`, which hide what has the same name."""
    names = found.members
    more = replace(
        names,
        names=names.names | variables,
        methods=names.methods - variables,
        values=names.values | variables,
    )
    return MemberList(more)
