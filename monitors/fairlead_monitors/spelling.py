"""The monitor of names: it spells each name against the list of those that may be written there.

What differs between languages and kinds of names is when a name begins. A monitor is a subclass
that says so: it sets `asks`, `kind`, `languages`, `grammar` and `mark`, and defines `opening`.
"""

from __future__ import annotations

import re
from dataclasses import replace
from functools import lru_cache
from typing import ClassVar, Generic, TypeVar

from fairlead_monitors.constraint import Constraint
from fairlead_monitors.context import Context
from fairlead_monitors.engine import Kind, Names
from fairlead_monitors.evidence import Evidence, Verdict
from fairlead_monitors.grammar import BLANK, Grammar, Opening, S, SpelledName
from fairlead_monitors.lookup import IMPORTABLE, MemberList, MemberLookup


@lru_cache(maxsize=32)
def _beginnings(words: frozenset[bytes]) -> frozenset[bytes]:
    """Return all that words begin with, from the empty string to themselves."""
    return frozenset(word[:end] for word in words for end in range(len(word) + 1))


_NEW = "it may be a new name"
_READS = (b"(", b".", b"[")
"""What follows a name that is read, and no target of an assignment."""


def _reason(members: MemberList, known: bool, of_name: str) -> str:
    """Return why a name is not known: mostly as the whole list is not."""
    if known:
        return "" if members.creates else members.members.reason
    return IMPORTABLE if of_name == IMPORTABLE else members.members.reason or of_name


M = TypeVar("M", bound="NamesMonitor")  # type: ignore[type-arg]


