"""Typing along a suggestion: what is left of it after some of it has been typed."""

from __future__ import annotations

from dataclasses import dataclass, replace

from fairlead_server.suggestion import Suggestion

CLOSERS = ")]}\"'`"
"""What editors write behind the cursor of their own accord when its counterpart is typed."""


@dataclass(frozen=True)
class Spot:
    """A text and a place in it: what is before the cursor, and what is after."""

    before: str
    after: str


@dataclass(frozen=True)
class Typed:
    """What was written at a spot: `text` before the cursor and `closers` behind it."""

    text: str
    closers: str = ""


def typed_since(spot: Spot, now: Spot) -> Typed | None:
    """Return what makes `now` of `spot`, None where more has changed than typing does."""
    if not (now.before.startswith(spot.before) and now.after.endswith(spot.after)):
        return None
    closers = now.after[: len(now.after) - len(spot.after)]
    return None if closers.strip(CLOSERS) else Typed(now.before[len(spot.before) :], closers)


def rest_of(suggestion: Suggestion, typed: Typed) -> Suggestion | None:
    """Return what is left of `suggestion` after some of it was typed, None if it was left."""
    if not suggestion.text.startswith(typed.text) or (typed.closers and suggestion.replaces):
        return None
    rest = suggestion.text[len(typed.text) :]
    if not rest.endswith(typed.closers):
        return None
    rest = rest[: len(rest) - len(typed.closers)]
    return replace(suggestion, text=rest) if rest else None


def written_at(spot: Spot, text: str) -> str | None:
    """Return what stands at `spot` in `text`, None where the text around it has changed."""
    length = len(text) - len(spot.before) - len(spot.after)
    if length < 0 or not (text.startswith(spot.before) and text.endswith(spot.after)):
        return None
    return text[len(spot.before) : len(spot.before) + length]


def goes_along(written: str, suggested: str) -> bool:
    """Tell whether `written` may be the beginning of a text that begins as `suggested` does.

    The editor may have closed the brackets and quotes that were opened in it.
    """
    bare = written.rstrip(CLOSERS)
    return any(
        suggested.startswith(begun) or begun.startswith(suggested) for begun in (written, bare)
    )


def is_accepted(suggestion: Suggestion, spot: Spot, text: str) -> bool:
    """Tell whether `text` is what accepting `suggestion` at `spot` makes."""
    return text == spot.before + suggestion.text + spot.after[suggestion.replaces :]
