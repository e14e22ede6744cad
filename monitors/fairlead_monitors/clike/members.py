"""The members monitor: no name after a dereference operator that analysis knows not to exist."""

from __future__ import annotations

from fairlead_monitors.clike import languages
from fairlead_monitors.clike.language import Language
from fairlead_monitors.clike.lexer import LexState
from fairlead_monitors.clike.names import ClikeNames
from fairlead_monitors.context import Context
from fairlead_monitors.engine import Kind, Names
from fairlead_monitors.grammar import Opening, SpelledName
from fairlead_monitors.lookup import MemberList, MemberLookup


class MembersMonitor(ClikeNames):
    """Triggers wherever an operator such as ``.``, ``?.``, ``->`` or ``::`` dereferences.

    Says nothing in strings, comments and preprocessor lines, and where the dots of a statement
    stand in names of modules.
    """

    asks = Kind.MEMBER
    kind = "member"

    def __init_subclass__(cls, language: Language | None = None) -> None:
        super().__init_subclass__(language)
        if language is not None:
            cls._declares = language.declares

    _declares: frozenset[bytes] = frozenset()

    @classmethod
    def words_of(cls, language: Language) -> frozenset[bytes]:
        """Return what the language allows after a dereference operator, such as ``class``."""
        return language.members

    def __init__(self, context: Context, lookup: MemberLookup | None = None) -> None:
        super().__init__(context, lookup)
        if self._name is None and self._dereferences():
            self._ask(self._place(), 0)

    def opening(self, state: LexState) -> Opening | None:
        """Return how a name begins: always the same way, after a dereference."""
        code = state.end.code
        if code is None or not state.end.dereferences:
            return None
        declares = code.head[0].text in self._declares
        return None if declares else Opening()

    def may_end(self) -> bool:
        """Tell whether the text may end: neither in a checked name nor right before one."""
        if self._name is not None or not self._dereferences():
            return super().may_end()
        members = self._next_members()
        known = self._tail in self.words or self._tail in members.names
        return known or not members.complete

    def members(self) -> Names | None:
        """Return what may be named at the end of the text, None where nothing is dereferenced."""
        if self._name is not None or not self._dereferences():
            return super().members()
        return self._next_members().members

    def _place(self) -> bytes:
        # The operator's end, whatever blanks and line breaks follow it.
        return self._generated.rstrip()

    def _dereferences(self) -> bool:
        return self._opening(self._pending) is not None

    def _next_members(self) -> MemberList:
        return self._members(SpelledName(self._place(), 0, len(self._generated), b"", Opening()))

    def _mark(self, data: bytes, place: int) -> int:
        # Few names follow something that looks like an operator or, maybe, like nothing at all.
        begin = place
        while (found := super()._mark(data, place)) >= 0:
            before = (self._pending + data[begin:found]).rstrip()
            if before[-1:] in b".:>/":
                break
            place = found + 1
        return found


class TypeScriptMembers(MembersMonitor, language=languages.TYPESCRIPT):
    """The members monitor for TypeScript and JavaScript."""

    languages = ("typescript", "javascript", "typescriptreact", "javascriptreact")


class CMembers(MembersMonitor, language=languages.C):
    """The members monitor for C."""

    languages = ("c",)


class CppMembers(MembersMonitor, language=languages.CPP):
    """The members monitor for C++."""

    languages = ("cpp",)


class GoMembers(MembersMonitor, language=languages.GO):
    """The members monitor for Go."""

    languages = ("go",)


class RustMembers(MembersMonitor, language=languages.RUST):
    """The members monitor for Rust."""

    languages = ("rust",)
