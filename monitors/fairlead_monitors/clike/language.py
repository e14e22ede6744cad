"""What the lexer has to be told of a language, and the patterns made of it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property, lru_cache

WORD = rb"[A-Za-z_$\x80-\xff][\w$\x80-\xff]*"
IDENTIFIER = frozenset(
    b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_$"
) | frozenset(range(0x80, 0x100))
"""Bytes that go on with an identifier; those of non-ASCII characters all count."""


@dataclass(frozen=True)
class Quote:
    """A stretch of text that is not code: a string, a comment, a preprocessor line.

    `opens` and `closes` are patterns; where `opens` has a group called `guard`, its text replaces
    ``%s`` in `closes`. A quote without `lines` ends with its line, before the line break, even
    when nothing closes it. `skips` is a pattern inside which `closes` does not count. `fields`
    opens code, up to its closing brace; `nests` opens another quote of the same sort. `operand`
    tells a string from a comment; `line_start` restricts `opens` to the start of a line, and
    `prefix` to places where an expression begins.
    """

    opens: bytes
    closes: bytes
    escapes: bool = True
    lines: bool = False
    skips: bytes = b""
    fields: bytes = b""
    nests: bytes = b""
    operand: bool = True
    line_start: bool = False
    prefix: bool = False


@lru_cache(maxsize=256)
def inside(quote: Quote, guard: bytes) -> re.Pattern[bytes]:
    """Return the pattern of the pieces that `quote`, opened with `guard`, is made of."""
    pieces = [rb"(?P<closes>%s)" % quote.closes.replace(b"%s", re.escape(guard))]
    if quote.nests:
        pieces.append(rb"(?P<nests>%s)" % quote.nests)
    if quote.escapes:
        pieces.append(rb"(?P<escape>\\(?:\r\n|.)?)")
    if quote.skips:
        pieces.append(rb"(?P<skip>%s)" % quote.skips)
    if quote.fields:
        pieces.append(rb"(?P<field>%s)" % re.escape(quote.fields))
    if not quote.lines:
        pieces.append(rb"(?P<line>[\r\n])")
    # Letters cannot begin any of these, but for the delimiters of comments.
    pieces.append(rb"(?P<plain>[\w ,;:=.\x80-\xff]+|.)")
    return re.compile(b"|".join(pieces), re.DOTALL)


LINE_COMMENT = Quote(rb"//", rb"(?=[\r\n])", escapes=False, operand=False)
SPLICED_COMMENT = Quote(rb"//", rb"(?=[\r\n])", operand=False)
"""A line comment of C and C++, which a backslash at the end of the line continues."""
BLOCK_COMMENT = Quote(rb"/\*", rb"\*/", escapes=False, lines=True, operand=False)
STRING = Quote(rb'"', rb'"')
CHARACTER = Quote(rb"'", rb"'")


@dataclass(frozen=True)
class Language:
    """The lexical rules of a language.

    `keywords` are the words that are no operands. `dereferences` are the operators after which a
    member is named, longest first, provided that an operand stands before them or one of
    `receivers`; `postfix` are operators that leave an operand an operand. `numbers` and `marks`
    are patterns, the latter of tokens that are no operands; `characters` is one of tokens that
    are. With `indices`, a number after a dereference operator is one of digits alone.

    Statements end with semicolons and, with `newlines`, with lines, unless one of the words
    `continues` comes next; a colon or arrow ends those that begin with one of `labels`. In those
    that begin with one of `declares`, dots stand in names of modules. `members` are words that
    the language itself allows after a dereference operator.
    """

    name: str
    keywords: frozenset[bytes]
    dereferences: tuple[bytes, ...]
    quotes: tuple[Quote, ...]
    numbers: bytes
    characters: bytes = b""
    marks: bytes = b""
    indices: bool = False
    receivers: frozenset[bytes] = frozenset()
    postfix: frozenset[bytes] = frozenset({b"++", b"--"})
    newlines: bool = False
    continues: frozenset[bytes] = frozenset()
    labels: frozenset[bytes] = frozenset({b"case", b"default"})
    declares: frozenset[bytes] = frozenset()
    members: frozenset[bytes] = frozenset()

    @cached_property
    def code(self) -> re.Pattern[bytes]:
        """The pattern of the tokens of code."""
        pieces = [rb"(?P<blank>(?:\s|\\\r?\n|\xef\xbb\xbf)+)"]
        for place, quote in enumerate(self.quotes):
            opens = quote.opens.replace(b"(?P<guard>", b"(?P<guard%d>" % place)
            pieces.append(rb"(?P<quote%d>%s)" % (place, opens))
        if self.characters:
            pieces.append(rb"(?P<character>%s)" % self.characters)
        if self.marks:
            pieces.append(rb"(?P<mark>%s)" % self.marks)
        operators = b"|".join(re.escape(o) for o in self.dereferences)
        pieces += [
            rb"(?P<number>%s)" % self.numbers,
            rb"(?P<word>%s)" % WORD,
            # `?.5` is a conditional operator before a number.
            rb"(?P<dereference>(?!\?\.\d)(?:%s)(?![.*]))" % operators,
            rb"(?P<open>[(\[{])",
            rb"(?P<close>[)\]}])",
            rb"(?P<end>;)",
            rb"(?P<operator>\.\.[.=]?|::|\+\+|--|->|=>|&&|\|\||[-+&|<=*/%^!:]=|.)",
        ]
        return re.compile(b"|".join(pieces), re.DOTALL)
