"""What brackets are for in Java, as far as the tokens before them tell."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from fairlead_monitors.clike.tokens import Code, Frame, Sort, Token

PRIMITIVES = frozenset(
    {b"boolean", b"byte", b"char", b"double", b"float", b"int", b"long", b"short"}
)
_TYPES = PRIMITIVES | {b"void"}
_HEADERS = frozenset({b"class", b"interface", b"enum"})
_PATTERNS = frozenset({b"case", b"instanceof"})
_MANY = 15
"""Tokens of a statement behind which there may have been more, which are not kept."""
_IN_TYPE = frozenset({b"<", b">", b",", b"?", b"&", b"@", b"]"})


def opens_call(frames: Sequence[Frame]) -> bool:
    """Tell whether a round bracket at the end of `frames` would open the arguments of a call."""
    code = frames[-1]
    if not isinstance(code, Code) or not code.recent:
        return False
    recent = code.recent
    if recent[-1].text == b">":
        begin = type_start(recent)
        return begin > 0 and recent[begin - 1].text == b"new"
    if recent[-1].sort is not Sort.WORD:
        return False
    begin = chain_start(recent)
    before = recent[begin - 1] if begin else None
    if before is not None and (before.text == b"@" or before.text in _PATTERNS):
        return False
    if begin < len(recent) - 1 or (before is not None and before.text == b"new"):
        return True
    return not _declares(frames, code, before)


def _declares(frames: Sequence[Frame], code: Code, before: Token | None) -> bool:
    """Tell whether the name after `before` is that of a method, or of an enumeration's constant."""
    if before is not None and _ends_type(before):
        return True
    return is_class_body(frames) and not any(token.text == b"=" for token in code.recent)


def _ends_type(token: Token) -> bool:
    """Tell whether what follows `token` is declared to be of the type that ends with it."""
    word = token.sort is Sort.WORD and token.text != b"yield"
    return word or token.text in _TYPES or token.text == b"]"


def is_class_body(frames: Sequence[Frame]) -> bool:
    """Tell whether the end of `frames` stands in the body of a class, not of a method."""
    if len(frames) < 2 or not isinstance(outer := frames[-2], Code):
        return False
    if not isinstance(inner := frames[-1], Code) or inner.bracket != b"{":
        return False
    return names_type(outer) or _is_anonymous(outer.recent)


def names_type(code: Code) -> bool:
    """Tell whether a statement is the header of a class, or the like, as far as it is there."""
    header = (*code.head, *code.recent)
    if any(token.sort is Sort.KEYWORD and token.text in _HEADERS for token in header):
        return True
    # A method or variable may be called so.
    pairs = (*pairwise(code.head), *pairwise(code.recent))
    return any(one.text == b"record" and two.sort is Sort.WORD for one, two in pairs)


def is_cut(code: Code) -> bool:
    """Tell whether some tokens of a statement are not among the last ones that are kept."""
    return bool(code.head) and code.head[0].start != code.recent[0].start


def _is_anonymous(recent: Sequence[Token]) -> bool:
    """Tell whether the tokens end in ``new Type(…)``."""
    if not recent or recent[-1].text != b")":
        return False
    begin = type_start(recent[:-1])
    return begin > 0 and recent[begin - 1].text == b"new"


def is_plain(token: Token) -> bool:
    """Tell whether a type ends with `token` that no lambda expression can be of."""
    return token.text in PRIMITIVES or token.text in (b"]", b"String", b"void")


def returns_plain(frames: Sequence[Frame]) -> bool:
    """Tell whether the method at the end of `frames` returns what is no lambda expression."""
    for place in range(len(frames) - 1, 0, -1):
        outer, inner = frames[place - 1], frames[place]
        if not isinstance(outer, Code) or not isinstance(inner, Code) or not outer.recent:
            continue
        if outer.recent[-1].text == b"->":
            return False
        if inner.bracket == b"{" and is_class_body(frames[:place]):
            return _declares_plain(outer.recent)
    return False


def _declares_plain(header: Sequence[Token]) -> bool:
    ends = [place for place, token in enumerate(header) if token.text == b")"]
    return bool(ends) and ends[-1] > 1 and is_plain(header[ends[-1] - 2])


def chain_start(recent: Sequence[Token]) -> int:
    """Return where the names that the tokens end in begin, joined by dots: ``a.b.c``."""
    place = len(recent) - 1
    while place > 1 and recent[place - 1].sort is Sort.DEREFERENCE and recent[place - 2].operand:
        place -= 2
        if recent[place].sort is not Sort.WORD:
            break
    return place


def type_start(recent: Sequence[Token]) -> int:
    """Return where a type that the tokens end in begins, arguments and annotations included."""
    place = len(recent)
    while place and _may_be_in_type(recent[place - 1]):
        place -= 1
    return place


def angle_owner(recent: Sequence[Token]) -> Token | None:
    """Return what stands before the ``<`` if the tokens may end inside of a type's arguments."""
    depth = 0
    for place in range(len(recent) - 1, 0, -1):
        token = recent[place]
        if token.text == b"<" and not depth:
            return recent[place - 1]
        depth += (token.text == b">") - (token.text == b"<")
        if not _may_be_in_type(token):
            return None
    return None


def closes_angle(recent: Sequence[Token]) -> bool:
    """Tell whether the ``>`` that the tokens end in may close the arguments of a type."""
    inside = recent[:-1]
    if angle_owner(inside) is not None:
        return True
    return len(inside) >= _MANY and all(map(_may_be_in_type, inside))


def _may_be_in_type(token: Token) -> bool:
    if token.sort in (Sort.WORD, Sort.DEREFERENCE):
        return True
    return token.text in _IN_TYPE or token.text in PRIMITIVES or token.text == b"extends"
