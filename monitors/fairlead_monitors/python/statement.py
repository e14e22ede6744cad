"""Where in a Python statement text ends, and what a name that begins there would do.

Built on the lexer, so it needs no recovery either: it follows the brackets that are open and, in
each, whether names are read or bound. (The Python Language Reference, chapters 6 to 8.)
"""

from __future__ import annotations

import enum
import keyword
import re
from collections import deque
from functools import lru_cache
from typing import NamedTuple

from fairlead_monitors.python.lexer import COMPOUND, REMEMBERED, STATEMENTS, Last, LexState, step
from fairlead_monitors.python.lexer import window as line_start

_START = LexState()


class Role(enum.Enum):
    """What a name does that begins at a place.

    MAYBE: it is read, or bound if an equals sign follows the expression; CHAIN is the same on the
    right of an assignment. NONE: no variable is read; the name is bound, declared or imported.
    """

    READ = "read"
    MAYBE = "at the start of a statement"
    CHAIN = "on the right of an assignment"
    ANNOTATION = "in an annotation"
    PARAMETER = "a parameter of a function"
    ARGUMENT = "a parameter of a lambda"
    TARGET = "bound by for or as"
    NONE = "not a variable"


class Sort(enum.Enum):
    """What a bracket is for. FIELD is the replacement field of an f-string."""

    STATEMENT = "none: the statement itself"
    CALL = "arguments"
    SUBSCRIPT = "subscript"
    DISPLAY = "group or display"
    PARAMETERS = "parameters"
    FIELD = "field"


class Level(NamedTuple):
    """An open bracket, or the statement around them.

    `first`: no comma has separated items in it yet. `settled`: what stands here is no element of a
    comprehension whose ``for`` is still to come; of a statement, that it assigns to several
    targets. `nameless`: no argument here has a name; `named`: the last one has, unless a comparison
    begins. `frames` counts the lexer's at its opening.
    """

    sort: Sort = Sort.STATEMENT
    role: Role = Role.MAYBE
    first: bool = True
    settled: bool = False
    nameless: bool = False
    named: bool = False
    frames: int = 1

    @property
    def may_bind_later(self) -> bool:
        """Tell whether a comprehension's ``for`` may yet follow that binds the names in here."""
        is_done = self.settled or self.named or not self.first
        return self.sort in (Sort.CALL, Sort.DISPLAY) and not is_done


class Statement(NamedTuple):
    """A place in a statement.

    `word` is its first word and `previous` the last token, with the dot before it if it is the
    name of an attribute. `comment` says that this is in a comment.
    """

    lexed: LexState = _START
    word: bytes = b""
    previous: bytes = b""
    levels: tuple[Level, ...] = (Level(),)
    comment: bool = False

    @property
    def level(self) -> Level:
        """The innermost open bracket."""
        return self.levels[-1]

    @property
    def begins_name(self) -> bool:
        """Tell whether an identifier here would be a variable or a name that is bound."""
        lexed = self.lexed
        return (
            lexed.in_code
            and not self.comment
            and lexed.last in (Last.START, Last.OTHER)
            and not lexed.importing
            and self.previous not in (b".", b"!")
        )


@lru_cache(maxsize=REMEMBERED)
def read(state: Statement, data: bytes) -> Statement:
    """Return the state after `data`."""
    place = 0
    while place < len(data):
        before = state.lexed
        lexed, end, kind = step(before, data, place)
        state = state._replace(lexed=lexed, comment=kind == "comment")
        if len(lexed.frames) != len(before.frames):
            state = _framed(state, before, kind)
        elif kind == "newline":
            state = Statement(lexed) if lexed.last is Last.START else state
        elif kind not in ("blank", "comment", "inside"):
            state = _follow(state, before, kind, data[place:end])
        place = end
    return state


@lru_cache(maxsize=8)
def window(prefix: bytes, size: int = 8192) -> int:
    """Return where reading may begin for the end of `prefix` to be read right.

    That is a line at least `size` bytes back that begins with a word of which only statements do,
    if there is one near, and outside any string.
    """
    start = line_start(prefix, size)
    matches = _STATEMENT_LINE.finditer(prefix, 0, start)
    places = list(deque((match.start() for match in matches), maxlen=4))
    for place in reversed(places[-3:]):
        if line_start(prefix, len(prefix) - place) == place:
            return place
    return start if start == 0 or len(places) > 3 else 0


def _framed(state: Statement, before: LexState, kind: str) -> Statement:
    """Return the state after a string or a replacement field has begun or ended."""
    lexed = state.lexed
    if lexed.last is Last.START:
        return Statement(lexed)  # A string that was left open has ended with its line.
    levels = tuple(level for level in state.levels if level.frames <= len(lexed.frames))
    if kind == "inside" and len(lexed.frames) > len(before.frames):
        levels = (*levels, Level(Sort.FIELD, Role.READ, frames=len(lexed.frames)))
    return state._replace(levels=levels, previous=b"''")


def _follow(state: Statement, before: LexState, kind: str, text: bytes) -> Statement:
    if before.frames[0].depth and kind == "name" and not state.lexed.frames[0].depth:
        state = Statement(state.lexed)  # A statement that no bracket can hold: one was left open.
    follow = _FOLLOW.get(kind)
    if follow is not None:
        state = follow(state, before, text)
    is_attribute = kind == "name" and before.last is Last.DEREFERENCE
    return state._replace(previous=b"." + text if is_attribute else text)


