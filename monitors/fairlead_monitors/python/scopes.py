"""Which names a place in Python source may read, by the bindings that stand in the text.

Works on tokens and indentation instead of a syntax tree: a broken line hides no binding but its
own. What cannot be decided so counts as bound, for the list must lack nothing that is there.
(The Python Language Reference, section 4.2, "Naming and binding".)
"""

from __future__ import annotations

import keyword
import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from math import inf
from operator import attrgetter
from typing import NamedTuple, Protocol, TypeVar

from fairlead_monitors.python.bindings import Bound, Inner, bindings, inner_names, statements
from fairlead_monitors.python.tokens import Line, Token, logical_lines

_DYNAMIC = re.compile(
    r"\b(globals|vars|locals)\((?:__builtins__)?\)\s*(\[[^\]\n]*\]\s*=[^=]|\.(update|setdefault|__setitem__)\b)"
    r"|\bexec(file)?\(|\bsys\.modules\[__name__\]"
    r"|\bsetattr\(\s*(sys\.modules|builtins|__builtins__)\b"
    r"|\bbuiltins\.\w+\s*=[^=]"
    r"|\b__builtins__\s*(\[[^\]\n]*\]\s*=[^=]|\.\w+\s*=[^=]|\.(update|setdefault|__dict__)\b)"
)
_OF_CLASSES = ("__module__", "__qualname__")
"""What the body of a class finds bound. (The Python Language Reference, section 3.3.3.3.)"""
_HANDLED = re.compile(r"\bexcept\b[^\n:]*\bNameError\b")


_BEGIN = attrgetter("begin")


class _Part(Protocol):
    """A part of a text."""

    @property
    def begin(self) -> int:
        """Where it begins."""


P = TypeVar("P", bound=_Part)


@dataclass
class Scope:
    """A module or the body of a class or function: where each name is first bound in it."""

    sort: str
    indent: int
    begin: int
    end: int
    parent: Scope | None = None
    names: dict[str, int] = field(default_factory=dict)

    def bind(self, name: str, place: int) -> None:
        """Bind `name`, at `place` in the text."""
        self.names.setdefault(name, place)

    @property
    def hidden(self) -> bool:
        """Tell whether what it encloses cannot see its names."""
        return self.sort == "class"


@dataclass(frozen=True)
class Visible:
    """What a place may read.

    `stars` are the modules all of whose names are imported; `open_ended` says that the code runs
    after names have been bound that nobody has written yet; `gap`, why there may be other names.
    """

    names: frozenset[str]
    stars: frozenset[str]
    open_ended: bool
    gap: str = ""


class _Loop(NamedTuple):
    """A loop around whose body what is bound further down is bound in the next round."""

    begin: int
    end: int
    indent: int


class _Own(NamedTuple):
    """What is known of a line: the names that are bound for it only, or a part of it; its colon.

    After `colon`, in what may be an annotation, an expression may be evaluated later.
    """

    names: frozenset[str]
    inner: tuple[Inner, ...]
    colon: float

    def at(self, place: int) -> frozenset[str]:
        """Return the names that are bound at `place`."""
        inner = (one.name for one in self.inner if one.begin <= place <= one.end)
        return self.names.union(inner)


class _Tried(NamedTuple):
    """A part of the text in which the `names` are tried that it reads."""

    begin: int
    end: int
    names: frozenset[str]


