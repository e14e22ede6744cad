"""The scope monitor for Python: no expression reads a name that is known to be bound nowhere."""

from __future__ import annotations

import keyword
import re
from dataclasses import replace

from fairlead_monitors.engine import Kind
from fairlead_monitors.evidence import UNBOUND, Evidence, Verdict
from fairlead_monitors.grammar import Grammar, Opening, SpelledName
from fairlead_monitors.python.lexer import IDENTIFIER
from fairlead_monitors.python.statement import Role, Sort, Statement, read, window
from fairlead_monitors.python.undecided import (
    DECIDING,
    FAR,
    MayBind,
    Undecided,
    decided,
    decided_by,
    unbound,
)
from fairlead_monitors.spelling import NamesMonitor

_ANY = frozenset(bytes([byte]) for byte in range(256))
_PREFIXES = frozenset(b"r b u f t rb br rf fr rt tr".split())

LITERALS = frozenset(
    bytes(letters)
    for prefix in _PREFIXES
    for letters in (prefix, prefix.upper(), prefix.title(), prefix.title().swapcase())
)
"""The words that make a string of a quote."""

READ = frozenset({b"(", b".", b"["})
"""What follows the first name of a statement only if the name is read."""

ELEMENT = (_ANY - {b":", b"#", b"\\"}) | {b":" + byte for byte in _ANY - {b"="}}
"""What follows the first name of an element or of a condition only if it is a variable.

And not what ``:=`` binds.
"""

ARGUMENT = (ELEMENT - {b"="}) | {b"=="}
"""The same of an argument, of which it may be the name of the parameter as well."""

_ITEM = (b"(", b"[", b"{", b",")