def _word(state: Statement, before: LexState, text: bytes) -> Statement:
    if before.last is Last.DEREFERENCE or (not state.word and text == b"async"):
        return state
    level = state.level
    if not state.word:
        state = state._replace(word=text)
        level = level._replace(role=_ROLES.get(text, level.role))
    elif text == b"for" and level.sort is not Sort.STATEMENT:
        level = level._replace(role=Role.TARGET, settled=True)
    elif (text == b"in" and level.role is Role.TARGET) or _begins_guard(state, text):
        level = level._replace(role=Role.READ)
    elif text in _KEYWORDS and text != b"lambda":
        level = _operated(level)
    if text == b"lambda":
        level = level._replace(role=Role.ARGUMENT)
    return _on(state, level)


def _begins_guard(state: Statement, text: bytes) -> bool:
    """Tell whether `text` is the ``if`` after the pattern of a case."""
    return text == b"if" and state.word == b"case" and state.level.sort is Sort.STATEMENT


def _open(state: Statement, before: LexState, text: bytes) -> Statement:
    sort = Sort.DISPLAY
    heads = state.level.sort is Sort.STATEMENT and state.level.role is Role.NONE
    if before.last is Last.OPERAND and text != b"{":
        sort = Sort.CALL if text == b"(" else Sort.SUBSCRIPT
        if sort is Sort.CALL and heads and state.word == b"def":
            sort = Sort.PARAMETERS
    role = state.level.role
    if sort is Sort.PARAMETERS:
        role = Role.PARAMETER
    elif state.previous == b"as":
        role = Role.TARGET
    elif (
        (heads and state.word == b"class" and sort is Sort.CALL)
        or role is Role.CHAIN
        or (role is Role.MAYBE and (sort is not Sort.DISPLAY or text == b"{"))
    ):
        role = Role.READ
    callee = state.previous if sort is Sort.CALL else b""
    level = Level(
        sort,
        role,
        # What are written here as arguments are the bases of a class, which nobody makes of a loop.
        settled=callee in _NOT_ITERATING or (heads and state.word == b"class"),
        nameless=callee in _POSITIONAL,
        frames=len(state.lexed.frames),
    )
    return state._replace(levels=(*state.levels, level))


def _close(state: Statement, before: LexState, text: bytes) -> Statement:
    if state.level.sort in (Sort.STATEMENT, Sort.FIELD):
        return state
    return state._replace(levels=state.levels[:-1])


def _separate(state: Statement, before: LexState, text: bytes) -> Statement:
    level = state.level
    if level.role is Role.ARGUMENT:
        return _on(state, level._replace(role=Role.READ))
    if level.sort is Sort.STATEMENT:
        if text == b";" or state.word in COMPOUND:
            return Statement(state.lexed)
        return _on(state, level._replace(role=Role.ANNOTATION))
    if level.sort is Sort.PARAMETERS:
        return _on(state, level._replace(role=Role.ANNOTATION))
    return state


def _operate(state: Statement, before: LexState, text: bytes) -> Statement:
    level = state.level
    if text == b",":
        return _on(state, _next_item(level))
    if text == b"=":
        return _on(state, _assigned(level, state.previous))
    if text == b">" and state.previous == b"-" and state.word == b"def":
        return _on(state, level._replace(role=Role.ANNOTATION))
    stars = text == b"*" and before.last is not Last.OPERAND
    return state if stars else _on(state, _operated(level))


def _next_item(level: Level) -> Level:
    if level.role is Role.ARGUMENT:
        return level
    role = {Sort.PARAMETERS: Role.PARAMETER}.get(level.sort, level.role)
    role = Role.READ if role is Role.CHAIN else role
    return level._replace(role=role, first=False)


def _assigned(level: Level, previous: bytes) -> Level:
    if previous in _COMPARING:
        return _operated(level._replace(named=False))
    if level.role is Role.ARGUMENT:
        return level
    if level.sort is Sort.CALL:
        return level._replace(named=True)
    if level.sort is Sort.PARAMETERS:
        return level._replace(role=Role.READ)
    if level.sort is Sort.STATEMENT and level.role in _ASSIGNED and not level.settled:
        return level._replace(role=_ASSIGNED[level.role], settled=level.role is Role.CHAIN)
    return level


def _operated(level: Level) -> Level:
    """Return the level after an operator, of which no target can be part."""
    return level._replace(role=Role.READ) if level.role in (Role.MAYBE, Role.CHAIN) else level


def _on(state: Statement, level: Level) -> Statement:
    return state._replace(levels=(*state.levels[:-1], level))


_STATEMENT_LINE = re.compile(rb"^[ \t]*(?:" + b"|".join(sorted(STATEMENTS)) + rb")\b", re.MULTILINE)
# In `a = b = `, a third target and more are as likely as not.
_ASSIGNED = {Role.MAYBE: Role.CHAIN, Role.CHAIN: Role.MAYBE, Role.ANNOTATION: Role.READ}
_FOLLOW = {
    "name": _word,
    "open": _open,
    "close": _close,
    "separator": _separate,
    "other": _operate,
}
_KEYWORDS = frozenset(k.encode() for k in keyword.kwlist) - {b"None", b"True", b"False"}
# Built-in functions whose arguments have no names, and to which no generator can be the only one.
_POSITIONAL = frozenset(
    b"abs callable chr delattr dir divmod filter format getattr hasattr hash hex id input "
    b"isinstance issubclass len oct ord range repr setattr super vars".split()
)
_NOT_ITERATING = _POSITIONAL | frozenset(
    b"classmethod compile eval exec float int map open pow print property round staticmethod "
    b"type".split()
)
_COMPARING = (b"=", b"!", b"<", b">", b":")
_ROLES = {
    **dict.fromkeys(_KEYWORDS, Role.READ),
    **dict.fromkeys(
        b"import from global nonlocal del def class else try finally pass break continue "
        b"case".split(),
        Role.NONE,
    ),
    b"for": Role.TARGET,
}
