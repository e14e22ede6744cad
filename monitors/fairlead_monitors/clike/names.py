"""What the monitors of names have in common in C-family languages."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import partial
from typing import ClassVar, TypeVar

from fairlead_monitors.clike.language import IDENTIFIER, Language
from fairlead_monitors.clike.lexer import LexState, lex
from fairlead_monitors.evidence import Evidence
from fairlead_monitors.grammar import Grammar, Opening, SpelledName
from fairlead_monitors.spelling import NamesMonitor

C = TypeVar("C", bound="ClikeNames")


class ClikeNames(NamesMonitor[LexState]):
    """Looks at names from their first byte on.

    Before it, blanks, comments, line breaks and much else may be written, so nothing is said there.
    A subclass is made for a language by naming it: ``class X(ClikeNames, language=JAVA)``.
    """

    grammar: ClassVar[Grammar[LexState]]
    mark = re.compile(rb"(?<![\w$\x80-\xff])(?=[A-Za-z_$\x80-\xff])")
    at_once = False

    def __init_subclass__(cls, language: Language | None = None) -> None:
        if language is not None:
            cls.grammar = Grammar(LexState(), partial(lex, language), _whole, IDENTIFIER)
            cls.words = cls.words | cls.words_of(language)

    _lexed: tuple[int, LexState] | None = None
    """How much of the generated text was lexed last, and what it led to."""

    def fork(self: C) -> C:
        """Return an independent copy that shares the analysis, and what was lexed so far."""
        self._opening(self._pending)
        return super().fork()

    def _opening(self, pending: bytes) -> Opening | None:
        if pending is not self._pending:
            return super()._opening(pending)
        length = len(self._generated)
        if self._lexed is None or self._lexed[0] > length:
            self._lexed = length, self.grammar.lex(self._line, pending)
        elif self._lexed[0] < length:
            done, state = self._lexed
            self._lexed = length, self.grammar.lex(state, self._generated[done:])
        return self.opening(self._lexed[1])

    def _spell(self, name: SpelledName, letters: bytes) -> bool:
        # What is known may depend on the first letter, so the list is that for the longer name.
        longer = replace(name, typed=name.typed + letters)
        if name.opening.is_strict and not self._may_become_one(longer):
            return False
        self._name = longer
        self._append(letters)
        return True

    def _may_become_one(self, name: SpelledName) -> bool:
        members = self._members(name)
        if not members.complete or members.has_prefix(name.typed):
            return True
        return any(word.startswith(name.typed) for word in self.words)

    # What is known may depend on every letter, so it is asked for the whole name.

    def _may_end(self, name: SpelledName, rest: bytes) -> bool:
        return super()._may_end(replace(name, typed=name.typed + rest), b"")

    def _judge(self, name: SpelledName, spelled: bytes) -> Evidence:
        found = super()._judge(replace(name, typed=spelled), spelled)
        return replace(found, end=name.start + len(name.typed))

    @classmethod
    def words_of(cls, language: Language) -> frozenset[bytes]:
        """Return the words of the language itself that may stand for a name."""
        return frozenset()


def _whole(prefix: bytes) -> int:
    """Lex from the start: what encloses the end may have begun anywhere."""
    return 0
