"""Which names one Python statement binds, by its tokens."""

from __future__ import annotations

import keyword
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import inf

from fairlead_monitors.python.lexer import COMPOUND
from fairlead_monitors.python.tokens import Line, Token

_COMPOUND = frozenset(word.decode() for word in COMPOUND)
_INNER = re.compile(r"\b(?:for\s+(.*?)\s+in\b|lambda\b([^:]*):)", re.DOTALL)
_NAME = re.compile(r"(?<![\w.])[^\W\d]\w*")
_KEYWORDS = frozenset(keyword.kwlist)
_EVERYWHERE = (0, inf)
_TAKEN = {"for": "in", "lambda": ":"}
"""What ends the names that a word binds."""


@dataclass(frozen=True)
class Bound:
    """A name, and how it is bound: as a name of the scope, of the module, a parameter, a star."""

    name: str
    how: str = "name"


def statements(line: Line) -> Iterator[Sequence[Token]]:
    """Yield the tokens of the headers and the simple statements on a logical line."""
    tokens: Sequence[Token] = line.tokens
    while tokens:
        end = _header_end(tokens)
        yield tokens[:end]
        tokens = tokens[end:]


def _header_end(tokens: Sequence[Token]) -> int:
    """Return where the first simple statement, or the header, among `tokens` ends."""
    depth = lambdas = 0
    heads = tokens[0][1] in _COMPOUND or tokens[0][1] == "async"
    for place, (sort, value, _, _) in enumerate(tokens):
        if sort == "operator":
            if value in "([{":
                depth += 1
            elif value in ")]}":
                depth -= 1
            elif depth == 0 and value == ";":
                return place + 1
            elif depth == 0 and value == ":" and heads:
                if not lambdas:
                    return place + 1
                lambdas -= 1
        elif value == "lambda" and depth == 0:
            lambdas += 1
    return len(tokens)


def bindings(tokens: Sequence[Token]) -> Iterator[Bound]:
    """Yield what a simple statement or a header binds."""
    values = [token[1] for token in tokens]
    if values[0] == "async":
        tokens, values = tokens[1:], values[1:]
    if not values:
        return
    for place, value in enumerate(values[1:], 1):
        if value == ":=" and tokens[place - 1][0] == "name":
            yield Bound(values[place - 1], "walrus")
    if _is_open(values):
        yield from _swallowed(tokens, values)
    bind = _STATEMENTS.get(values[0])
    if bind is not None:
        yield from bind(tokens, values)
    elif values[0] not in _KEYWORDS:
        yield from _assigned(tokens, values)


@dataclass(frozen=True)
class Inner:
    """A name that is bound in a part of a statement only, from one place in the text to another."""

    name: str
    begin: int
    end: float


def inner_names(tokens: Sequence[Token]) -> Iterator[Inner]:
    """Yield the names that comprehensions and lambdas in a statement bind.

    They are bound in the brackets around: those that are left open have no end.
    """
    extents = _extents(tokens)
    around, taking = [_EVERYWHERE], [("", _EVERYWHERE)]
    heights: list[int] = []
    for place, (sort, value, begin, _) in enumerate(tokens):
        word, extent = taking[-1]
        if sort == "string":
            yield from _in_string(value, begin)
        elif place in extents:
            around.append(extents[place])
            heights.append(len(taking))
            # Targets may be in brackets; what a default has in them is no parameter.
            taking.append((word if word == "for" else "", extent))
        elif value in ")]}" and heights:
            around.pop()
            del taking[heights.pop() :]
        elif value in _TAKEN:
            taking.append((value, around[-1]))
        elif value == _TAKEN.get(word):
            taking.pop()
        elif word and sort == "name":
            yield Inner(value, *extent)


def _in_string(text: str, begin: int) -> Iterator[Inner]:
    """Yield what is bound in the fields of what may be an f-string, anywhere in it."""
    for match in _INNER.finditer(text):
        for name in _NAME.findall(match[1] or match[2] or ""):
            yield Inner(name, begin, begin + len(text))


def _extents(tokens: Sequence[Token]) -> dict[int, tuple[int, float]]:
    """Return where each bracket begins and ends, by the number of its token."""
    found: dict[int, tuple[int, float]] = {}
    around: list[int] = []
    for place, (sort, value, begin, _) in enumerate(tokens):
        if sort == "operator" and value in "([{":
            around.append(place)
            found[place] = (begin, inf)
        elif sort == "operator" and value in ")]}" and around:
            opening = around.pop()
            found[opening] = (found[opening][0], begin)
    return found


def _import(tokens: Sequence[Token], values: Sequence[str]) -> Iterator[Bound]:
    if values[0] == "from":
        if "import" not in values:
            return
        cut = values.index("import")
        if "*" in values[cut:]:
            yield Bound("".join(values[1:cut]), "star")
        values = values[cut:]
    item: list[str] = []
    for value in (*values[1:], ","):
        if value not in (",", "(", ")", ";"):
            item.append(value)
        elif value == "," and item:
            yield Bound(item[-1] if "as" in item else item[0])
            item = []


