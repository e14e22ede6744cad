"""Which names a place in Python source may read, by the bindings that stand in the text.

Works on tokens and indentation instead of a syntax tree: a broken line hides no binding but its
own. What cannot be decided so counts as bound, for the list must lack nothing that is there.
(The Python Language Reference, section 4.2, "Naming and binding".)
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from fairlead_monitors.python.bindings import Bound, bindings, header_end, inner_names
from fairlead_monitors.python.tokens import Line, Token, logical_lines

_DYNAMIC = re.compile(
    r"\b(globals|vars|locals)\(\)\s*(\[[^\]\n]*\]\s*=[^=]|\.(update|setdefault|__setitem__)\b)"
    r"|\bexec(file)?\(|\bsys\.modules\[__name__\]|\bsetattr\(\s*(sys\.modules|builtins)\b"
    r"|\bbuiltins\.\w+\s*=[^=]|\b__builtins__\b"
)
_HANDLED = re.compile(r"\bexcept\b[^\n:]*\bNameError\b")


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


class Scopes:
    """The scopes of one text."""

    def __init__(self, text: str) -> None:
        self._end = len(text)
        self._module = self._scope = Scope("module", -1, 0, len(text) + 1)
        self._scopes = [self._module]
        self._loops: list[tuple[int, int, int]] = []
        self._stars: set[str] = set()
        self._lines: list[Line] = []
        for line in logical_lines(text):
            self._read(line)
        self._gap = _gap(text)

    def visible(self, place: int) -> Visible:
        """Return the names that can be read at `place`, where a name stands or would begin."""
        line = self._line_at(place)
        header = _is_header(line.tokens, place) if line else False
        inside = [s for s in self._scopes if s.begin <= place < s.end]
        runs_later = any(s.sort == "function" for s in inside) or header
        names = set(_names_of(line) if line else ())
        for scope in inside:
            if not scope.hidden or scope is inside[-1]:
                until = self._end + 1 if runs_later else self._bound_until(line, place)
                names.update(name for name, bound in scope.names.items() if bound < until)
        runs_later = runs_later or _in_lambda(line, place)
        is_last = line is None or (line is self._lines[-1] and not _goes_on(line, place))
        return Visible(frozenset(names), frozenset(self._stars), runs_later and is_last, self._gap)

    def _line_at(self, place: int) -> Line | None:
        return next((line for line in self._lines if line.begin <= place <= line.end), None)

    def _bound_until(self, line: Line | None, place: int) -> int:
        """Return the place in the text up to which names are bound when `place` is run."""
        ends = [end for begin, end, _ in self._loops if begin <= place < end]
        return max([*ends, line.end + 1 if line else place])

    def _read(self, line: Line) -> None:
        while line.indent <= self._scope.indent and self._scope.parent is not None:
            self._scope.end = line.begin
            self._scope = self._scope.parent
        self._loops = [
            (begin, line.begin if end > self._end and line.indent <= indent else end, indent)
            for begin, end, indent in self._loops
        ]
        self._lines.append(line)
        if self._scope.sort != "function" and line.tokens[0][1] in ("for", "while", "async"):
            self._loops.append((line.begin, self._end + 1, line.indent))
        self._statements(line)

    def _statements(self, line: Line) -> None:
        tokens: Sequence[Token] = line.tokens
        while tokens:
            end = header_end(tokens)
            self._statement(line, tokens[:end])
            tokens = tokens[end:]

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


def _is_header(tokens: Sequence[Token], place: int) -> bool:
    """Tell whether `place` is in what may be an annotation, which may be evaluated later."""
    words = [value for _, value, begin, _ in tokens if begin < place]
    return "def" in words[:2] or (":" in words and words[0] not in ("if", "while", "class"))


def _names_of(line: Line) -> set[str]:
    """Return the names that are bound for a part of `line` only."""
    found = inner_names(line.tokens)
    end = header_end(line.tokens)
    return found | {b.name for b in bindings(line.tokens[:end]) if b.how in ("parameter", "walrus")}


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


def _gap(text: str) -> str:
    if _HANDLED.search(text):
        return "NameError is handled"
    dynamic = _DYNAMIC.search(text)
    return f"{dynamic[0].split('(')[0].strip()} may bind names" if dynamic else ""


def visible(text: str, place: int) -> Visible:
    """Return the names bound around `place` in `text`, where a name stands or would begin."""
    return Scopes(text).visible(place)
