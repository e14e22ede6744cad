"""What a monitor of names has to know of a language, and of the name it looks at."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Generic, TypeVar

S = TypeVar("S")
"""The state of a lexer: what is known at a place in a text."""

BLANK = b" \t"


@dataclass(frozen=True)
class Grammar(Generic[S]):
    """How a language is lexed, in pieces that end at line breaks.

    `start` is the state at the beginning of a text; `lex(state, data)` the one after `data`;
    `window(prefix)` is where lexing may begin to be right at the end of `prefix`. `identifier`
    holds the bytes that go on with a name; `literals`, the words that begin a string literal when
    a quote follows them.
    """

    start: S
    lex: Callable[[S, bytes], S]
    window: Callable[[bytes], int]
    identifier: frozenset[int]
    literals: frozenset[bytes] = frozenset()


@dataclass(frozen=True)
class Opening:
    """How a name begins: when it is held against the list of those that may be written.

    Without `proof`, at once and byte by byte. With `proof`, when one of these signs, of one or two
    bytes, follows the complete name, blanks aside; anything else tells that it is not a name of
    this kind (a new one that is assigned to, say), and nothing is said about it. Where `refuses`
    is False, an absent name is let pass, as unknown.
    """

    proof: frozenset[bytes] | None = None
    refuses: bool = True

    @property
    def is_strict(self) -> bool:
        """Tell whether a name that is not in the list is refused while it is being written."""
        return self.proof is None and self.refuses

    def may_prove(self, sign: bytes) -> bool:
        """Tell whether `sign` is the first byte of a proof of two."""
        return self.proof is not None and sign in _first_of_two(self.proof)


@lru_cache(maxsize=8)
def _first_of_two(proof: frozenset[bytes]) -> frozenset[bytes]:
    return frozenset(sign[:1] for sign in proof if len(sign) == 2)


@dataclass(frozen=True)
class SpelledName:
    """A name being written.

    `place` is the generated text before it and `back` how many characters of the prefix the user
    had typed of it: together they identify the analysis. `start` is its byte offset in the
    generated text. `ended` says that it is complete and waits for its proof, of which `sign` is
    there already.
    """

    place: bytes
    back: int
    start: int
    typed: bytes
    opening: Opening
    ended: bool = False
    sign: bytes = b""
