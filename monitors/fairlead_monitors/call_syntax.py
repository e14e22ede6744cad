"""The seam to a language's lexer for whoever follows calls: brackets and what divides arguments."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import Protocol, TypeVar


class Sort(enum.Enum):
    """What a token is to the call that it stands in.

    COMMA divides two arguments; where a lexer cannot tell yet whether a comma does, it is DOUBTFUL,
    and SETTLED says that those since the last COMMA do not. NAME may turn out to be the
    name by which an argument is passed, if EQUALS follows. STAR unpacks, at the start of an
    argument. OTHER is any other part of an expression; LINE is a line break between tokens.
    """

    CALL = "opens the arguments of a call"
    OPEN = "opens any other bracket"
    CLOSE = "closes a bracket"
    COMMA = "divides arguments"
    DOUBTFUL = "may divide arguments"
    SETTLED = "the last doubtful commas do not divide arguments"
    NAME = "a name"
    EQUALS = "an equals sign"
    STAR = "an asterisk"
    OTHER = "any other token"
    LINE = "a line break"


@dataclass(frozen=True)
class Token:
    """A token of code, with offsets into the text that was fed when it was found.

    `start` is negative if it began in text fed before. `depth` counts the brackets that are open
    after it; where it is less than what the brackets say, some were given up.
    """

    sort: Sort
    start: int
    end: int
    text: bytes
    depth: int


C = TypeVar("C", bound="CallSyntax")


class CallSyntax(Protocol):
    """A lexer at a place in a text. Values: feeding makes a new one."""

    def __hash__(self) -> int: ...

    def feed(self: C, data: bytes) -> tuple[C, list[Token]]:
        """Return the lexer after `data`, and the tokens that are finished with it."""

    def unfinished(self) -> Token | None:
        """Return the token at the end that more text might make longer, as it is now.

        Its offsets count from the end of the text.
        """
