"""Where a text ends that breaks off: not in names that nothing binds, nor in an expression."""

from __future__ import annotations

import re

from fairlead_monitors.evidence import UNBOUND
from fairlead_monitors.syntax import SyntaxCheck
from fairlead_server.finishing.missing import opened
from fairlead_server.parsing import may_end
from fairlead_server.report import Checking

_LAST_WORD = re.compile(r"\w+\W*\Z")
_TOKEN = re.compile(r"\w+|[^\w\s]")
_BETWEEN_STATEMENTS = ("{", "}", ";")
_FEWEST, _MOST = 20, 100
"""Tokens at which a text is tried to end."""
_WORK = 5_000_000
"""Characters that may be parsed for that."""


def ended(text: str, checking: Checking) -> str:
    """Return the longest beginning of `text`, in whole words, in which no name is left unbound.

    While a text is being written, what follows may still bind a name, as a comprehension does.
    Where nothing follows any more, the name is one that does not exist.
    """
    while text:
        data = text.encode()
        cut = _unbound(data, checking) if may_end(checking, data) else _last_word(text)
        if cut is None:
            break
        text = text[:cut].rstrip()
    return text


def parsing(text: str, syntax: SyntaxCheck, checking: Checking, language: str, size: int) -> str:
    """Return the longest beginning of `text`, in whole tokens, with which the document parses.

    Or would, with the blocks closed that it is in: what comes next in them is a whole statement.
    The longer the document, the fewer ends are tried: each has it parsed, in part at least.
    """
    most = max(_FEWEST, min(_MOST, _WORK // max(1, size)))
    ends = [token.end() for token in _TOKEN.finditer(text)]
    for end in ends[: -most - 1 : -1]:
        kept = text[:end]
        if _may_stand(kept, syntax, language) and may_end(checking, kept.encode()):
            return kept
    return ""


def _may_stand(text: str, syntax: SyntaxCheck, language: str) -> bool:
    if syntax.parses(text):
        return True
    if not text.endswith(_BETWEEN_STATEMENTS):
        return False
    closers = "".join(reversed(opened(language, text)))
    return closers.startswith("}") and any(syntax.parses(text + closers + e) for e in ("", ";"))


def _unbound(data: bytes, checking: Checking) -> int | None:
    """Return where the first name begins that nothing binds, in characters, None if there is none.

    All beginnings of the text that hold it leave it unbound.
    """
    probe = checking.fork()
    probe.advance(data)
    starts = [one.start for one in probe.evidence() if one.reason == UNBOUND]
    return len(data[: max(0, min(starts))].decode()) if starts else None


def _last_word(text: str) -> int:
    found = _LAST_WORD.search(text)
    return found.start() if found else 0
