"""One bracket that is open, and the argument list in it, as far as it is written."""

from __future__ import annotations

import enum
from dataclasses import dataclass, replace

from fairlead_monitors.binding import NONE, Arguments
from fairlead_monitors.call_syntax import Sort, Token


class Form(enum.Enum):
    """What the argument that is being written is, as far as that can be told.

    NAME is a name and nothing else so far; EQUALS is a name and an equals sign, which is an
    argument by name unless a second equals sign makes it a comparison.
    """

    EMPTY = "nothing yet"
    NAME = "a name"
    EQUALS = "a name and an equals sign"
    POSITION = "an argument by position"
    NAMED = "an argument by name"
    UNPACKED = "any number of arguments"


@dataclass(frozen=True)
class Bracket:
    """An open bracket; `calls` tells whether it holds arguments.

    `opened` is where the text after it begins, in bytes of the generated text: negative if the
    user wrote it. `given` holds the finished arguments, `form` and `name` describe the one that is
    being written, `lines` tells that the list goes over several lines, and `doubts` counts the
    doubtful commas that are not settled.
    """

    calls: bool
    opened: int
    given: Arguments = NONE
    form: Form = Form.EMPTY
    name: str = ""
    lines: bool = False
    doubts: int = 0

    def arguments(self) -> Arguments:
        """Return all arguments, with the one being written as it would be if it ended here."""
        if self.form is Form.EMPTY:
            return self.given
        if self.form in (Form.NAMED, Form.EQUALS):
            return self.given.and_name(self.name)
        if self.form is Form.UNPACKED:
            return replace(self.given, unpacked=True)
        return self.given.and_position()

    def certain(self) -> Arguments:
        """Return the arguments of which it is settled how they are passed."""
        settled = self.form in (Form.POSITION, Form.NAMED)
        return self.arguments() if settled else self.given

    def after(self, token: Token) -> Bracket:
        """Return the list after a token that stands in it itself, not in a bracket within."""
        if token.sort is Sort.LINE:
            return self if self.lines else replace(self, lines=True)
        if token.sort is Sort.COMMA:
            return replace(self, given=self.arguments(), form=Form.EMPTY, name="", doubts=0)
        if token.sort is Sort.DOUBTFUL:
            more = replace(self.given, most=self.given.most + 1)
            return replace(self, given=more, form=Form.POSITION, doubts=self.doubts + 1)
        if token.sort is Sort.SETTLED:
            fewer = replace(self.given, most=self.given.most - self.doubts)
            return replace(self, given=fewer, doubts=0)
        form = _FORMS.get((self.form, token.sort), _OTHERWISE[self.form])
        if form is self.form:
            return self
        name = token.text.decode(errors="replace") if form is Form.NAME else self.name
        return replace(self, form=form, name=name)


_FORMS = {
    (Form.EMPTY, Sort.NAME): Form.NAME,
    (Form.EMPTY, Sort.STAR): Form.UNPACKED,
    (Form.NAME, Sort.EQUALS): Form.EQUALS,
    (Form.EQUALS, Sort.EQUALS): Form.POSITION,
}
_OTHERWISE = {
    Form.EMPTY: Form.POSITION,
    Form.NAME: Form.POSITION,
    Form.EQUALS: Form.NAMED,
    Form.POSITION: Form.POSITION,
    Form.NAMED: Form.NAMED,
    Form.UNPACKED: Form.UNPACKED,
}


def synced(stack: tuple[Bracket, ...], token: Token) -> tuple[Bracket, ...]:
    """Return the brackets that were open before `token`, by what the lexer says."""
    depth = token.depth
    if token.sort in (Sort.CALL, Sort.OPEN):
        depth -= 1
    elif token.sort is Sort.CLOSE:
        depth += 1
    if len(stack) >= depth:
        return stack[:depth]
    return stack + (Bracket(False, 0),) * (depth - len(stack))


def take(stack: tuple[Bracket, ...], token: Token, base: int) -> tuple[Bracket, ...]:
    """Return the open brackets after `token`, whose offsets count from `base`."""
    stack = synced(stack, token)
    if token.sort is Sort.CLOSE:
        return stack[:-1]
    if stack:
        stack = (*stack[:-1], stack[-1].after(token))
    if token.sort in (Sort.CALL, Sort.OPEN):
        stack = (*stack, Bracket(token.sort is Sort.CALL, base + token.end))
    return stack
