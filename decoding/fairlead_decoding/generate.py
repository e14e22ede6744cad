"""The decode loop."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from fairlead_decoding.matcher import Matcher
from fairlead_decoding.model import Logits, Session, Vocabulary
from fairlead_decoding.monitor import Monitor
from fairlead_decoding.sampling import Choice, choose
from fairlead_decoding.stopping import StopRule, never
from fairlead_decoding.types import FinishReason, GenerationConfig, Step, Veto


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

    `logits` are those after the session's last token. Cancel and deadline are looked at before
    every token. Exactly one step, the last, has a `finish_reason`.
    """
    vocabulary = matcher.vocabulary
    rng = np.random.default_rng(config.seed)
    text = b""
    for count in range(1, config.max_new_tokens + 1):
        # 1. Does anybody still want the answer?
        if reason := ending.interrupted(config):
            yield Step(length=len(text), finish_reason=reason)
            return

        # 2. Choose among what the monitor admits.
        choice = choose(logits, matcher, config, rng)
        if choice is None or choice.token in vocabulary.end:
            yield _step(choice, b"", len(text), len(text), vocabulary, "stop")
            return

        # 3. Tell the monitor, which may set its analysis going while the model computes.
        seen = len(text)
        new = matcher.advance(choice.token)
        text += new

        # 4. Finished?
        reason, cut = None, ending.stop(text, seen)
        if cut is not None:
            reason = "stop"
        elif count == config.max_new_tokens or len(session.tokens) >= ending.context_length - 1:
            reason = "length"
        length = len(text) if cut is None else cut
        yield _step(choice, text[seen:length], seen, length, vocabulary, reason)
        if reason:
            return

        # 5. Ask the model what comes next.
        logits = session.forward([choice.token])


def _step(
    choice: Choice | None,
    new: bytes,
    offset: int,
    length: int,
    vocabulary: Vocabulary,
    reason: FinishReason | None,
) -> Step:
    if choice is None:
        return Step(length=length, finish_reason="dead_end")
    refused = ((token, vocabulary.tokens[token]) for token in choice.vetoed)
    vetoes = tuple(Veto(offset, token, text) for token, text in refused if text)
    return Step((choice.token,), new, length, choice.logprob, vetoes, reason)
