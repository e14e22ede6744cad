"""The members monitor for Java."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cached_property

from fairlead_monitors.clike.languages import JAVA
from fairlead_monitors.clike.members import MembersMonitor
from fairlead_monitors.constraint import Constraint
from fairlead_monitors.context import Context
from fairlead_monitors.engine import Completeness, Kind
from fairlead_monitors.grammar import SpelledName
from fairlead_monitors.java.bodies import body_around
from fairlead_monitors.java.imported import Imported
from fairlead_monitors.java.supertypes import Supertypes
from fairlead_monitors.java.uses import BLANKS, is_misused
from fairlead_monitors.lookup import MemberList, MemberLookup

_NOT_CALLED = frozenset({b"class", b"this", b"super"})
_BEHIND_TYPE = re.compile(rb"(?<![\w$])[A-Z][\w$]*\s*\.\s*\Z")
"""The end of what names a type: only behind an object may ``super`` be called."""
_DEREFERENCED = re.compile(r"[.:]\s*([\w$]+)")
_METHOD = re.compile(rb"\.\s*([\w$]+)\s*\Z")
"""A method's name behind its receiver; that of a generic call counts as none."""
_NEAR = 200  # bytes in which what is before a name is looked for


def _called(before: bytes) -> tuple[int, bytes] | None:
    """Return where the method is named whose call is dereferenced at the end, and its name.

    None if that is no call, one without a receiver, or too long to be looked through.
    """
    end = len(before.rstrip(b" \t\r\n."))
    depth = 0
    for place in range(end - 1, -1, -1):
        depth += (before[place : place + 1] == b")") - (before[place : place + 1] == b"(")
        if depth == 0:
            found = _METHOD.search(before, 0, place) if place < end - 1 else None
            return (found.start(1), found[1]) if found else None
    return None


class JavaMembers(MembersMonitor, language=JAVA):
    """Triggers after ``.`` and ``::``, in packages' names too except where they are imported.

    After a dot, methods are called and fields are not; blanks may stand before the sign that tells.
    """

    languages = ("java",)

    def __init__(self, context: Context, lookup: MemberLookup | None = None) -> None:
        self._before = context.prefix.encode(errors="replace")
        super().__init__(context, lookup)
        self._supertypes = Supertypes(Imported(context))
        self._around = context.prefix, context.suffix
        self._narrowed: dict[tuple[bytes, int], MemberList] = {}

    @cached_property
    def _named_here(self) -> frozenset[str] | None:
        """What the method names after any receiver, None outside of methods."""
        body = body_around(*self._around)
        return None if body is None else frozenset(_DEREFERENCED.findall(body))

    def constraint(self) -> Constraint | None:
        """Return the names, unless the name has ended and only waits for the sign behind it."""
        return None if self._name is not None and self._name.ended else super().constraint()

    def _members(self, name: SpelledName) -> MemberList:
        found = self._supertypes.doubted(super()._members(name))
        if not found.complete:
            return found
        key = name.place, name.back
        if key not in self._narrowed:
            self._narrowed[key] = self._here(self._doubted(name, found))
        return self._narrowed[key]

    def _doubted(self, name: SpelledName, found: MemberList) -> MemberList:
        """Return `found`, relied on less behind a call of a method that is not known to be there.

        Servers list what its receiver has then.
        """
        before = self._text_before(name)
        called = found.complete and _called(before)
        if not called:
            return found
        place = name.start - (len(before) - called[0])
        back = self._before[len(self._before) + place :] if place < 0 else b""
        generated = self._generated[: max(0, place)]
        listed = self._lookup.wait(Kind.MEMBER, generated, len(back.decode(errors="replace")))
        if called[1].decode(errors="replace") in listed.members.names:
            return found
        return found.reduced(
            Completeness.UNKNOWN, "it is not known what the call before it returns"
        )

    def _here(self, found: MemberList) -> MemberList:
        """Return `found` without what is named in other methods, where receivers are others."""
        if not found.complete or not found.written or self._named_here is None:
            return found
        named = frozenset(word.decode() for word in found.written)
        here = named & self._named_here
        return MemberList(found.members, here) if len(here) < len(named) else found

    def _end(self, name: SpelledName, byte: bytes) -> bool:
        if not name.typed or byte not in BLANKS or not self._is_method(name):
            return super()._end(name, byte)
        self._name = replace(name, ended=True)
        return True

    def _prove(self, name: SpelledName, byte: bytes) -> bool:
        if byte in BLANKS:
            self._append(byte)
            return True
        return super()._end(name, byte)

    def _is_wrong_at_end(self, name: SpelledName) -> bool:
        rest = self._rest(name)
        sign = self._suffix[len(rest) :].lstrip()[:1]
        return bool(sign) and self._is_wrong_before(sign, name, name.typed + rest)

    def _is_wrong_before(self, byte: bytes, name: SpelledName, spelled: bytes) -> bool:
        if super()._is_wrong_before(byte, name, spelled):
            return True
        if spelled in _NOT_CALLED and byte == b"(":
            return spelled != b"super" or bool(_BEHIND_TYPE.search(self._text_before(name)))
        is_use = spelled not in self.words and not self._refers(name)
        return is_use and is_misused(self._members(name), spelled, byte)

    def _is_method(self, name: SpelledName) -> bool:
        return self._is_wrong_before(b";", name, name.typed)

    def _refers(self, name: SpelledName) -> bool:
        """Tell whether the name is behind ``::``."""
        return self._text_before(name).rstrip().endswith(b"::")

    def _text_before(self, name: SpelledName) -> bytes:
        before = self._before[: len(self._before) + min(0, name.start)]
        return before[-_NEAR:] + self._generated[: max(0, name.start)]
