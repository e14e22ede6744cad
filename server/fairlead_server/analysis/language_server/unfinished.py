"""What a text that breaks off at the cursor needs for a server to understand it.

Brackets and blocks that are open are closed, and into each class that is open goes a member that
nobody would write. Where a server lists that member, it lists what a class has whose end is not
written yet: it may get more.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise, zip_longest

from fairlead_monitors.clike import languages
from fairlead_monitors.clike.language import Language
from fairlead_monitors.clike.lexer import LexState, lex
from fairlead_monitors.clike.tokens import Code, Sort
from fairlead_monitors.python.tokens import Line, logical_lines

MARK = "fairlead_made_this_up"
"""The name of the member that is added."""


@dataclass(frozen=True)
class UnfinishedRule:
    """How a language's texts are finished; no `language`: they are not.

    `member` declares a member called ``{mark}``; `overload`, a function called ``{name}`` with one
    parameter called ``{mark}``, and `constructor` likewise.
    """

    language: str = ""
    member: str = ""
    overload: str = ""
    constructor: str = ""


def rest(before: str, rule: UnfinishedRule, called: str = "") -> str:
    """Return what has to follow `before`, the whole text; `called` is the function called there."""
    if not rule.language:
        return ""
    if rule.language == "python":
        return "".join(_python(before, rule))
    return "".join(_braces(before, rule, called))


def called_in(before: str) -> str:
    """Return the name of the function whose opening bracket ends `before`."""
    found = re.search(r"(\w+)\s*(?:<[^()]*>)?\s*\(\Z", before)
    return found[1] if found else ""


_BRACES = {
    language.name: language
    for language in vars(languages).values()
    if isinstance(language, Language)
}
LANGUAGES = frozenset(_BRACES) | {"python"}
"""The languages whose texts can be finished."""

_CLASSES = {b"class", b"interface", b"enum", b"struct", b"union"}
_CONTEXTUAL = {b"record", b"interface"}
_CLOSERS = {"(": ")", "[": "]"}


def _braces(before: str, rule: UnfinishedRule, called: str) -> Iterator[str]:
    end = lex(_BRACES[rule.language], LexState(), before.encode(errors="replace")).end
    frames = [frame for frame in end.frames if isinstance(frame, Code)]
    if len(frames) < len(end.frames):
        return  # in a string or a comment
    for outer, frame in reversed(list(pairwise(frames))):
        bracket = frame.bracket.decode()[-1:]
        if bracket in _CLOSERS:
            yield _CLOSERS[bracket]
            continue
        name = _class_name(outer)
        yield ";"
        if name is not None:
            yield "\n" + _members(rule, called, name)
        yield "}"


def _class_name(outer: Code) -> str | None:
    """Return the name of the class whose header is the last statement of `outer`.

    It is empty where a long header hides it.
    """
    for tokens in (outer.head, outer.recent):
        for token, following in zip_longest(tokens, tokens[1:]):
            named = following is not None and following.sort is Sort.WORD
            keyword = token.sort is Sort.KEYWORD and token.text in _CLASSES
            contextual = token.sort is Sort.WORD and token.text in _CONTEXTUAL
            if keyword or (contextual and named):
                return following.text.decode() if named else ""
    return None


def _members(rule: UnfinishedRule, called: str, name: str) -> str:
    overload = rule.constructor if called == name else rule.overload
    function = overload.format(mark=MARK, name=called) if called else ""
    return rule.member.format(mark=MARK) + " " + function


def _python(before: str, rule: UnfinishedRule) -> Iterator[str]:
    lines = list(logical_lines(before))
    if not lines:
        return
    yield "".join(_open_brackets(lines[-1]))
    for indent in _class_bodies(lines):
        yield f"\n{' ' * indent}{rule.member.format(mark=MARK)}"
    yield "\n"


def _open_brackets(line: Line) -> Iterator[str]:
    pairs = {"(": ")", "[": "]", "{": "}"}
    closers: list[str] = []
    for sort, text, *_ in line.tokens:
        if sort == "operator" and text in pairs:
            closers.append(pairs[text])
        elif sort == "operator" and closers and text == closers[-1]:
            closers.pop()
    yield from reversed(closers)


def _class_bodies(lines: Sequence[Line]) -> list[int]:
    """Return how far the bodies of the classes that the last line is in are indented."""
    found: list[int] = []
    body = lines[-1].indent
    for line in reversed(lines):
        if line.indent < body:
            if line.tokens[0][1] == "class":
                found.append(body)
            body = line.indent
    return found
