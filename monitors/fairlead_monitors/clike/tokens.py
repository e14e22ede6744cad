"""Tokens, and the levels of nesting that they stand in."""

from __future__ import annotations

import enum
from typing import NamedTuple

from fairlead_monitors.clike.language import Quote


class Sort(enum.Enum):
    """What a token is."""

    WORD = "an identifier"
    KEYWORD = "a keyword that is no operand"
    LITERAL = "a number, a string, a character or a regular expression"
    DEREFERENCE = "an operator after which a member is named"
    OPEN = "an opening bracket"
    CLOSE = "a closing bracket"
    END = "a semicolon"
    POSTFIX = "an operator after its operand"
    OPERATOR = "any other operator"
    COMMENT = "a comment or a preprocessor line"


_OPERANDS = frozenset({Sort.WORD, Sort.LITERAL, Sort.CLOSE, Sort.POSTFIX})


class Token(NamedTuple):
    """A token, and where it stands in bytes; `fresh` says that it is the first on its line.

    The text of a string or comment is what opened it.
    """

    sort: Sort
    text: bytes
    start: int
    end: int
    fresh: bool = False

    @property
    def operand(self) -> bool:
        """Tell whether an expression may end with this token."""
        return self.sort in _OPERANDS


class Code(NamedTuple):
    """One level of code: inside the bracket at `start`, a field of a template, or all the text.

    `head` has the first tokens of the statement that the text ends in, `recent` its last ones.
    A bracket with all that it encloses is one CLOSE token there.
    """

    bracket: bytes = b""
    start: int = 0
    head: tuple[Token, ...] = ()
    recent: tuple[Token, ...] = ()


class Text(NamedTuple):
    """One level that is not code. `guard` is what its closing quote has to repeat."""

    quote: Quote
    guard: bytes
    token: Token


Frame = Code | Text