def _declared(tokens: Sequence[Token], values: Sequence[str]) -> Iterator[Bound]:
    for sort, value, _, _ in tokens[1:]:
        if sort == "name":
            yield Bound(value, "global")


def _defined(tokens: Sequence[Token], values: Sequence[str]) -> Iterator[Bound]:
    if len(tokens) > 1 and tokens[1][0] == "name":
        yield Bound(values[1])
    # In the round brackets of a class are its bases, which are read.
    binds_in = (["["],) if values[0] == "class" else (["("], ["["])
    around: list[str] = []
    for place, value in enumerate(values):
        if value in ("(", "["):
            around.append(value)
        elif value in (")", "]"):
            del around[-1:]
        elif around not in binds_in or tokens[place][0] != "name":
            continue
        elif values[place - 1] in _BEFORE:
            yield Bound(value, "parameter")


_BEFORE = ("(", "[", ",", "*", "**")


def _iterated(tokens: Sequence[Token], values: Sequence[str]) -> Iterator[Bound]:
    end = values.index("in") if "in" in values else len(values)
    yield from _targets(tokens[1:end], values[1:end])


def _entered(tokens: Sequence[Token], values: Sequence[str]) -> Iterator[Bound]:
    for place, value in enumerate(values):
        if value == "as" and place + 1 < len(values):
            end = place + 2
            if values[place + 1] in ("(", "["):
                close = ")" if values[place + 1] == "(" else "]"
                while end < len(values) and values[end - 1] != close:
                    end += 1
            yield from _targets(tokens[place + 1 : end], values[place + 1 : end])


def _matched(tokens: Sequence[Token], values: Sequence[str]) -> Iterator[Bound]:
    for place in range(1, len(values)):
        after = values[place + 1] if place + 1 < len(values) else ""
        if (
            tokens[place][0] == "name"
            and values[place] not in _KEYWORDS
            and after not in (".", "(", "=")
            and values[place - 1] != "."
        ):
            yield Bound(values[place])
    yield from _assigned(tokens, values)


def _assigned(tokens: Sequence[Token], values: Sequence[str]) -> Iterator[Bound]:
    if values[0] == "type" and len(tokens) > 1 and tokens[1][0] == "name":
        yield from _defined(*_aliased(tokens, values))
    depth, begin = 0, 0
    for place, value in enumerate(values):
        if tokens[place][0] != "operator":
            continue
        if value in "([{":
            depth += 1
        elif value in ")]}":
            depth -= 1
        elif value == "=" and depth <= 0:
            yield from _targets(tokens[begin:place], values[begin:place])
            begin = place + 1
        elif value == ":" and depth <= 0 and begin == 0:
            yield from _targets(tokens[:place], values[:place])
            return


def _aliased(
    tokens: Sequence[Token], values: Sequence[str]
) -> tuple[Sequence[Token], Sequence[str]]:
    """Return what defines a name for a type, up to the equals sign."""
    depth = 0
    for place, value in enumerate(values):
        depth += (value in ("(", "[", "{")) - (value in (")", "]", "}"))
        if value == "=" and depth <= 0:
            return tokens[:place], values[:place]
    return tokens, values


def _is_open(values: Sequence[str]) -> bool:
    """Tell whether a bracket is left open. Strings count as one token, whatever they hold."""
    return sum(v in ("(", "[", "{") for v in values) > sum(v in (")", "]", "}") for v in values)


def _swallowed(tokens: Sequence[Token], values: Sequence[str]) -> Iterator[Bound]:
    """Yield what may be assignments on lines that a bracket which was left open goes on over."""
    for place, (sort, _, _, column) in enumerate(tokens):
        if column >= 0 and sort == "name" and place:
            rest = values[place : place + 12]
            if "=" in rest:
                end = place + rest.index("=")
                yield from _targets(tokens[place:end], values[place:end])


def _targets(tokens: Sequence[Token], values: Sequence[str]) -> Iterator[Bound]:
    """Yield the names bound by an assignment to the expression of `tokens`."""
    inside = 0
    for place, (sort, value, _, _) in enumerate(tokens):
        after = values[place + 1] if place + 1 < len(values) else ""
        before = values[place - 1] if place else ""
        if value in ("(", "[") and (inside or _is_operand(tokens, place - 1)):
            inside += 1
        elif value in (")", "]") and inside:
            inside -= 1
        is_whole = before != "." and after not in (".", "(", "[")
        if sort == "name" and is_whole and not inside and value not in _KEYWORDS:
            yield Bound(value)


def _is_operand(tokens: Sequence[Token], place: int) -> bool:
    if place < 0:
        return False
    sort, value, _, _ = tokens[place]
    return (sort == "name" and value not in _KEYWORDS) or value in (")", "]")


_STATEMENTS = {
    "import": _import,
    "from": _import,
    "global": _declared,
    "def": _defined,
    "class": _defined,
    "for": _iterated,
    "with": _entered,
    "except": _entered,
    "case": _matched,
}
