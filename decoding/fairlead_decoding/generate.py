"""The decode loop."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from fairlead_decoding.matcher import Matcher
from fairlead_decoding.model import Logits, Session
from fairlead_decoding.monitor import Monitor
from fairlead_decoding.sampling import Choice, choose, log_sum
from fairlead_decoding.stopping import StopRule, never
from fairlead_decoding.types import FinishReason, GenerationConfig, Step

MOST_REWINDS = 16
"""Dead ends that one text may recover from."""


@dataclass(frozen=True)
class Ending:
    """What ends a text, besides an end token and the limits in `GenerationConfig`."""

    context_length: int
    stop: StopRule = never
    cancelled: Callable[[], bool] = lambda: False
    clock: Callable[[], float] = time.monotonic

    def interrupted(self, config: GenerationConfig) -> FinishReason | None:
        """Tell whether somebody, or the deadline, wants decoding to end now."""
        if self.cancelled():
            return "cancelled"
        late = config.deadline is not None and self.clock() >= config.deadline
        return "deadline" if late else None


def generate(
    session: Session,
    logits: Logits,
    matcher: Matcher[Monitor],
    config: GenerationConfig,
    ending: Ending,
) -> Iterator[Step]:
    """Yield the continuation of what `session` holds, step by step.

    `logits` are those after the session's last token, in memory of their own. Cancel and deadline
    are looked at before every token that is chosen. Exactly one step, the last, has a
    `finish_reason`.
    """
    rng = np.random.default_rng(config.seed)
    run = _Run(session, logits, matcher, config, ending)
    while True:
        # 1. Does anybody still want the answer?
        if reason := ending.interrupted(config):
            yield run.step(None, reason)
            return

        # 2. Choose among what the monitor admits; from a dead end, step back and choose again.
        choice = choose(run.logits, matcher, config, rng)
        if choice is None and run.step_back():
            continue
        if choice is None or choice.token in matcher.vocabulary.end:
            yield run.step(choice, "stop" if choice else "dead_end")
            return

        # 3. Tell the monitor, which may set its analysis going while the model computes.
        step = run.accept(choice)
        yield step
        if step.finish_reason:
            return

        # 4. Ask the model what comes next, after what must come in any case.
        yield from run.proceed(choice.token)


@dataclass
class _Run:
    """One text being written. `past` holds each token so far, with the text before it."""

    session: Session
    logits: Logits
    matcher: Matcher[Monitor]
    config: GenerationConfig
    ending: Ending
    text: bytes = b""
    past: list[tuple[int, bytes]] = field(default_factory=list)
    withdrawn: int = 0
    rewinds: int = 0

    def __post_init__(self) -> None:
        self._first = self.logits

    def step(self, choice: Choice | None, reason: FinishReason | None, new: bytes = b"") -> Step:
        """Return the step that `choice` is, which wrote `new` at the end of the text."""
        withdrawn, self.withdrawn = self.withdrawn, 0
        length = len(self.text)
        if choice is None:
            return Step(text=new, length=length, finish_reason=reason, withdrawn=withdrawn)
        return Step(
            tokens=(choice.token,),
            text=new,
            length=length,
            logprob=choice.logprob,
            finish_reason=reason,
            vetoes=choice.vetoes(length - len(new), self.matcher.vocabulary.tokens),
            lost=choice.lost,
            withdrawn=withdrawn,
        )

    def accept(self, choice: Choice) -> Step:
        """Append `choice` and see whether the text ends with it."""
        before = self.text
        self.past.append((choice.token, before))
        self.text += self.matcher.advance(choice.token)
        cut = self.ending.stop(self.text, len(before))
        if cut is not None:
            self.text = self.text[:cut]
            return self.step(choice, "stop", self.text[len(before) :])
        full = len(self.session.tokens) + 1 >= self.ending.context_length
        reason: FinishReason | None = "length" if full or not self._room() else None
        return self.step(choice, reason, self.text[len(before) :])

    def proceed(self, last: int) -> Iterator[Step]:
        """Evaluate `last` and what it leaves no choice about; yield a step for each of these."""
        forced = self._forced()
        rows = self.session.forward_rows([last, *forced])
        for token, row in zip(forced, rows[:-1], strict=True):
            self.past.append((token, self.text))
            new = self.matcher.advance(token)
            self.text += new
            yield self.step(Choice(token, float(row[token]) - log_sum(row), ()), None, new)
        self.logits = rows[-1]

    def step_back(self) -> bool:
        """Take back the last token and exclude it; False when that was done too often."""
        if not self.past or self.rewinds == MOST_REWINDS:
            return False
        self.rewinds += 1
        self.withdrawn += 1
        token, self.text = self.past.pop()
        self.matcher.rollback(1)
        self.matcher.exclude(token)
        self.session.rollback(len(self.session.tokens) - 1)
        self.logits = self._first
        if self.past:
            self.session.rollback(len(self.session.tokens) - 1)
            self.logits = self.session.forward([self.past[-1][0]])
        return True

    def _room(self) -> int:
        """Return how many more tokens may be generated."""
        return self.config.max_new_tokens - len(self.past)

    def _forced(self) -> Sequence[int]:
        """Return the tokens that must follow, unless the context or a stop rule is in the way."""
        forced = self.matcher.forced()
        if not forced:
            return ()
        forced = forced[: self._room() - 1]
        if len(self.session.tokens) + len(forced) + 2 >= self.ending.context_length:
            return ()
        new = self.matcher.vocabulary.text(forced)
        return forced if self.ending.stop(self.text + new, len(self.text)) is None else ()
