"""The tokens of a piece of code, which may be unbalanced or break off anywhere.

Blanks, line breaks and comments are no tokens; a string is one, with whatever is in it.
"""

from __future__ import annotations

import keyword
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

Sort = Literal["identifier", "keyword", "number", "string", "operator"]


@dataclass(frozen=True)
class Token:
    """A token of code."""

    sort: Sort
    text: str


_PYTHON = re.compile(
    r"""
    (?P<blank> \s+ | \\\r?\n | \#[^\n]* )
    | (?P<string> (?i:[rbuft]{0,3}) (?:
        \"\"\" (?: \\. | [^\\] )*? (?: \"\"\" | \Z )
        | ''' (?: \\. | [^\\] )*? (?: ''' | \Z )
        | " (?: \\. | [^\\"\n] )* "?
        | ' (?: \\. | [^\\'\n] )* '?
    ) )
    | (?P<number> \.?\d (?: (?i:e)[+-] | [\w.] )* )
    | (?P<identifier> [^\W\d]\w* )
    | (?P<operator> \*\*= | //= | >>= | <<= | \.\.\. | -> | := | [-+*/%@&|^<>=!]= | \*\* | //
        | << | >> | . )
    """,
    re.VERBOSE | re.DOTALL,
)
_JAVA = re.compile(
    r"""
    (?P<blank> \s+ | //[^\n]* | /\* (?: .*? \*/ | .*\Z ) )
    | (?P<string> \"\"\" (?: \\. | [^\\] )*? (?: \"\"\" | \Z )
        | " (?: \\. | [^\\"\n] )* "?
        | ' (?: \\. | [^\\'\n] )* '? )
    | (?P<number> \.?\d (?: (?i:[ep])[+-] | [\w.] )* )
    | (?P<identifier> (?: [^\W\d] | \$ ) [\w$]* )
    | (?P<operator> >>>= | <<= | >>= | -> | :: | \+\+ | -- | && | \|\| | [-+*/%&|^<>=!]=
        | \.\.\. | . )
    """,
    re.VERBOSE | re.DOTALL,
)


def words(text: str) -> frozenset[str]:
    """Return the words of `text`, which are apart by blanks."""
    return frozenset(text.split())


_JAVA_KEYWORDS = words(
    """abstract assert boolean break byte case catch char class const continue default do double
    else enum extends false final finally float for goto if implements import instanceof int
    interface long native new null package private protected public return short static strictfp
    super switch synchronized this throw throws transient true try void volatile while"""
)
_SORTS: Mapping[str, Sort] = {
    "identifier": "identifier",
    "number": "number",
    "string": "string",
    "operator": "operator",
}
_LANGUAGES: Mapping[str, tuple[re.Pattern[str], frozenset[str]]] = {
    "python": (_PYTHON, frozenset(keyword.kwlist)),
    "java": (_JAVA, _JAVA_KEYWORDS),
}


def tokens(text: str, language: str) -> list[Token]:
    """Return the tokens of `text`, which is Python or Java."""
    return list(_tokens(text, *_LANGUAGES[language]))


def _tokens(text: str, pattern: re.Pattern[str], keywords: frozenset[str]) -> Iterator[Token]:
    for found in pattern.finditer(text):
        sort = _SORTS.get(found.lastgroup or "")
        if sort is not None:
            yield Token("keyword" if found[0] in keywords else sort, found[0])
