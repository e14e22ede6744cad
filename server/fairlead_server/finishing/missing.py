"""Which brackets are open at a place, and which of them the text after it closes."""

from __future__ import annotations

from functools import lru_cache

from fairlead_monitors.clike import lexer as clike
from fairlead_monitors.clike.tokens import Code
from fairlead_monitors.python.lexer import window
from fairlead_monitors.python.tokens import logical_lines
from fairlead_monitors.trees import grammar
from fairlead_server.finishing.scan import BRACES, PAIRS, Mark, scan, surplus

LARGEST = 100_000
"""Characters; longer texts are not parsed."""


@lru_cache(maxsize=8)
def opened(language: str, before: str) -> tuple[str, ...]:
    """Return what would close the brackets that are open at the end of `before`, innermost last."""
    data = before.encode(errors="replace")
    if language == "python":
        texts = _python_brackets(data)
    else:
        frames = clike.lex(BRACES[language], clike.LexState(), data).end.frames
        texts = [f.bracket.decode()[-1:] for f in frames if isinstance(f, Code) and f.bracket]
    return tuple(left_open(texts))


@lru_cache(maxsize=4)
def closed(language: str, after: str) -> tuple[str, ...] | None:
    """Return the brackets that `after` closes and did not open, None if it is too long to tell."""
    if len(after) > LARGEST:
        return None
    found = grammar(language)
    if found is not None:
        data = after.encode(errors="replace")
        texts = [node.type for node in found.brackets_in(found.parse(data))]
        marks = [Mark("{" if text == "${" else text, 0) for text in texts]
        return tuple(mark.text for mark in surplus(marks))
    scanned = scan(language, "", after)
    return None if scanned is None else tuple(mark.text for mark in scanned.surplus())


def missing(language: str, before: str, after: str) -> str | None:
    """Return the closing brackets that have to stand between two texts, innermost first.

    None where that is not known: the brackets of `after` do not match, or it is too long.
    """
    given = closed(language, after)
    open_ = opened(language, before)
    if given is None or tuple(reversed(given)) != open_[: len(given)]:
        return None
    return "".join(reversed(open_[len(given) :]))


def missing_on_line(language: str, before: str, after: str) -> str | None:
    """Return what is missing between the two parts of a line, whatever is around it."""
    line, rest = before[before.rfind("\n") + 1 :], after.partition("\n")[0]
    scanned, following = scan(language, "", line), scan(language, "", rest)
    if scanned is None or following is None:
        return None
    open_ = left_open([mark.text for mark in scanned.brackets])
    given = [mark.text for mark in following.surplus()][: len(open_)]
    inner = open_[len(given) :]
    return "".join(reversed(inner)) if given[::-1] == open_[: len(given)] else None


def left_open(texts: list[str]) -> list[str]:
    """Return what would close the brackets that are left open, innermost last."""
    found: list[str] = []
    for text in texts:
        if text in PAIRS:
            found.append(PAIRS[text])
        elif found and found[-1] == text:
            found.pop()
    return found


def _python_brackets(data: bytes) -> list[str]:
    """Return the brackets of the last logical line, if it has not ended."""
    text = data[window(data) :].decode(errors="ignore")
    last = None
    for line in logical_lines(text):
        last = line
    if last is None or last.end < len(text):
        return []
    return [text for sort, text, _, _ in last.tokens if sort == "operator" and text in "()[]{}"]
