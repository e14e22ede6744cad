"""May this token come next in an argument list, given the overloads of the function?"""

from __future__ import annotations

from collections.abc import Sequence

from fairlead_monitors.argument_list import Bracket, Form
from fairlead_monitors.binding import (
    NONE,
    Arguments,
    accepts,
    accepts_more,
    accepts_name,
    accepts_name_beginning,
    accepts_position,
    is_complete,
)
from fairlead_monitors.call_rest import Rest
from fairlead_monitors.call_syntax import Sort, Token
from fairlead_monitors.engine import Signature

Overloads = Sequence[Signature]

_ENDS = (Sort.CLOSE, Sort.COMMA, Sort.DOUBTFUL)


def matters(bracket: Bracket, token: Token) -> bool:
    """Tell whether it depends on the overloads if `token` may come next in `bracket`."""
    return token.sort in _ENDS or bracket.after(token).form is not bracket.form


def limit(
    overloads: Overloads,
    bracket: Bracket,
    token: Token,
    rest: Rest | None = None,
    *,
    trailing_comma: bool = False,
) -> int | None:
    """Return how many bytes of `token` may come next in `bracket`, None if it may come.

    All of its bytes may be admitted although it is not: they may begin another token. `rest` is
    what the text after the cursor adds to the list, None if it does not close it.
    """
    later = rest.others if rest is not None else NONE
    if token.sort is Sort.NAME and bracket.form is Form.EMPTY:
        length = _name(overloads, bracket.given, later, token.text)
        return None if length == len(token.text) else length
    form = _ended(bracket.form) if token.sort in _ENDS else bracket.after(token).form
    good = form is bracket.form or _can_be(form, overloads, bracket, later)
    if good and token.text == b")":
        good = _may_close(overloads, bracket, rest)
    elif good and token.sort is Sort.COMMA and bracket.form is not Form.EMPTY:
        good = _may_go_on(overloads, bracket, rest, trailing_comma)
    if good:
        return None
    begins = bracket.form is Form.EMPTY and token.sort is Sort.OTHER
    return _name(overloads, bracket.given, later, token.text) if begins else 0


def complete(overloads: Overloads, bracket: Bracket, rest: Rest) -> bool | None:
    """Tell whether the list is one that a call may have if the text ends here, None if unsure."""
    if bracket.form in (Form.NAME, Form.EQUALS) and rest.form is not Form.EMPTY:
        return None
    if bracket.form is Form.EMPTY:
        if rest.form is Form.EMPTY and not rest.closes:
            return None
        arguments = bracket.given.and_all(rest.arguments())
    else:
        arguments = bracket.arguments().and_all(rest.others)
    return arguments.unpacked or any(is_complete(s, arguments) for s in overloads)


def _name(overloads: Overloads, given: Arguments, later: Arguments, text: bytes) -> int:
    """Return how much of a name may begin an argument."""
    if any(accepts_position(s, given, later) for s in overloads):
        return len(text)
    name = text.decode(errors="replace")
    for length in range(len(name), 0, -1):
        start = name[:length]
        begins = start.isidentifier()
        if begins and any(accepts_name_beginning(s, given, start, later) for s in overloads):
            return len(start.encode())
    return 0


def _ended(form: Form) -> Form:
    return {Form.NAME: Form.POSITION, Form.EQUALS: Form.NAMED}.get(form, form)


def _can_be(form: Form, overloads: Overloads, bracket: Bracket, later: Arguments) -> bool:
    """Tell whether the argument being written can turn out to be of `form`."""
    given = bracket.given
    position = form in (Form.POSITION, Form.EQUALS)
    if position and any(accepts_position(s, given, later) for s in overloads):
        return True
    if form in (Form.NAMED, Form.EQUALS):
        return any(accepts_name(s, given, bracket.name, later) for s in overloads)
    return form is Form.UNPACKED


def _may_close(overloads: Overloads, bracket: Bracket, rest: Rest | None) -> bool:
    if bracket.form is Form.UNPACKED or (rest is not None and not rest.closes):
        return True
    return any(is_complete(s, bracket.arguments()) for s in overloads)


def _may_go_on(
    overloads: Overloads, bracket: Bracket, rest: Rest | None, trailing_comma: bool
) -> bool:
    """Tell whether a comma may end the argument that is being written."""
    if bracket.form is Form.UNPACKED:
        return True
    arguments = bracket.arguments()
    if rest is not None and rest.form is not Form.EMPTY:
        return any(accepts(s, arguments.and_all(rest.arguments())) for s in overloads)
    later = rest.others if rest is not None else NONE
    if any(accepts_more(s, arguments, later) for s in overloads):
        return True
    # The habit of ending each line with a comma.
    ends = trailing_comma and bracket.lines and later == NONE
    return ends and any(is_complete(s, arguments) for s in overloads)
