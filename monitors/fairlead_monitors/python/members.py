"""The members monitor for Python: no name after a dot that analysis knows not to exist."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from fairlead_monitors.constraint import Constraint
from fairlead_monitors.context import Context
from fairlead_monitors.engine import Names
from fairlead_monitors.evidence import Evidence, Verdict
from fairlead_monitors.lookup import MemberList, MemberLookup
from fairlead_monitors.python.lexer import IDENTIFIER, Last, LexState, lex, window

_WORD_END = re.compile(r"\w*\Z")
_WORD_START = re.compile(r"\w*")


@dataclass(frozen=True)
class _Name:
    """A name being written after a dot.

    `place` is the generated text before it and `back` how many characters of it the user had
    typed: together they identify the analysis. `start` is its byte offset in the generated text.
    """

    place: bytes
    back: int
    start: int
    typed: bytes


class MembersMonitor:
    """Watches text grow at one place of a Python document. See `fairlead_decoding.Monitor`.

    Triggers wherever a dot dereferences an expression, also inside the bytes of one token. Says
    nothing inside strings and comments, in import statements, and where analysis is not complete.
    """

    kind = "member"
    languages = ("python",)

    def __init__(self, context: Context) -> None:
        prefix = context.prefix.encode(errors="replace")
        word = _WORD_END.search(context.prefix)
        typed = word[0] if word else ""
        tail = _WORD_START.match(context.suffix)
        self._tail = (tail[0] if tail else "").encode()
        self._lookup = MemberLookup(context, context.suffix[len(self._tail.decode()) :])
        self._generated = b""
        self._line = LexState()
        self._pending = b""
        self._name: _Name | None = None
        self._evidence: tuple[Evidence, ...] = ()
        self._append(prefix[window(prefix) :])
        self._generated = b""
        before = self._pending[: len(self._pending) - len(typed.encode())]
        if lex(self._line, before).last is Last.DEREFERENCE:
            back = len(context.prefix) - context.prefix.rindex(".") - 1
            self._name = _Name(b"", back, -len(typed.encode()), typed.encode())
            self._lookup.ask(b"", back)

    def fork(self) -> MembersMonitor:
        """Return an independent copy that shares the analysis."""
        copy = object.__new__(MembersMonitor)
        copy.__dict__.update(self.__dict__)
        return copy

    def constraint(self) -> Constraint | None:
        """Return the member names, while one is being written and the list is complete."""
        if self._name is None:
            return None
        members = self._members(self._name)
        if not members.complete:
            return None
        return Constraint(members.names, self._name.typed, IDENTIFIER)

    def pending(self) -> bool:
        """Tell whether the members of the name being written are not known yet."""
        name = self._name
        return name is not None and not self._lookup.is_settled(name.place, name.back)

    def admitted(self, data: bytes) -> int:
        """Return how many bytes of `data` can follow without naming an absent member."""
        if self._name is None and b"." not in data:
            return len(data)
        return self.fork()._feed(data)

    def may_end(self) -> bool:
        """Tell whether the text may end: not in the middle of a checked name."""
        if self._name is None:
            return True
        members = self._members(self._name)
        return not members.complete or self._name.typed + self._tail in members.names

    def advance(self, data: bytes) -> None:
        """Append `data`; start the analysis if it ends in a dereference."""
        if self._feed(data) < len(data):
            raise ValueError(f"{data!r} names an absent member")
        if self._name is not None:
            self._lookup.ask(self._name.place, self._name.back)

    def evidence(self) -> tuple[Evidence, ...]:
        """Return what was checked so far; a name at the end of the text counts if it may end."""
        if self._name is None or not self._name.typed or not self.may_end():
            return self._evidence
        return (*self._evidence, self._judge(self._name, self._name.typed + self._tail))

    def members(self) -> Names | None:
        """Return what may be named where the text ends, None where nothing is dereferenced."""
        return None if self._name is None else self._members(self._name).members

    def _members(self, name: _Name) -> MemberList:
        return self._lookup.wait(name.place, name.back)

    def _feed(self, data: bytes) -> int:
        """Append as much of `data` as is admitted; return how much that was."""
        place = 0
        while place < len(data):
            if self._name is None:
                dot = data.find(b".", place)
                end = len(data) if dot < 0 else dot + 1
                self._append(data[place:end])
                if dot >= 0 and lex(self._line, self._pending).last is Last.DEREFERENCE:
                    self._name = _Name(self._generated, 0, len(self._generated), b"")
                place = end
            elif not self._spell(self._name, data[place : place + 1]):
                return place
            elif self._name is not None:
                place += 1
        return place

    def _spell(self, name: _Name, byte: bytes) -> bool:
        """Go on with, or end, the name being written; return False if that is not admitted.

        A byte that ends the name is left for the caller to append.
        """
        members = self._members(name)
        if byte[0] in IDENTIFIER:
            if members.complete and not members.has_prefix(name.typed + byte):
                return False
            self._name = replace(name, typed=name.typed + byte)
            self._append(byte)
            return True
        if members.complete and name.typed not in members.names:
            return False
        if name.typed:
            self._evidence = (*self._evidence, self._judge(name, name.typed))
        self._name = None
        return True

    def _judge(self, name: _Name, spelled: bytes) -> Evidence:
        members = self._members(name)
        return Evidence(
            name=spelled.decode(errors="replace"),
            kind=self.kind,
            verdict=Verdict.VALID if members.complete else Verdict.UNKNOWN,
            engine=members.members.engine,
            candidates=len(members.members.names),
            start=name.start,
            end=name.start + len(name.typed),
            reason=members.members.reason,
        )

    def _append(self, data: bytes) -> None:
        self._generated += data
        self._pending += data
        cut = self._pending.rfind(b"\n") + 1
        if cut:
            self._line = lex(self._line, self._pending[:cut])
            self._pending = self._pending[cut:]
