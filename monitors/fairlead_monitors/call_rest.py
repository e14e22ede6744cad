"""What the text after the cursor adds to the calls that the cursor stands in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from fairlead_monitors.argument_list import Bracket, Form, synced, take
from fairlead_monitors.binding import NONE, Arguments
from fairlead_monitors.call_syntax import CallSyntax, Sort

_FARTHEST = 4096
"""Bytes after the cursor that are looked at."""


@dataclass(frozen=True)
class Rest:
    """The end of an argument list: of the argument at the cursor, then `others`."""

    form: Form = Form.EMPTY
    name: str = ""
    others: Arguments = NONE

    @property
    def closes(self) -> bool:
        """Tell whether there is nothing but the closing bracket."""
        return self.form is Form.EMPTY and self.others == NONE

    def arguments(self) -> Arguments:
        """Return all arguments in it, as if one began at the cursor."""
        return (
            replace(Bracket(True, 0), form=self.form, name=self.name)
            .arguments()
            .and_all(self.others)
        )


def rests(lexer: CallSyntax, stack: tuple[Bracket, ...], suffix: bytes) -> Mapping[int, Rest]:
    """Return the rest of each bracket in `stack` that `suffix` closes, by where it was opened.

    A statement that ends before all brackets are closed lacks those that were opened last, as
    they are what is being written.
    """
    closed, complete = _closed(lexer, stack, suffix[:_FARTHEST])
    if len(closed) < len(stack) and (complete or len(suffix) <= _FARTHEST):
        stack = stack[: len(closed)]
    return {b.opened: rest for b, rest in zip(reversed(stack), closed, strict=False)}


def _closed(
    lexer: CallSyntax, stack: tuple[Bracket, ...], suffix: bytes
) -> tuple[list[Rest], bool]:
    """Return the rests in the order of the closing brackets, and whether the statement ended."""
    ends: list[Rest] = []
    # Each bracket with what stands in it after the cursor, and whether a comma has come.
    open_ = tuple(replace(b, given=NONE, form=Form.EMPTY, name="") for b in stack)
    firsts: dict[int, Rest] = {}
    unread, tokens = lexer.feed(suffix)
    last = unread.unfinished()
    for token in [*tokens, *([last] if last else [])]:
        level = len(open_) - 1
        if len(synced(open_, token)) < len(open_):
            return ends, True
        own = level == len(stack) - 1 - len(ends)
        if own and token.sort is Sort.CLOSE:
            ends.append(_end(open_[-1], firsts.get(level)))
            if len(ends) == len(stack):
                return ends, True
        elif own and token.sort is Sort.COMMA and level not in firsts:
            firsts[level] = Rest(open_[-1].form, open_[-1].name)
            open_ = (*open_[:-1], Bracket(open_[-1].calls, open_[-1].opened))
            continue
        open_ = take(open_, token, 0)
    return ends, False


def _end(bracket: Bracket, first: Rest | None) -> Rest:
    if first is None:
        return Rest(bracket.form, bracket.name)
    return replace(first, others=bracket.arguments())
