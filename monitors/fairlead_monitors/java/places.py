"""Where bare names begin in Java, and what each may turn out to be."""

from __future__ import annotations

import enum
import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from fairlead_monitors.clike.language import IDENTIFIER
from fairlead_monitors.clike.tokens import Code, Frame, Sort, Token
from fairlead_monitors.grammar import Opening
from fairlead_monitors.java.shapes import (
    angle_owner,
    chain_start,
    closes_angle,
    is_class_body,
    is_cut,
    is_plain,
    names_type,
    opens_call,
    returns_plain,
)


@dataclass(frozen=True)
class Place(Opening):
    """What a name may be besides a variable that is read and a method that is called.

    Before a dot, another word and the like it may be a type or a package; with `types`, before
    anything, and without `values` it is nothing else. It may be new: the `label` of a statement,
    or the parameter of a lambda expression, which an `arrow` follows. If it is `enclosed`, it
    begins what is in round brackets, and may be all of it: the type of a cast, or such a
    parameter. With `member`, it may be that of a constructor that is being declared.
    """

    proof: frozenset[bytes] | None = frozenset()
    label: bool = False
    arrow: bool = False
    types: bool = False
    values: bool = True
    enclosed: bool = False
    member: bool = False


_READ = Place()
_STATEMENT = Place(label=True)
_VALUE = Place(arrow=True)
_EITHER = Place(types=True)
_TYPE = Place(types=True, values=False)
_MEMBER = Place(types=True, values=False, member=True)

_HEADERS = frozenset({b"import", b"package", b"case", b"@"})
_BEFORE_BRACKET = {
    **dict.fromkeys((b"if", b"while", b"switch", b"synchronized", b"for", b"try"), _READ),
    b"catch": _TYPE,
}
_DESCRIBING = frozenset({b"@", b"case", b"instanceof"})
_MODIFIERS = frozenset(
    b"""public protected private static final abstract native synchronized transient volatile
    default strictfp""".split()
)
_AFTER_CONTROL = frozenset({b"if", b"while", b"for"})
_AFTER_KEYWORD = {
    b"return": _VALUE,
    b"assert": _READ,
    b"throw": _READ,
    b"else": _STATEMENT,
    b"do": _STATEMENT,
    b"instanceof": _TYPE,
    b"final": _TYPE,
}
_AFTER_OPERATOR = {b"=": _VALUE, b"->": _VALUE, b"<": _EITHER, b"&": _EITHER}
_DEEPEST = 100
"""Brackets in brackets; hardly anybody writes so many."""
_NO_OPERATORS = frozenset({b"@", b"..."})
_NO_CASTS = _NO_OPERATORS | {b">"}


class Role(enum.Enum):
    """What the sign behind a name makes of it."""

    READ = "a variable, or a method that is called"
    NAMED = "a variable, a type or a package"
    NEW = "a new name"
    OPEN = "what follows the sign tells"


_BEHIND_TYPES = frozenset(b".[</@") | IDENTIFIER
"""What may follow types and packages as well; a comment may be followed by anything."""
_BEHIND_ENCLOSED = {b",": Role.NEW, b"&": Role.NAMED}
_LABEL = re.compile(rb"[A-Z][^a-z]*\Z")


def role_of(place: Place, sign: bytes, byte: bytes) -> Role:
    """Return what the name at `place` is if `byte` comes behind it, and behind the `sign` there."""
    if byte == b">" and sign.endswith(b"-"):
        return Role.NEW
    if byte == b"-" and place.arrow and sign in (b"", b")"):
        return Role.OPEN
    read = Role.NAMED if place.types or sign[:1] == b")" else Role.READ
    if sign:
        return Role.NAMED if sign + byte == b"::" else read
    if byte == b":":
        return Role.NEW if place.label else Role.OPEN
    if byte == b")" and place.enclosed:
        return Role.OPEN if place.arrow else Role.NAMED
    if place.enclosed and byte in _BEHIND_ENCLOSED:
        return _BEHIND_ENCLOSED[byte]
    if byte == b"(":
        return Role.NEW if place.member else Role.READ if place.values else Role.NAMED
    return Role.NAMED if byte[0] in _BEHIND_TYPES else read


