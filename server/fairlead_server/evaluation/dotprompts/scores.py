"""The metrics of DotPrompts, equal to the published ones. Pure: texts in, numbers out.

They are defined by Agrawal, Kanade, Goyal, Lahiri, Rajamani ("Monitor-Guided Decoding of Code LMs
with Static Analysis of Repository Context", 2023; score@k in its appendix D) over the tokens of
Pygments' lexer for Java. It takes comments for tokens, operators and strings apart, and the blank
behind ``class`` for a token; so do the scores. Words that only later versions than the 2.15 of the
published tables take for keywords, such as ``with``, are identifiers here too.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cache, lru_cache
from typing import Any, ClassVar

from fairlead_server.errors import UserError
from fairlead_server.evaluation.completion.lexing import words

METRICS = ("next_identifier", "identifier_sequence", "prefix_match")

_LATER_KEYWORDS = words("exports open opens permits provides requires to transitive uses with")


def require_lexer() -> None:
    """Raise `UserError` unless there is what takes code apart."""
    _lexer()


@cache
def _lexer() -> Any:
    try:
        from pygments.lexers.jvm import JavaLexer
    except ImportError as error:
        raise UserError(
            f"Pygments cannot be imported ({error}): pip install 'fairlead[eval]'"
        ) from error

    class Lexer(JavaLexer):  # type: ignore[misc]
        """Takes ``module`` for a name: what follows it is not read as a module's declaration."""

        tokens: ClassVar[dict[str, Any]] = {
            state: [rule for rule in rules if rule[-1:] != ("module",)]
            for state, rules in JavaLexer.tokens.items()
        }

    return Lexer()


@lru_cache(maxsize=256)
def _read(text: str) -> tuple[tuple[Any, str], ...]:
    return tuple(_lexer().get_tokens(text)) if text.strip() else ()


def tokens(text: str) -> list[str]:
    """Return the tokens of `text`."""
    from pygments.token import Whitespace

    return [token for kind, token in _read(text) if kind not in Whitespace]


def identifiers(text: str) -> list[str]:
    """Return the identifiers of `text` in their order, and each ``class``."""
    from pygments.token import Keyword, Name

    return [
        token
        for kind, token in _read(text)
        if kind in Name or token == "class" or (kind in Keyword and token in _LATER_KEYWORDS)
    ]


def method_end(body: str) -> int | None:
    """Return where in `body`, behind a method's first brace, the method is closed; None: nowhere.

    The offset is that of the character behind the brace.
    """
    depth, end = _braces(body)
    return end if depth == 0 else None


def cut(before: str, written: str) -> str:
    """Return what counts of `written`, a method's text behind `before`.

    It ends where the method is closed; braces that it lacks are added. Lines end with ``\\n``.
    """
    body = before + written.replace("\r\n", "\n").replace("\r", "\n")
    depth, end = _braces(body)
    return (body[:end].rstrip() + "}" * depth)[len(before) :]


def _braces(body: str) -> tuple[int, int]:
    """Return how many braces are open at the end of the method, or of `body`, and where that is."""
    from pygments.token import Punctuation

    depth, end = 1, 0
    # A brace in front keeps the lexer from dropping lines that are blank.
    for kind, token in tuple(_lexer().get_tokens("{" + body))[1:]:
        end += len(token)
        if kind in Punctuation:
            depth += (token == "{") - (token == "}")
        if depth == 0:
            break
    return depth, min(end, len(body))


def scores(written: str, wanted: str) -> dict[str, float | None]:
    """Return each of `METRICS` of a text that has been `cut`; None where nothing can match."""
    first, own = tokens(wanted.lstrip())[:1], tokens(written.lstrip())[:1]
    return {
        "next_identifier": float(own == first),
        "identifier_sequence": _common(identifiers(written), identifiers(wanted)),
        "prefix_match": _common(tokens(written), tokens(wanted)),
    }


def _common(written: Sequence[str], wanted: Sequence[str]) -> float | None:
    """Return how many match from the first on, as a share of those that are wanted."""
    pairs = enumerate(zip(written, wanted, strict=False))
    same = next((i for i, (a, b) in pairs if a != b), min(len(written), len(wanted)))
    return same / len(wanted) if wanted else None


def score_at_k(found: Sequence[float], k: int) -> float:
    """Return the best score that `k` of the samples that scored `found` have, on average.

    The average is over all ways to choose them, so that it says without bias what is to be expected
    of `k` samples.
    """
    n = len(found)
    if not 1 <= k <= n:
        raise ValueError(f"score@{k} of {n} samples")
    best = sorted(found, reverse=True)
    # The i-th best is the best of those chosen if the others come from the ones behind it.
    total = sum(score * math.comb(n - i, k - 1) for i, score in enumerate(best, 1))
    return total / math.comb(n, k)
