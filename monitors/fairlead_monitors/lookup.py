"""Name lists for the places a text passes through: each asked for once, waited for once."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from concurrent.futures import TimeoutError as Late
from dataclasses import replace
from functools import cached_property, lru_cache
from typing import Generic, TypeVar

from fairlead_monitors.context import Context
from fairlead_monitors.engine import Completeness, Kind, Names, Source, T

_POLL = 0.02
"""Seconds between two looks at whether anybody still waits."""

LATE = "analysis came too late"
WRITTEN = "it is not listed, but the document names it elsewhere"
DOUBTED = "one analysis lists it and another does not"
IMPORTABLE = "it needs an import"

_Key = tuple[Kind, int, bytes]
K = TypeVar("K", bound=Hashable)
A = TypeVar("A")

_DEREFERENCE = r"\s*(?:\.|\?\.|->|::)\s*"
_RECEIVER = re.compile(rf"(?<![\w.])([^\W\d]\w*(?:\.\w+)*){_DEREFERENCE}\Z")
_OWN = ("self", "cls")
"""Receivers that are another object in each class."""
_CLASS = re.compile(r"^([ \t]*)class\b.*", re.MULTILINE)
FUNCTION = re.compile(r"^([ \t]*)(?:async[ \t]+)?def\b.*", re.MULTILINE)
"""The header of a function, or its first line."""
_LITERAL = re.compile(r"""\"(?:\\.|[^"\\])*\"|'(?:\\.|[^'\\])*'""")
_HASHED = (".py", ".pyi", ".pyw")
"""Files in which a hash begins a comment."""
_NEAR = 200  # characters in which a receiver is looked for


class MemberList:
    """An engine's answer, in bytes and sorted, and names that are allowed besides.

    These are `written` elsewhere in the document, as people know more than analysis does, or
    doubted by some analysis and listed by another, or to be imported. What is not in a `complete`
    list is absent; in one that `creates`, only if it is read.
    """

    def __init__(self, members: Names, written: frozenset[str] = frozenset()) -> None:
        self.members = members
        is_whole = members.completeness is Completeness.COMPLETE
        self.complete = is_whole and not members.may_create
        self.creates = is_whole and members.may_create
        self.doubted = frozenset(name.encode() for name in members.doubted)
        self.written = frozenset(name.encode() for name in written - members.names)
        self._importable = _encoded(members.importable)
        self._modules = _encoded(members.modules)
        self._joined: dict[frozenset[bytes], frozenset[bytes]] = {}

    @cached_property
    def names(self) -> frozenset[bytes]:
        """All names, encoded as UTF-8."""
        listed = frozenset(name.encode() for name in self.members.names)
        return listed | self.written | self.doubted | self._importable

    def doubt(self, name: bytes) -> str:
        """Return why it is not known that there is `name`, though it is let pass."""
        if name in self.doubted:
            return DOUBTED
        if name in self.written:
            return WRITTEN
        return IMPORTABLE if self._is_to_be_imported(name, self._importable) else ""

    def needs_dot(self, name: bytes) -> bool:
        """Tell whether `name` is a module that is not imported yet: a dereference has to follow."""
        return self.complete and self._is_to_be_imported(name, self._modules)

    def _is_to_be_imported(self, name: bytes, among: frozenset[bytes]) -> bool:
        return name in among and name.decode(errors="replace") not in self.members.names

    def names_or(self, words: frozenset[bytes]) -> frozenset[bytes]:
        """Return the names and `words`: the same object each time, which is quick to look up."""
        if not words:
            return self.names
        if words not in self._joined:
            self._joined[words] = self.names | words
        return self._joined[words]

    @cached_property
    def _sorted(self) -> list[bytes]:
        return sorted(self.names)

    def reduced(self, completeness: Completeness, reason: str) -> MemberList:
        """Return the same names, relied on less."""
        names = replace(self.members, completeness=completeness, reason=reason)
        return MemberList(names, frozenset(name.decode() for name in self.written))

    def has_prefix(self, typed: bytes) -> bool:
        """Tell whether some name starts with `typed`."""
        place = bisect_left(self._sorted, typed)
        return place < len(self._sorted) and self._sorted[place].startswith(typed)


@lru_cache(maxsize=8)
def _encoded(names: frozenset[str]) -> frozenset[bytes]:
    """Encode names of which there are many, and the same ones for many places."""
    return frozenset(name.encode() for name in names)


class Questions(Generic[K, A]):
    """The questions about one text: each is asked once, and waited for once.

    An answer is settled when it is first waited for; one that comes too late stays unknown, so
    that the constraints on a text never change while it is being written.
    """

    def __init__(self, context: Context) -> None:
        self._context = context
        self._asked: dict[K, tuple[float, Future[A]]] = {}
        self._settled: dict[K, A] = {}

    def ask(self, key: K, start: Callable[[], Future[A]]) -> None:
        """Ask what goes by `key` with `start`, if it was not asked yet."""
        if key not in self._asked and key not in self._settled:
            self._asked[key] = (self._context.clock(), start())

    def is_settled(self, key: K) -> bool:
        """Tell whether `wait` would return at once, with an answer it has given before."""
        return key in self._settled

    def wait(self, key: K, late: A) -> A:
        """Return the settled answer to what was asked: `late` if it comes too late."""
        if key not in self._settled:
            started, future = self._asked.pop(key)
            self._settled[key] = settle(self._context, future, started, late)
        return self._settled[key]