def may_be_new(place: Place, typed: bytes) -> bool:
    """Tell whether what begins with `typed` may be a new name, by the conventions.

    Parameters begin with a small letter; labels do, or have none.
    """
    is_capital = typed[:1].isupper()
    if place.label:
        return not is_capital or _LABEL.match(typed) is not None
    return place.arrow and not is_capital


def place_of(frames: Sequence[Frame]) -> Place | None:
    """Return what a name may be that begins where `frames` end, None where nothing is known."""
    code = frames[-1]
    if not isinstance(code, Code) or len(frames) > _DEEPEST or _is_described(frames):
        return None
    if not code.recent:
        return _first(frames, code)
    if code.head[0].text in _HEADERS or _declares_type(code):
        return None
    if _declares_member(frames):
        return _in_declaration(frames, code)
    return _next(frames, code)


def _in_declaration(frames: Sequence[Frame], code: Code) -> Place | None:
    """Return what a name may be in the declaration of a member, behind its first token."""
    last = code.recent[-1]
    if last.sort is Sort.KEYWORD and last.text in _MODIFIERS:
        # Behind an element of an annotation, a value follows.
        is_behind = any(token.text == b")" for token in code.recent)
        return None if is_behind else _MEMBER
    opener = angle_owner(code.recent) if last.text in (b"<", b",") else None
    return _TYPE if opener is not None and opener.sort is Sort.WORD else None


def _next(frames: Sequence[Frame], code: Code) -> Place | None:
    """Return what a name may be behind the tokens of a statement or bracket."""
    last = code.recent[-1]
    before = code.recent[-2] if len(code.recent) > 1 else None
    if last.text == b",":
        return _after_comma(frames, code)
    if last.text == b")":
        return _after_bracket(before)
    if last.text == b"=" and _initialises_plain(code.recent):
        return _READ
    if last.text == b"return" and returns_plain(frames):
        return _READ
    if last.sort is Sort.KEYWORD:
        return _AFTER_KEYWORD.get(last.text)
    if last.sort is not Sort.OPERATOR or last.text in _NO_OPERATORS:
        return None
    if last.text == b"|" and _is_caught(frames):
        return _TYPE
    return _after_operator(code, last, before)


def _is_caught(frames: Sequence[Frame]) -> bool:
    outer = frames[-2] if len(frames) > 1 else None
    if not isinstance(outer, Code) or not outer.recent:
        return False
    return outer.recent[-1].text == b"catch"


def _after_operator(code: Code, last: Token, before: Token | None) -> Place | None:
    if last.text == b">":
        return None if closes_angle(code.recent) else _READ
    if last.text == b":":
        return _STATEMENT if len(code.recent) == 2 else _VALUE
    if last.text == b"?":
        return None if before is None or before.text in (b"<", b",") else _VALUE
    if last.text == b"<" and _declares_parameters(before):
        return None
    return _AFTER_OPERATOR.get(last.text, _READ)


def _declares_parameters(before: Token | None) -> bool:
    """Tell whether a ``<`` behind `before` begins the parameters of a method's types."""
    return before is None or before.sort is Sort.KEYWORD


def _initialises_plain(recent: Sequence[Token]) -> bool:
    """Tell whether the tokens declare a variable that no lambda expression is a value of."""
    return len(recent) > 2 and recent[-2].sort is Sort.WORD and is_plain(recent[-3])


def _after_comma(frames: Sequence[Frame], code: Code) -> Place | None:
    calls = code.bracket == b"(" and opens_call(frames[:-1])
    owner = angle_owner(code.recent)
    if owner is not None:
        return None if _declares_parameters(owner) else Place(types=True, arrow=calls)
    if code.bracket == b"(" and _declares_member(frames[:-1]):
        return _TYPE
    return _VALUE if calls or _is_array(frames) else None