class NamesMonitor(Generic[S]):
    """Watches text grow at one place of a document. See `fairlead_decoding.Monitor`.

    Names are looked at wherever they begin, also inside the bytes of one token. Nothing is said
    where analysis is not complete.
    """

    asks: ClassVar[Kind]
    kind: ClassVar[str]
    """What evidence calls the names."""
    languages: ClassVar[tuple[str, ...]]
    grammar: ClassVar[Grammar]  # type: ignore[type-arg]
    mark: ClassVar[re.Pattern[bytes]]
    """Finds where `opening` is to be asked: at the end of a match, which may be empty."""
    at_once: ClassVar[bool] = True
    """Whether nothing but a name can follow an opening: it has begun before its first byte.

    If it is not so, `mark` has to match right before the first byte of a name.
    """
    words: ClassVar[frozenset[bytes]] = frozenset()
    """What may be written instead of any name, such as keywords; it is no evidence."""
    trusts_partial: ClassVar[bool] = False
    """Whether a name of a list that lacks some is right all the same.

    A bound name is; a member may be one of but some of the objects that the receiver can be.
    """

    def opening(self, state: S) -> Opening | None:
        """Return how a name begins after text that leads to `state`; None if none does."""
        raise NotImplementedError

    def __init__(self, context: Context, lookup: MemberLookup | None = None) -> None:
        """`lookup` is what the monitors of one text share; without one, this makes its own."""
        prefix, suffix = (t.encode(errors="replace") for t in (context.prefix, context.suffix))
        identifier = bytes(self.grammar.identifier)
        self._tail = suffix[: len(suffix) - len(suffix.lstrip(identifier))]
        self._suffix = suffix
        rest = suffix[len(self._tail) :].decode()
        self._lookup = lookup or MemberLookup(context, rest)
        self._prefix = prefix[prefix.rfind(b"\n") + 1 :]
        self._generated = b""
        self._line: S = self.grammar.start
        self._pending = b""
        self._name: SpelledName | None = None
        self._evidence: tuple[Evidence, ...] = ()
        self._tried: tuple[bytes, NamesMonitor[S]] | None = None
        self._append(prefix[self.grammar.window(prefix) :])
        self._generated = b""
        self._take_up(context.prefix, prefix[len(prefix.rstrip(identifier)) :])

    def _take_up(self, prefix: str, typed: bytes) -> None:
        """Go on with the name that the user is in the middle of."""
        if typed[:1].isdigit() or not (typed or self.at_once):
            return
        opening = self._opening(self._pending[: len(self._pending) - len(typed)])
        if opening is not None:
            back = self._typed_length(prefix, len(typed.decode(errors="replace")))
            self._name = SpelledName(b"", back, -len(typed), typed, opening)
            self._ask(b"", back)

    def _typed_length(self, prefix: str, typed: int) -> int:
        """Return how many characters of `prefix` follow the place that the engine is to see.

        The last `typed` of them are of the name.
        """
        return len(prefix) - len(prefix[: len(prefix) - typed].rstrip()) if self.at_once else typed

    def fork(self: M) -> M:
        """Return an independent copy that shares the analysis."""
        copy = object.__new__(type(self))
        copy.__dict__.update(self.__dict__)
        return copy

    def constraint(self) -> Constraint | None:
        """Return the names, while one of them must be written and the list is complete."""
        name = self._name
        if name is None or not name.opening.is_strict or self._may_be_literal(name.typed):
            return None
        members = self._members(name)
        if not members.complete or self._is_wrong_at_end(name):
            return None  # In the latter case the name is complete, and more than it has to follow.
        return Constraint(members.names_or(self.words), name.typed, self.grammar.identifier)

    def pending(self) -> bool:
        """Tell whether the names for the one being written are not known yet."""
        name = self._name
        if name is None or not name.opening.is_strict:
            return False
        return not self._lookup.is_settled(self.asks, name.place, name.back)

    def admitted(self, data: bytes) -> int:
        """Return how many bytes of `data` can follow without writing an absent name."""
        if self._is_idle(data):
            return len(data)
        probe = self.fork()
        probe._tried = None
        good = probe._feed(data)
        # What is admitted is mostly appended next.
        self._tried = (data, probe) if good == len(data) else None
        return good

    def _is_idle(self, data: bytes) -> bool:
        """Tell whether all of `data` is admitted without looking any closer."""
        return self._name is None and self._mark(data, 0) < 0

    def may_end(self) -> bool:
        """Tell whether the text may end: not in the middle of a checked name."""
        name = self._name
        if name is None or not self._is_proven(name):
            return True
        return self._may_end(name, self._rest(name)) and not self._is_wrong_at_end(name)

    def advance(self, data: bytes) -> None:
        """Append `data`; start the analysis if it leads to a name."""
        tried, self._tried = self._tried, None
        if tried is not None and tried[0] == data:
            self.__dict__.update(tried[1].__dict__)
            self._tried = None
        elif self._feed(data) < len(data):
            raise ValueError(f"{data!r} names an absent {self.kind}")
        if self._name is not None and not self._name.sign:
            self._ask(self._name.place, self._name.back)
        elif not self.at_once and self._may_begin_here():
            # Its analysis may as well run while the model does.
            self._ask(self._place(), 0)

    def evidence(self) -> tuple[Evidence, ...]:
        """Return what was checked so far; a name at the end of the text counts if it may end."""
        name = self._name
        if name is None or not name.typed or not self._is_proven(name) or not self.may_end():
            return self._evidence
        return self._evidence_with(name, self._rest(name))

    def members(self) -> Names | None:
        """Return what may be named where the text ends, None where no name is looked at."""
        if self._name is not None and not self._name.sign:
            return self._members(self._name).members
        if self.at_once or not self._may_begin_here():
            return None
        return self._lookup.wait(self.asks, self._place()).members

    def _members(self, name: SpelledName) -> MemberList:
        return self._lookup.wait(self.asks, name.place, name.back)

    def _ask(self, place: bytes, back: int) -> None:
        self._lookup.ask(self.asks, place, back)

    def _rest(self, name: SpelledName) -> bytes:
        """Return what of a name at the end of the text stands after the cursor."""
        return b"" if name.ended else self._tail

    def _is_proven(self, name: SpelledName) -> bool:
        """Tell whether what follows the cursor proves the name at the end of the text to be one."""
        proof = name.opening.proof
        if proof is None:
            return True
        follows = self._suffix if name.ended else self._suffix[len(self._tail) :]
        sign = name.sign + (follows if name.sign else follows.lstrip(BLANK))
        # What the text ends with is followed by a line break at most.
        return bool(sign) and (sign[:1] in proof or (sign + b"\n")[:2] in proof)

    def _may_begin_here(self) -> bool:
        """Tell whether the next byte may be the first of a name."""
        last = self._pending[-1:]
        is_apart = bool(last) and last[0] not in self.grammar.identifier
        return is_apart and self._opening(self._pending) is not None

    def _opening(self, pending: bytes) -> Opening | None:
        return self.opening(self.grammar.lex(self._line, pending))

    def _mark(self, data: bytes, place: int) -> int:
        """Return where in `data`, not before `place`, `opening` is to be asked; -1 if nowhere."""
        before = self._pending[-1:] if place == 0 else data[place - 1 : place]
        found = self.mark.search(before + data[place:], len(before))
        return -1 if found is None else found.end() - len(before) + place

    def _place(self) -> bytes:
        """Return the generated text up to here, as the engine is to see it.

        Blanks that do not indent are one or none, for the same place to go by one name.
        """
        bare = self._generated.rstrip(BLANK)
        if self.at_once or not (bare or self._prefix).strip(BLANK) or bare.endswith(b"\n"):
            return self._generated
        is_apart = (bare or self._prefix)[-1] not in self.grammar.identifier
        return bare if is_apart or bare == self._generated else bare + b" "

    def _feed(self, data: bytes) -> int:
        """Append as much of `data` as is admitted; return how much that was."""
        place = 0
        while place < len(data):
            name = self._name
            if name is None:
                place = self._seek(data, place)
            elif letters := self._letters(name, data, place):
                place += len(letters)
            elif not self._go_on(name, data[place : place + 1]):
                return place
            elif self._name is not None and not (self._name.ended and not name.ended):
                place += 1
        return place

    def _letters(self, name: SpelledName, data: bytes, place: int) -> bytes:
        """Append all letters from `place` on that go on with the name; none if not all may."""
        if name.ended or not name.typed:
            return b""
        end, identifier = place, self.grammar.identifier
        while end < len(data) and data[end] in identifier:
            end += 1
        letters = data[place:end]
        return letters if end - place > 1 and self._spell(name, letters) else b""

    def _seek(self, data: bytes, place: int) -> int:
        """Append up to where a name begins, or to the end; return where that is."""
        end = self._mark(data, place)
        if end < 0:
            self._append(data[place:])
            return len(data)
        self._append(data[place:end])
        opening = self._opening(self._pending)
        if opening is not None:
            self._name = SpelledName(self._place(), 0, len(self._generated), b"", opening)
        elif not self.at_once:
            self._append(data[end : end + 1])
            end += 1
        return end

    def _go_on(self, name: SpelledName, byte: bytes) -> bool:
        """Go on with, or end, the name; return False if that is not admitted.

        A byte that ends the name is left for the caller to append.
        """
        if name.ended:
            return self._prove(name, byte)
        if byte[0] in self.grammar.identifier:
            return self._spell(name, byte)
        if name.opening.proof is not None:
            self._name = replace(name, ended=True)
            return True
        return self._end(name, byte)

    def _spell(self, name: SpelledName, letters: bytes) -> bool:
        """Append `letters` to the name, unless no name begins like that."""
        typed = name.typed + letters
        if name.opening.is_strict and not self._may_be_literal(typed):
            members = self._members(name)
            known = not members.complete or members.has_prefix(typed)
            if not known and typed not in _beginnings(self.words):
                return False
        self._name = SpelledName(name.place, name.back, name.start, typed, name.opening)
        self._append(letters)
        return True

    def _prove(self, name: SpelledName, byte: bytes) -> bool:
        """Go on after a name that waits for a proof of being one."""
        assert name.opening.proof is not None
        if byte in BLANK and not name.sign:
            self._append(byte)
            return True
        sign = name.sign + byte
        if sign in name.opening.proof:
            return self._end(name, byte)
        may_prove = name.opening.may_prove(sign)
        self._name = replace(name, sign=sign) if may_prove else None
        if may_prove:
            self._append(byte)
        return True

    def _end(self, name: SpelledName, byte: bytes) -> bool:
        if name.typed in self.grammar.literals and byte in (b'"', b"'"):
            self._name = None
            return True
        if not self._may_end(name, b"") or self._is_wrong_before(byte, name, name.typed):
            return False
        if name.typed:
            self._evidence = self._evidence_with(name, b"")
        self._name = None
        return True

    def _may_end(self, name: SpelledName, rest: bytes) -> bool:
        """Tell whether the name, with `rest` of it still to come, may be written here."""
        if not name.opening.refuses or name.typed + rest in self.words:
            return True
        members = self._members(name)
        return not members.complete or name.typed + rest in members.names

    def _is_wrong_at_end(self, name: SpelledName) -> bool:
        """Tell whether what follows the cursor would make the name wrong, which may be written."""
        rest = self._rest(name)
        follows = self._suffix[len(rest) :].lstrip(BLANK)[:1]
        return bool(follows) and self._is_wrong_before(follows, name, name.typed + rest)

    def _is_wrong_before(self, byte: bytes, name: SpelledName, spelled: bytes) -> bool:
        """Tell whether `byte` would make `spelled` wrong, which may be written.

        Where it would make a value of what is a module, and not imported yet, or read what only an
        assignment would create.
        """
        if not name.opening.refuses or spelled in self.words:
            return False
        members = self._members(name)
        if members.creates and byte in _READS:
            return spelled not in members.names
        return byte != b"." and members.needs_dot(spelled)

    def _evidence_with(self, name: SpelledName, rest: bytes) -> tuple[Evidence, ...]:
        if name.typed + rest in self.words:
            return self._evidence
        return (*self._evidence, self._judge(name, name.typed + rest))

    def _judge(self, name: SpelledName, spelled: bytes) -> Evidence:
        members = self._members(name)
        sure = members.complete and name.opening.refuses
        listed = members.complete or members.creates or self.trusts_partial
        doubt = members.doubt(spelled)
        known = not doubt and (sure or (listed and spelled in members.names))
        return Evidence(
            name=spelled.decode(errors="replace"),
            kind=self.kind,
            verdict=Verdict.VALID if known else Verdict.UNKNOWN,
            engine=members.members.engine,
            candidates=len(members.members.names),
            start=name.start,
            end=name.start + len(name.typed),
            reason=_reason(members, known, doubt or _NEW),
        )

    def _may_be_literal(self, typed: bytes) -> bool:
        return typed in _beginnings(self.grammar.literals)

    def _append(self, data: bytes) -> None:
        self._generated += data
        self._pending += data
        cut = self._pending.rfind(b"\n") + 1
        if cut:
            self._line = self.grammar.lex(self._line, self._pending[:cut])
            self._pending = self._pending[cut:]