class MemberLookup:
    """Asks an engine about places in one growing document.

    A place is known by the generated bytes before it; all monitors of a text, and their forks, may
    share one lookup.
    """

    def __init__(self, context: Context, suffix: str) -> None:
        """`suffix` is what follows the name that is written at the cursor, if one is."""
        self._context = context
        self._suffix = suffix
        self._questions: Questions[_Key, Names] = Questions(context)
        self._lists: dict[_Key, MemberList] = {}

    def ask(self, kind: Kind, generated: bytes, back: int = 0) -> None:
        """Start the analysis of the place after `generated`, if it was not started yet.

        `back` characters of the prefix are left out: the part of a name that is typed already.
        """

        def start() -> Future[Names]:
            before = self._before(generated, back)
            source = Source(self._context.path, before + self._suffix)
            return self._context.engine.names(kind, source, len(before))

        self._questions.ask((kind, back, generated), start)

    def is_settled(self, kind: Kind, generated: bytes, back: int = 0) -> bool:
        """Tell whether `wait` would return at once, with an answer it has given before."""
        return self._questions.is_settled((kind, back, generated))

    def wait(self, kind: Kind, generated: bytes, back: int = 0) -> MemberList:
        """Return the settled answer for a place that was asked about."""
        key = (kind, back, generated)
        if key not in self._lists:
            self.ask(kind, generated, back)
            found = self._questions.wait(key, Names.unknown(self._context.engine.name, LATE))
            may_veto = kind is Kind.MEMBER and found.completeness is Completeness.COMPLETE
            written = self._written(generated, back) if may_veto else frozenset()
            self._lists[key] = MemberList(found, written)
        return self._lists[key]

    def _before(self, generated: bytes, back: int) -> str:
        """Return the text before a place."""
        prefix = self._context.prefix
        return prefix[: len(prefix) - back] + generated.decode(errors="replace")

    def _written(self, generated: bytes, back: int) -> frozenset[str]:
        """Return what the document names after the same receiver in other places."""
        receiver = _RECEIVER.search(self._before(generated, back)[-_NEAR:])
        if receiver is None:
            return frozenset()
        before, after = self._context.prefix, self._suffix
        before, after = same_receiver(receiver[1].partition(".")[0], before, after)
        hashed = self._context.path.endswith(_HASHED)
        return frozenset[str]().union(
            *(written_after(receiver[1], text, hashed=hashed) for text in (before, after))
        )


def same_receiver(root: str, before: str, after: str) -> tuple[str, str]:
    """Return what of a Python text around a place may mean the same by `root` as the place does.

    For what each class has its own of, that is the class; for what a function binds, the function.
    """
    if root in _OWN:
        return block_around(_CLASS, before, after) or (before, after)
    found = block_around(FUNCTION, before, after)
    bound = rf"(?:[(,*]\s*|\b(?:for|as|import)\s+|^\s*){root}\s*(?:=(?!=)|[:,)]|\bin\b|$)"
    is_local = found is not None and re.search(bound, found[0], re.MULTILINE)
    return found if found is not None and is_local else (before, after)


def block_around(header: re.Pattern[str], before: str, after: str) -> tuple[str, str] | None:
    """Return the block with such a `header` around a place, before and after it, if there is one.

    By the indentation of Python.
    """
    line = before[before.rfind("\n") + 1 :]
    limit = len(line) - len(line.lstrip()) if line.strip() else len(line)
    for found in reversed(list(header.finditer(before))):
        indent = len(found[1])
        outside = re.compile(rf"^[ \t]{{0,{indent}}}[^\s#)\]}}]", re.MULTILINE)
        if indent < limit and not outside.search(before, found.end()):
            end = outside.search(after, after.find("\n") + 1) if "\n" in after else None
            return before[found.start() :], after[: end.start()] if end else after
    return None


def written_after(receiver: str, text: str, *, hashed: bool = False) -> frozenset[str]:
    """Return the names that are dereferenced from `receiver` in `text`, before its very end.

    `hashed` says that what follows a hash is a comment, which is talk.
    """
    found = re.finditer(re.escape(receiver) + _DEREFERENCE + r"(\w+)", text)
    return frozenset(
        match[1]
        for match in found
        if match.end() < len(text)
        and not _is_joined(text, match.start())
        and not (hashed and _is_comment(text, match.start()))
    )


def _is_comment(text: str, place: int) -> bool:
    """Tell whether a hash stands before `place` in its line, outside of literals."""
    line = text[text.rfind("\n", 0, place) + 1 : place]
    return "#" in line and "#" in _LITERAL.sub("", line)


def _is_joined(text: str, place: int) -> bool:
    """Tell whether what begins at `place` goes on with a longer expression before it."""
    return place > 0 and (text[place - 1] in "._" or text[place - 1].isalnum())


def settle(context: Context, future: Future[T], started: float, late: T) -> T:
    """Wait for an answer as long as `context` allows; after that it is `late` for good."""
    end = min(started + context.patience, context.deadline)
    while not context.cancelled():
        try:
            return future.result(timeout=max(0.0, min(_POLL, end - context.clock())))
        except Late:
            if context.clock() >= end:
                break
    future.cancel()
    return late