def _after_bracket(before: Token | None) -> Place | None:
    """Return what a name may be behind a round bracket that `before` stood before."""
    if before is not None and before.text in _AFTER_CONTROL:
        return _STATEMENT
    if before is not None and before.sort is Sort.KEYWORD:
        return _VALUE if before.text in _AFTER_KEYWORD else None
    is_operator = before is None or before.sort is Sort.OPERATOR
    return _VALUE if is_operator and (before is None or before.text not in _NO_CASTS) else None


def _first(frames: Sequence[Frame], code: Code) -> Place | None:
    """Return what the first word of a bracket, block or statement may be."""
    outer = frames[-2] if len(frames) > 1 else None
    if code.bracket == b"[":
        return _READ
    if code.bracket == b"{":
        if _declares_member(frames):
            return _MEMBER
        if is_class_body(frames):
            return None
        return _VALUE if _is_array(frames) else _STATEMENT if _is_block(frames) else None
    if code.bracket != b"(" or not isinstance(outer, Code):
        return None
    if outer.recent and outer.recent[-1].text in _BEFORE_BRACKET:
        return _BEFORE_BRACKET[outer.recent[-1].text]
    if opens_call(frames[:-1]):
        return _VALUE
    if _declares_member(frames[:-1]):
        return _TYPE
    around = place_of(frames[:-1])
    # A lambda expression in two brackets is hardly ever written.
    arrow = around is not None and around.arrow and not around.enclosed
    return None if around is None else Place(enclosed=True, arrow=arrow)


def _is_block(frames: Sequence[Frame]) -> bool:
    """Tell whether a brace holds statements, among them the cases of a switch."""
    outer = frames[-2]
    if not isinstance(outer, Code):
        return True
    if not outer.recent:
        return outer.bracket != b"("
    last = outer.recent[-1]
    throws = any(token.text == b"throws" for token in outer.recent)
    words = (b")", b"->", b"else", b"do", b"try", b"finally", b"static", b"}")
    return throws or last.text in words


def _is_array(frames: Sequence[Frame]) -> bool:
    """Tell whether a brace at the end of `frames` holds the elements of an array."""
    for outer, code in reversed(list(pairwise(frames))):
        if not isinstance(code, Code) or code.bracket != b"{" or not isinstance(outer, Code):
            return False
        if outer.recent and outer.recent[-1].text != b",":
            return outer.recent[-1].text in (b"=", b"]")
        # It may be an element itself.
    return False


def _declares_member(frames: Sequence[Frame]) -> bool:
    """Tell whether a member of a class is declared at the end of `frames`; no constant of an enum.

    Not behind the sign that its value follows, nor where that is too far away to be seen.
    """
    code, outer = frames[-1], frames[-2] if len(frames) > 1 else None
    if not is_class_body(frames) or not isinstance(code, Code) or not isinstance(outer, Code):
        return False
    is_enum = any(token.text == b"enum" for token in (*outer.head, *outer.recent))
    has_value = is_cut(code) or any(token.text == b"=" for token in code.recent)
    return not is_enum and not has_value


def _declares_type(code: Code) -> bool:
    """Tell whether the tokens belong to the header of a class, or the like."""
    if any(token.text == b"=" for token in code.recent):
        return False
    return names_type(code)


def _is_described(frames: Sequence[Frame]) -> bool:
    """Tell whether some bracket holds the elements of an annotation, or the parts of a pattern."""
    for outer, inner in pairwise(frames):
        if isinstance(outer, Code) and isinstance(inner, Code) and inner.bracket == b"(":
            begin = chain_start(outer.recent) if outer.recent else 0
            if begin and outer.recent[begin - 1].text in _DESCRIBING:
                return True
    return False
