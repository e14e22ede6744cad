"""A text that a search follows, and the tokens it may go on with."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from fairlead_decoding.branches import Path
from fairlead_decoding.generate import Ending
from fairlead_decoding.matcher import Matcher
from fairlead_decoding.model import Logits
from fairlead_decoding.monitor import Monitor
from fairlead_decoding.sampling import Choice, Race, first_admitted
from fairlead_decoding.types import FinishReason, Step


def admitted(logits: Logits, matcher: Matcher[Monitor]) -> Iterator[Choice]:
    """Yield what `matcher` admits, the most probable token first, with what was refused before it.

    The matcher is asked about no more tokens than it takes to find those that are wanted.
    """
    race = Race(logits, matcher)
    rest = race.listed()
    if rest is None:
        top = race.top()
        if race.admits(top):
            yield race.result(top)
        rest = race.rest()
        rest.drop(matcher.trie.single(top), matcher.trie)
    while (token := first_admitted(race, rest)) is not None:
        yield race.result(token)
        rest.drop(matcher.trie.single(token), matcher.trie)


@dataclass(frozen=True, eq=False)
class Hypothesis:
    """A text and how it came about; finished once its last step says so."""

    matcher: Matcher[Monitor]
    steps: tuple[Step, ...] = ()
    path: Path = ()
    text: bytes = b""
    logprob: float = 0.0

    @property
    def per_token(self) -> float:
        """The mean log-probability of its tokens, by which texts of all lengths compare."""
        return self.logprob / max(1, len(self.path))

    def ended(self, reason: FinishReason) -> Hypothesis:
        """Return this text, finished by something else than its last token."""
        last = Step(length=len(self.text), finish_reason=reason)
        return replace(self, steps=(*self.steps, last))

    def extended(self, choice: Choice, ending: Ending, most: int) -> Hypothesis:
        """Return this text with `choice` after it; it may have `most` tokens."""
        matcher, text, start = self.matcher.fork(), self.text, len(self.text)
        reason: FinishReason | None = "stop"
        if choice.token not in matcher.vocabulary.end:
            text += matcher.advance(choice.token)
            cut = ending.stop(text, start)
            if cut is None:
                reason = "length" if len(self.path) + 1 >= most else None
            text = text[:cut]
        step = Step(
            tokens=(choice.token,),
            text=text[start:],
            length=len(text),
            logprob=choice.logprob,
            lost=choice.lost,
            vetoes=choice.vetoes(start, matcher.vocabulary.tokens),
            finish_reason=reason,
        )
        path, logprob = (*self.path, choice.token), self.logprob + choice.logprob
        return Hypothesis(matcher, (*self.steps, step), path, text, logprob)
