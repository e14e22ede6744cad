"""Guesses at the tokens that a model writes next, made without asking it.

Code repeats itself. *Prompt lookup* (Saxena, "Prompt Lookup Decoding", 2023) finds where the end
of the text stood before, and guesses that it goes on as it did there. Inside a name of which the
monitor knows the possible ones, a better guess is the one among them that was used last.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from fairlead_decoding.matcher import Matcher
from fairlead_decoding.model import LanguageModel, Vocabulary
from fairlead_decoding.monitor import Constraint, Monitor
from fairlead_decoding.ranking import IDENTIFIER
from fairlead_decoding.trie import Ids

LONGEST_MATCH = 6
"""Tokens of the text's end that are compared; a longer match is no better a guess."""

LONG_MATCH = 3
"""A match of so many tokens is a better guess than a name."""

NAME = 0

FAR = 1024
"""Tokens back to which earlier names are looked for."""

_TRIES = 64


@dataclass(frozen=True)
class Draft:
    """Tokens that may come next.

    `matched` tells how many tokens before the place they were found at are as now; it is `NAME`
    for names. Drafts that are alike in this are about equally reliable.
    """

    tokens: tuple[int, ...]
    matched: int


Guess = Callable[[Ids], "Draft | None"]
"""Makes a draft from all tokens of the text; None where there is nothing to go by."""


def guesses(model: LanguageModel, matcher: Matcher[Monitor], longest: int) -> Guess:
    """Return what drafts up to `longest` tokens for the text that `matcher` watches."""

    def guess(text: Ids) -> Draft | None:
        found = looked_up(text, model.vocabulary, longest)
        if found and found.matched >= LONG_MATCH:
            return found
        return _name(model, matcher, text, longest) or found

    return guess


def looked_up(text: Ids, vocabulary: Vocabulary, longest: int) -> Draft | None:
    """Draft what followed the last of the places where the most tokens were as they are now."""
    last = len(text) - 1
    places = np.flatnonzero(text[:-1] == text[-1])
    if not len(places):
        return None
    size = 1
    while size < LONGEST_MATCH:
        longer = places[places >= size]
        longer = longer[text[longer - size] == text[last - size]]
        if not len(longer):
            break
        places, size = longer, size + 1
    after = int(places[-1]) + 1
    return _draft(text[after : after + longest].tolist(), size, vocabulary)


def _name(model: LanguageModel, matcher: Matcher[Monitor], text: Ids, longest: int) -> Draft | None:
    """Draft the rest of a name that has begun, where the monitor knows what it can be."""
    # At a name's start the analysis may still be running, and asking would be waiting for it.
    begun = model.vocabulary.tokens[text[-1]][-1:]
    if matcher.heal or not begun or begun[0] not in IDENTIFIER:
        return None
    constraint = matcher.monitor.constraint()
    if constraint is None or not constraint.typed:
        return None
    rest = expected(constraint, model.vocabulary.text(text[-FAR:].tolist()))
    tokens = model.encode(rest.decode(errors="ignore"))
    return _draft(tokens[:longest], NAME, model.vocabulary)


def expected(constraint: Constraint, text: bytes) -> bytes:
    """Return the rest of the name at the end of `text`: of the only one, or the one last used.

    Empty where nothing tells, and where the name is most likely complete.
    """
    typed, names = constraint.typed, constraint.names
    place = len(text) - len(typed)
    for _ in range(_TRIES):
        place = text.rfind(typed, 0, place + len(typed) - 1)
        if place < 0:
            break
        end = place + len(typed)
        while end < len(text) and text[end] in constraint.continues:
            end += 1
        whole = place == 0 or text[place - 1] not in constraint.continues
        if whole and text[place:end] in names:
            return text[place + len(typed) : end]
    fitting = [name for name in names if name.startswith(typed)]
    return fitting[0][len(typed) :] if len(fitting) == 1 else b""


def _draft(tokens: list[int], matched: int, vocabulary: Vocabulary) -> Draft | None:
    """Return a draft that ends before the first token that no text goes on with."""
    end = next((i for i, t in enumerate(tokens) if not vocabulary.tokens[t]), len(tokens))
    return Draft(tuple(tokens[:end]), matched) if end else None
