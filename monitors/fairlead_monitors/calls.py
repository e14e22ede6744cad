"""The monitor of call arguments: no call that fits none of the overloads of its function.

It counts arguments as they are written and holds them against the signatures that analysis gives.
How calls look in a language is said by a `CallSyntax`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache
from typing import ClassVar, TypeVar

from fairlead_monitors import call_check
from fairlead_monitors.argument_list import Bracket, Form, synced, take
from fairlead_monitors.binding import (
    NONE,
    Arguments,
    accepts,
    accepts_position,
    free_names,
    takes_any_name,
)
from fairlead_monitors.call_rest import rests
from fairlead_monitors.call_syntax import CallSyntax, Sort, Token
from fairlead_monitors.constraint import Constraint
from fairlead_monitors.context import Context
from fairlead_monitors.engine import Completeness, Names, Signature, Signatures
from fairlead_monitors.evidence import Evidence, Verdict
from fairlead_monitors.signatures import SignatureLookup

M = TypeVar("M", bound="CallsMonitor")

_BRACKET = re.compile(rb"[()\[\]{}]")
_BRACKET_OR_COMMA = re.compile(rb"[()\[\]{},]")
_NAME = 200  # bytes before a bracket in which the name of what is called is looked for
_CALLED = re.compile(rb"([\w$\x80-\xff]*)\s*(?:<[^()]*>)?\s*\Z")
_UNDECIDED = (Form.EMPTY, Form.NAME, Form.EQUALS)


class CallsMonitor:
    """Watches calls grow at one place of a document. See `fairlead_decoding.Monitor`.

    A closing bracket is admitted if some overload takes the arguments that it ends, a comma if
    some overload takes more, a name before an equals sign if some overload has such a parameter.
    Other brackets are left alone, and so are calls that unpack something, and those whose
    signatures are not known for sure.
    """

    kind: ClassVar[str] = "call"
    languages: ClassVar[tuple[str, ...]]
    syntax: ClassVar[CallSyntax]
    """The lexer at the beginning of a text."""
    identifier: ClassVar[frozenset[int]]
    trailing_comma: ClassVar[bool] = False
    """Whether a comma may follow the last argument, as it does in lists of several lines."""

    def __init__(self, context: Context) -> None:
        self._engine = context.engine.name
        self._lookup = SignatureLookup(context)
        self._prefix = context.prefix.encode(errors="replace")
        self._generated = b""
        self._unread = b""
        self._closed: tuple[tuple[Bracket, int], ...] = ()
        self._tried: tuple[bytes, CallsMonitor] | None = None
        self._read_prompt(context.suffix.encode(errors="replace"))
        self._ask()

    @staticmethod
    def window(prefix: bytes) -> int:
        """Return where lexing may begin to be right at the end of `prefix`."""
        raise NotImplementedError

    def _read_prompt(self, suffix: bytes) -> None:
        text = self._prefix[self.window(self._prefix) :]
        lines = text[: text.rfind(b"\n") + 1]
        lexer, stack = _read(self.syntax, lines)
        self._lexer, tokens = lexer.feed(text[len(lines) :])
        behind = len(lines) - len(text)
        self._stack = tuple(replace(b, opened=b.opened + behind) for b in stack)
        for token in tokens:
            self._stack = take(self._stack, token, behind)
        self._rests = rests(self._lexer, self._stack, suffix) if self._stack else {}
        last = self._lexer.unfinished()
        self._begun = (self._stack[-1], last) if self._stack and last is not None else None

    def fork(self: M) -> M:
        """Return an independent copy that shares the analysis."""
        copy = object.__new__(type(self))
        copy.__dict__.update(self.__dict__)
        return copy

    def constraint(self) -> Constraint | None:
        """Return the parameters that may be named, where an argument can only go by name."""
        bracket = self._stack[-1] if self._stack else None
        if bracket is None or not bracket.calls or bracket.form is not Form.EMPTY:
            return None
        token = self._lexer.unfinished()
        if token is None or token.sort is not Sort.NAME:
            return None
        if not self._lookup.is_settled(bracket.opened, self._generated):
            return None
        names = _only_names(self._overloads(bracket), bracket.given, self._later(bracket))
        return Constraint(names, token.text, self.identifier) if names else None

    def pending(self) -> bool:
        """Return False: names are only listed where the analysis is there already."""
        return False

    def admitted(self, data: bytes) -> int:
        """Return how many bytes of `data` can follow without making a call impossible."""
        if self._is_idle(data):
            return len(data)
        self._catch_up()
        self._tried = None
        probe = self.fork()
        good = probe._feed(data)
        if good == len(data):
            self._tried = data, probe
        return good

    def may_end(self) -> bool:
        """Return True: the user may finish a call."""
        return True

    def advance(self, data: bytes) -> None:
        """Append `data`; start the analysis of the call that it leads into."""
        if self._is_idle(data):
            self._unread += data
            self._tried = None
            return
        self._catch_up()
        tried, self._tried = self._tried, None
        if tried is not None and tried[0] == data:
            self.__dict__.update(tried[1].__dict__)  # What was asked about last comes next.
        elif self._feed(data) < len(data):
            raise ValueError(f"{data!r} makes a call that no overload allows")
        self._ask()

    def evidence(self) -> tuple[Evidence, ...]:
        """Return what was found about the calls that were closed, or that the suffix closes."""
        judged = (self._judged(bracket, end) for bracket, end in self._closed)
        return (*judged, *self._closed_by_suffix())

    def members(self) -> Names | None:
        """Return None: names are not what is looked at here."""
        return None

    def rejection(self, data: bytes) -> Evidence | None:
        """Return what is wrong with `data`, None if it is admitted."""
        probe = self.fork()
        probe._catch_up()
        good = probe._feed(data)
        if good == len(data):
            return None
        end = len(self._generated) + len(self._unread) + good + 1
        return probe._judged(probe._stack[-1], end, Verdict.INVALID)

    def _is_idle(self, data: bytes) -> bool:
        """Tell whether `data` has nothing to do with whether a call is possible."""
        if not self._stack or not self._stack[-1].calls:
            return _BRACKET.search(data) is None
        undecided = self._stack[-1].form in _UNDECIDED
        return not undecided and _BRACKET_OR_COMMA.search(data) is None

    def _catch_up(self) -> None:
        """Read what was appended while there was nothing to look at."""
        data, self._unread = self._unread, b""
        if data:
            self._lexer, tokens = self._lexer.feed(data)
            for token in tokens:
                self._stack = take(self._stack, token, len(self._generated))
            self._generated += data

    def _ask(self) -> None:
        if self._stack and self._stack[-1].calls:
            self._lookup.ask(self._stack[-1].opened, self._generated)

    def _feed(self, data: bytes) -> int:
        """Append `data` if all of it is admitted; return how much of it is."""
        base = len(self._generated)
        self._generated += data
        self._lexer, tokens = self._lexer.feed(data)
        for token in tokens:
            self._stack = synced(self._stack, token)
            limit = self._limit(token)
            if limit is not None:
                return max(0, token.start + limit)
            if token.sort is Sort.CLOSE and self._stack[-1].calls:
                self._closed = (*self._closed, (self._stack[-1], base + token.end))
            self._stack = take(self._stack, token, base)
        last = self._lexer.unfinished()
        limit = None if last is None else self._limit(last)
        if last is None or limit is None:
            return len(data)
        return max(0, len(data) + last.start + limit)

    def _limit(self, token: Token) -> int | None:
        """Return how many bytes of `token` may come next, None if it may."""
        bracket = self._stack[-1] if self._stack else None
        if bracket is not None and bracket.calls and call_check.matters(bracket, token):
            overloads = self._overloads(bracket)
            if overloads:
                return call_check.limit(
                    overloads,
                    bracket,
                    token,
                    self._rests.get(bracket.opened),
                    trailing_comma=self.trailing_comma,
                )
        return None

    def _overloads(self, bracket: Bracket) -> tuple[Signature, ...]:
        """Return the overloads that a call is held against; none, if it cannot be judged."""
        later = self._later(bracket)
        if bracket.form is Form.UNPACKED or bracket.given.unpacked or later.unpacked:
            return ()
        signatures = self._lookup.wait(bracket.opened, self._generated)
        if signatures.completeness is not Completeness.COMPLETE:
            return ()
        # A call that the user has made impossible is left alone.
        certain, overloads = bracket.certain().and_all(later), signatures.overloads
        possible = any(accepts(s, certain) for s in overloads)
        return overloads if possible and self._could_begin(overloads, bracket) else ()

    def _could_begin(self, overloads: tuple[Signature, ...], bracket: Bracket) -> bool:
        """Tell whether the argument that the user has begun, if he has, was possible."""
        if self._begun is None or self._begun[0].opened != bracket.opened:
            return True
        begun, token = self._begun
        rest = self._rests.get(begun.opened)
        return call_check.limit(overloads, begun, token, rest) is None

    def _later(self, bracket: Bracket) -> Arguments:
        rest = self._rests.get(bracket.opened)
        return NONE if rest is None else rest.others

    def _closed_by_suffix(self) -> Iterator[Evidence]:
        last, stack = self._lexer.unfinished(), self._stack
        if last is not None:
            stack = take(stack, last, len(self._generated))
        if any(bracket.opened > 0 for bracket in stack):
            return
        for bracket in reversed(stack):
            rest = self._rests.get(bracket.opened)
            if bracket.calls and rest is not None:
                overloads = self._overloads(bracket)
                good = call_check.complete(overloads, bracket, rest) if overloads else None
                if good is not None:
                    verdict = Verdict.VALID if good else Verdict.INVALID
                    yield self._judged(bracket, len(self._generated), verdict)

    def _judged(self, bracket: Bracket, end: int, verdict: Verdict = Verdict.VALID) -> Evidence:
        """Return the record of a call; VALID only stands if the call could be judged at all."""
        known = bool(self._overloads(bracket))
        if not known and bracket.arguments().unpacked:
            signatures = Signatures.unknown(self._engine, "not all of its arguments can be counted")
        else:
            signatures = self._lookup.wait(bracket.opened, self._generated)
        reason = signatures.reason if known else signatures.reason or "it was wrong before"
        if verdict is Verdict.INVALID and known:
            reason = "no overload takes these arguments"
        return Evidence(
            name=self._called(bracket.opened),
            kind=self.kind,
            verdict=verdict if known else Verdict.UNKNOWN,
            engine=signatures.engine,
            candidates=len(signatures.overloads),
            start=bracket.opened - 1,
            end=end,
            reason="" if known and verdict is Verdict.VALID else reason,
        )

    def _called(self, opened: int) -> str:
        end = max(0, len(self._prefix) + opened - 1)
        before = self._prefix[max(0, end - _NAME) : end]
        if opened > 0:
            before += self._generated[: opened - 1][-_NAME:]
        found = _CALLED.search(before[-_NAME:])
        return found[1].decode(errors="replace") if found else ""


@lru_cache(maxsize=32)
def _read(syntax: CallSyntax, lines: bytes) -> tuple[CallSyntax, tuple[Bracket, ...]]:
    """Return the lexer after whole lines, and the brackets open there, counted from there."""
    lexer, tokens = syntax.feed(lines)
    stack: tuple[Bracket, ...] = ()
    for token in tokens:
        stack = take(stack, token, -len(lines))
    return lexer, stack


def _only_names(
    overloads: tuple[Signature, ...], given: Arguments, later: Arguments
) -> frozenset[bytes]:
    """Return the names by which an argument has to be passed, none if it may go otherwise."""
    if any(takes_any_name(s) or accepts_position(s, given, later) for s in overloads):
        return frozenset()
    together = given.and_all(later)
    return frozenset(name.encode() for s in overloads for name in free_names(s, together))