class Scopes:
    """The scopes of one text."""

    def __init__(self, text: str) -> None:
        self._end = len(text)
        self._module = self._scope = Scope("module", -1, 0, len(text) + 1)
        self._scopes = [self._module]
        self._loops: list[_Loop] = []
        self._own: dict[int, _Own] = {}
        self._stars: set[str] = set()
        self._lines: list[Line] = []
        for line in logical_lines(text):
            self._read(line)
        self._gap = _gap(text)
        self._tried = list(_tried(self._lines)) if _HANDLED.search(text) else []
        self._maybe = frozenset[str]().union(*(tried.names for tried in self._tried))

    def visible(self, place: int) -> Visible:
        """Return the names that can be read at `place`, where a name stands or would begin."""
        line = self._line_at(place)
        until = self._bound_until(line, place)
        names = set(self._own_of(line).at(place) if line else ())
        for scope in self._readable(place):
            names.update(name for name, bound in scope.names.items() if bound < until)
        runs_later = self._runs_later(line, place) or _in_lambda(line, place)
        is_last = line is None or (line is self._lines[-1] and not _goes_on(line, place))
        names |= self._maybe
        is_tried = any(tried.begin <= place < tried.end for tried in self._tried)
        gap = "NameError is handled" if is_tried else self._gap
        return Visible(frozenset(names), frozenset(self._stars), runs_later and is_last, gap)

    def reads(self, name: str, place: int) -> bool:
        """Tell whether `visible` lists `name` at `place`."""
        line = self._line_at(place)
        if name in self._maybe or (line is not None and name in self._own_of(line).at(place)):
            return True
        until = self._bound_until(line, place)
        return any(scope.names.get(name, until) < until for scope in self._readable(place))

    def binds(self, name: str) -> bool:
        """Tell whether the module binds `name` anywhere in the text."""
        return name in self._module.names

    def _line_at(self, place: int) -> Line | None:
        line = _last_begun(self._lines, place)
        return line if line is not None and place <= line.end else None

    def _own_of(self, line: Line) -> _Own:
        if line.begin not in self._own:
            self._own[line.begin] = _Own(
                _names_of(line), tuple(inner_names(line.tokens)), _colon_of(line.tokens)
            )
        return self._own[line.begin]

    def _around(self, place: int) -> Iterator[Scope]:
        """Yield the scopes around `place`, from the innermost outwards."""
        scope = _last_begun(self._scopes, place)
        while scope is not None:
            if place < scope.end:
                yield scope
            scope = scope.parent

    def _readable(self, place: int) -> Iterator[Scope]:
        """Yield the scopes whose names can be read at `place`."""
        for number, scope in enumerate(self._around(place)):
            if number == 0 or not scope.hidden:
                yield scope

    def _runs_later(self, line: Line | None, place: int) -> bool:
        """Tell whether `place` may be run when all of the text has been."""
        in_header = line is not None and place > self._own_of(line).colon
        return in_header or any(scope.sort == "function" for scope in self._around(place))

    def _bound_until(self, line: Line | None, place: int) -> int:
        """Return the place in the text up to which names are bound when `place` is run."""
        if self._runs_later(line, place):
            return self._end + 1
        loop = _last_begun(self._loops, place)
        until = line.end + 1 if line else place
        return max(until, loop.end) if loop is not None and place < loop.end else until

    def _read(self, line: Line) -> None:
        while line.indent <= self._scope.indent and self._scope.parent is not None:
            self._scope.end = line.begin
            self._scope = self._scope.parent
        self._loop(line)
        self._lines.append(line)
        for tokens in statements(line):
            self._statement(line, tokens)

    def _loop(self, line: Line) -> None:
        """Note where the outermost loops begin and end."""
        loop = self._loops[-1] if self._loops else None
        if loop is not None and loop.end > self._end:
            if line.indent > loop.indent:
                return
            self._loops[-1] = loop._replace(end=line.begin)
        if self._scope.sort != "function" and line.tokens[0][1] in ("for", "while", "async"):
            self._loops.append(_Loop(line.begin, self._end + 1, line.indent))

    def _statement(self, line: Line, tokens: Sequence[Token]) -> None:
        found = list(bindings(tokens))
        for bound in found:
            self._bind(bound, tokens[0][2])
        word = next((value for _, value, _, _ in tokens if value != "async"), "")
        if word in ("def", "class"):
            sort = "class" if word == "class" else "function"
            begin = tokens[-1][2] + len(tokens[-1][1])
            self._scope = Scope(sort, line.indent, begin, self._end + 1, self._scope)
            self._scopes.append(self._scope)
            for name in _OF_CLASSES if word == "class" else ():
                self._scope.bind(name, begin)
            for bound in found:
                if bound.how == "parameter":
                    self._scope.bind(bound.name, begin)

    def _bind(self, bound: Bound, place: int) -> None:
        if bound.how == "star":
            self._stars.add(bound.name)
        elif bound.how == "global":
            self._module.bind(bound.name, 0)
        elif bound.how == "name":
            self._scope.bind(bound.name, place)
        elif bound.how == "walrus":
            for scope in _to_function(self._scope):
                scope.bind(bound.name, place)


def _to_function(scope: Scope | None) -> Iterator[Scope]:
    """Yield the classes around a place and the function or module around them."""
    while scope is not None:
        yield scope
        scope = scope.parent if scope.hidden else None


def _last_begun(parts: Sequence[P], place: int) -> P | None:
    """Return the last of `parts`, which are in the order of the text, to begin by `place`."""
    number = bisect_right(parts, place, key=_BEGIN)
    return parts[number - 1] if number else None


def _colon_of(tokens: Sequence[Token]) -> float:
    """Return the place after which there may be annotations, infinity if there are none."""
    words = [token[1] for token in tokens]
    if "def" in words[:2]:
        return tokens[words.index("def")][2]
    heads = ":" not in words or words[0] in ("if", "while", "class")
    return inf if heads else tokens[words.index(":")][2]


def _names_of(line: Line) -> frozenset[str]:
    """Return the names that are bound for `line` only."""
    bound = (b for tokens in statements(line) for b in bindings(tokens))
    return frozenset(b.name for b in bound if b.how in ("parameter", "walrus"))


def _in_lambda(line: Line | None, place: int) -> bool:
    return line is not None and any(
        value == "lambda" and begin < place for _, value, begin, _ in line.tokens
    )


def _goes_on(line: Line, place: int) -> bool:
    """Tell whether a statement follows `place` on a further line, in a bracket left open."""
    return any(
        sort == "name" and 0 <= column <= line.indent and begin > place
        for sort, _, begin, column in line.tokens
    )


def _tried(lines: Sequence[Line]) -> Iterator[_Tried]:
    """Yield what is tried where a ``NameError`` is handled: its names may be there or not."""
    for number, line in enumerate(lines):
        words = [value for _, value, _, _ in line.tokens]
        if words[0] != "except" or "NameError" not in words:
            continue
        body: list[Line] = []
        for earlier in reversed(lines[:number]):
            body.append(earlier)
            if earlier.indent <= line.indent and earlier.tokens[0][1] != "except":
                break
        read = frozenset(name for one in body for name in _read_in(one.tokens))
        yield _Tried(body[-1].begin if body else line.begin, line.begin, read)


def _read_in(tokens: Sequence[Token]) -> Iterator[str]:
    """Yield the bare names among `tokens`."""
    before = ""
    for sort, value, _, _ in tokens:
        if sort == "name" and before != "." and not keyword.iskeyword(value):
            yield value
        before = value


def _gap(text: str) -> str:
    dynamic = _DYNAMIC.search(text)
    return f"{dynamic[0].split('(')[0].strip()} may bind names" if dynamic else ""


def visible(text: str, place: int) -> Visible:
    """Return the names bound around `place` in `text`, where a name stands or would begin."""
    return Scopes(text).visible(place)
