"""Fill in the middle: where a hole ends, and how a training example is written.

There is one order, suffix-prefix-middle (Bavarian et al., "Efficient Training of Language Models
to Fill in the Middle", 2022)::

    <|fim_prefix|><|fim_suffix|>SUFFIX<|fim_middle|>PREFIX+MIDDLE<|endoftext|>

Prefix and middle are one text and are tokenised as one. With a cut between them the name after a
dot would begin a token, as it hardly ever does in code: dot and name share a token. When a prompt
ends after a dot or inside a word, decoding takes the last token back and asks for one that begins
like it (healing), so what the model meets there is what it was trained on. Where the hole begins
therefore cannot be seen in an example; only where it ends is drawn.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

_MEMBER = re.compile(r"(?<=\.)[A-Za-z_]\w*")
_IDENTIFIER = re.compile(r"[A-Za-z_]\w{2,}")
_CLOSING = re.compile(r"(?<=[\w\"'\])])[)\]](?=.*\S)")
_LINE = re.compile(r"(?<=\S)[ \t]*\n")
_START = re.compile(r"\n(?=[ \t]*\S)")

Ends = Mapping[str, float]
"""How often each way to draw the end of a hole is taken."""

STABLE: Ends = {"line": 0.4, "member": 0.15, "name": 0.1, "bracket": 0.1, "lines": 0.15, "any": 0.1}
SKILLS: Ends = {"line": 0.55, "member": 0.25, "name": 0.05, "bracket": 0.1, "lines": 0.05}
"""For the end of training: the holes that completion in an editor is about."""


@dataclass(frozen=True)
class Example:
    """A text to learn, and what follows the hole at its end; without a hole, None.

    `heading` goes before it all: what a file is called, or the line that is to be mended, as
    `heading_token` tells.
    """

    text: str
    suffix: str | None = None
    heading: str = ""
    heading_token: str = ""


def with_hole(text: str, ends: Ends, rng: random.Random) -> Example:
    """Return `text` with a hole that ends at a place drawn from its last two thirds.

    Without such a place the text has no hole.
    """
    kind = rng.choices(list(ends), list(ends.values()))[0]
    place = _PLACES[kind](text, rng, len(text) // 3)
    if place is None or not text[place:].strip():
        return Example(text)
    return Example(text[:place], text[place:])


def _matching(pattern: re.Pattern[str], at_end: bool) -> Callable[..., int | None]:
    def place(text: str, rng: random.Random, start: int) -> int | None:
        found = list(pattern.finditer(text, start))
        if not found:
            return None
        match = rng.choice(found)
        return match.end() if at_end else match.start()

    return place


def _anywhere(text: str, rng: random.Random, start: int) -> int | None:
    return rng.randint(start, len(text)) if text else None


_PLACES: Mapping[str, Callable[..., int | None]] = {
    "line": _matching(_LINE, at_end=False),
    "lines": _matching(_START, at_end=True),
    "member": _matching(_MEMBER, at_end=True),
    "name": _matching(_IDENTIFIER, at_end=True),
    "bracket": _matching(_CLOSING, at_end=False),
    "any": _anywhere,
}
