"""Whole Python files in tokens and logical lines, fast and whatever is broken in them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from fairlead_monitors.python.lexer import STATEMENTS

Token = tuple[str, str, int, int]
"""Sort ("name", "string" or "operator"; numbers are operators here), text, offset, and the column
if it is the first of its line, else -1."""

_TOKEN = re.compile(
    r"""(?P<blank>[ \t\f]+|\\\r?\n|\\\r|\#[^\r\n]*)
    |(?P<newline>\r\n|\n|\r)
    |(?P<string>(?i:rb|br|rf|fr|rt|tr|[rbuft])?(?:
        \"{3}(?:[^\\]|\\.)*?(?:\"{3}|\Z) | '{3}(?:[^\\]|\\.)*?(?:'{3}|\Z)
        |"(?:[^"\\\r\n]|\\(?:\r\n|.))*"? | '(?:[^'\\\r\n]|\\(?:\r\n|.))*'?))
    |(?P<name>[^\W\d]\w*)
    |(?P<number>\.?\d[\w.]*)
    |(?P<operator>:=|==|!=|<=|>=|->|//=|\*\*=|>>=|<<=|[-+*/%&|^@]=|\.\.\.|.)""",
    re.VERBOSE | re.DOTALL,
)
_STATEMENTS = frozenset(word.decode() for word in STATEMENTS)


@dataclass(frozen=True)
class Line:
    """A logical line: a statement, or several, with the lines that it goes on over."""

    indent: int
    begin: int
    end: int
    tokens: list[Token]


def logical_lines(text: str) -> Iterator[Line]:
    """Yield the logical lines of `text` that are not blank."""
    tokens: list[Token] = []
    start, depth, fresh, indent = 0, 0, True, 0
    for match in _TOKEN.finditer(text):
        sort, value, place = match.lastgroup, match[0], match.start()
        if sort == "blank":
            continue
        if sort == "newline":
            if depth == 0 and tokens:
                yield Line(indent, tokens[0][2], place, tokens)
                tokens = []
            start, fresh = match.end(), True
            continue
        column = _column(text[start:place]) if fresh else -1
        dedents = sort == "name" and column < indent
        if fresh and depth and (value in _STATEMENTS or dedents):
            yield Line(indent, tokens[0][2], place - 1, tokens)
            tokens, depth = [], 0
        if not tokens:
            indent = max(column, 0)
        fresh = False
        if value in "([{" and sort == "operator":
            depth += 1
        elif value in ")]}" and sort == "operator":
            depth = max(0, depth - 1)
        tokens.append((sort if sort != "number" else "operator", value, place, column))  # type: ignore[arg-type]
    if tokens:
        yield Line(indent, tokens[0][2], len(text), tokens)


def _column(blank: str) -> int:
    return len(blank.replace("\f", "").expandtabs(8))