class ScopeMonitor(NamesMonitor[Statement]):
    """Triggers wherever an expression begins with a name.

    The first name of a statement or a condition may be a new one that is assigned to, and that of
    an argument the name of a parameter: they are judged by what follows them. Names in the first
    element of a bracket may be bound by a comprehension further on: an absent one is undecided
    until there can be none any more, and it is the comma or bracket that tells so which is refused.
    """

    asks = Kind.SCOPE
    kind = "name"
    languages = ("python",)
    grammar = Grammar(Statement(), read, window, IDENTIFIER, LITERALS)
    mark = re.compile(rb"(?<![\w\x80-\xff])(?=[A-Za-z_\x80-\xff])")
    at_once = False
    trusts_partial = True
    words = frozenset(word.encode() for word in (*keyword.kwlist, *keyword.softkwlist))

    _undecided: tuple[Undecided, ...] = ()
    _absent: tuple[Undecided, ...] = ()

    def opening(self, state: Statement) -> Opening | None:
        """Return how a name begins: by whether it is read for sure."""
        level = state.level
        if not state.begins_name or state.previous == b"as" or level.role not in _VARIABLES:
            return None
        within = tuple(i for i, outer in enumerate(state.levels) if outer.may_bind_later)
        proof = _proof(state, in_element=bool(within))
        return MayBind(proof, False, within, state.word) if within else Opening(proof)

    def may_end(self) -> bool:
        """Tell whether the text may end: not in an absent name, nor where the suffix proves one."""
        return super().may_end() and not self._absent_before_suffix()

    def evidence(self) -> tuple[Evidence, ...]:
        """Return what was checked so far, and as if the text ended here."""
        found = {evidence.start: evidence for evidence in super().evidence()}
        for name in unbound(self._left_undecided(), self._generated + self._suffix[:FAR]):
            if name.start in found:
                found[name.start] = replace(found[name.start], reason=UNBOUND)
        for name in self._absent_before_suffix():
            found[name.start] = self._refuted(name)
        return tuple(sorted(found.values(), key=lambda evidence: evidence.start))

    def rejections(self, data: bytes) -> tuple[Evidence, ...]:
        """Return the names that the first byte of `data` which is refused proves to be absent.

        Without a refused byte, those that what follows the text proves to be. None of them was
        refused while it was being written.
        """
        probe = self.fork()
        good = probe._feed(data)
        if good == len(data):
            return tuple(probe._refuted(name) for name in probe._absent_before_suffix())
        name = probe._name
        absent = probe._absent
        if not absent and name is not None and name.ended:
            absent = (probe._undecided_name(name),)
        return tuple(probe._refuted(name) for name in absent)

    def _refuted(self, name: Undecided) -> Evidence:
        return Evidence(
            name=name.name.decode(errors="replace"),
            kind=self.kind,
            verdict=Verdict.INVALID,
            engine=name.engine,
            candidates=name.candidates,
            start=name.start,
            end=min(name.end, len(self._generated)),
        )

    def _is_idle(self, data: bytes) -> bool:
        return super()._is_idle(data) and not (self._undecided and DECIDING.search(data))

    def _feed(self, data: bytes) -> int:
        """Append as much of `data` as is admitted, up to what proves an undecided name absent."""
        done = 0
        for match in DECIDING.finditer(data):
            done += super()._feed(data[done : match.start()])
            if done < match.start() or not self._decide(match[0]):
                return done
            done += 1
        return done + super()._feed(data[done:])

    def _decide(self, byte: bytes) -> bool:
        """Append `byte`, after which names may be decided; return False if that is refused."""
        before = dict(self.__dict__)
        if super()._feed(byte) < 1:
            return False
        if not self._undecided:
            return True
        state = self.grammar.lex(self._line, self._pending)
        absent, self._undecided = decided(self._undecided, state, self._generated)
        if absent:
            self.__dict__.update(before, _absent=absent)
        return not absent

    def _end(self, name: SpelledName, byte: bytes) -> bool:
        is_literal = name.typed in self.grammar.literals and byte in (b'"', b"'")
        if not super()._end(name, byte):
            return False
        if not is_literal and self._is_undecided(name, name.typed):
            self._undecided = (*self._undecided, self._undecided_name(name))
        return True

    def _is_undecided(self, name: SpelledName, spelled: bytes) -> bool:
        if not spelled or spelled in self.words or not isinstance(name.opening, MayBind):
            return False
        members = self._members(name)
        return members.complete and spelled not in members.names

    def _undecided_name(self, name: SpelledName, rest: bytes = b"") -> Undecided:
        names = self._members(name).members
        opening = name.opening if isinstance(name.opening, MayBind) else MayBind()
        spelled = name.typed + rest
        end = name.start + len(spelled)
        return Undecided(spelled, name.start, end, opening, names.engine, len(names.names))

    def _absent_before_suffix(self) -> tuple[Undecided, ...]:
        """Return the names that are absent if the text ends here, as what follows tells."""
        undecided = self._left_undecided()
        if not undecided:
            return ()
        line, begun = self._line, self._pending
        return tuple(decided_by(undecided, line, begun, self._generated, self._suffix))

    def _left_undecided(self) -> tuple[Undecided, ...]:
        """Return the names that are undecided where the text ends."""
        name = self._name
        if name is None or not name.typed or not self._is_proven(name):
            return self._undecided
        rest = self._rest(name)
        is_literal = name.typed in self.grammar.literals and self._suffix[:1] in (b'"', b"'")
        if is_literal or not self._is_undecided(name, name.typed + rest):
            return self._undecided
        return (*self._undecided, self._undecided_name(name, rest))


def _proof(state: Statement, *, in_element: bool) -> frozenset[bytes] | None:
    """Return what proves that a name is read which begins at `state`, None if nothing has to."""
    level, begins_item = state.level, state.previous in _ITEM
    if level.role is Role.MAYBE:
        return READ
    if level.sort is Sort.CALL and state.previous in (b"(", b","):
        return None if level.nameless else ARGUMENT
    begins_display = in_element and level.sort is Sort.DISPLAY and begins_item
    return ELEMENT if begins_display or _begins_condition(state) else None


def _begins_condition(state: Statement) -> bool:
    return state.previous == state.word and state.word in (b"if", b"elif", b"while")


_VARIABLES = (Role.READ, Role.MAYBE, Role.CHAIN, Role.ANNOTATION)
