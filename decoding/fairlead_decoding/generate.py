"""The decode loop."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import numpy as np

from fairlead_decoding.matcher import Matcher
from fairlead_decoding.model import Logits, Session, Vocabulary
from fairlead_decoding.monitor import Monitor
from fairlead_decoding.sampling import Choice, choose
from fairlead_decoding.stopping import StopRule, never
from fairlead_decoding.types import FinishReason, GenerationConfig, Step, Veto


def generate(
    session: Session,
    logits: Logits,
    matcher: Matcher[Monitor],
    config: GenerationConfig,
    *,
    vocabulary: Vocabulary,
    context_length: int,
    stop: StopRule = never,
    cancelled: Callable[[], bool] = lambda: False,
    clock: Callable[[], float] = time.monotonic,
) -> Iterator[Step]:
    """Yield the continuation of what `session` holds, step by step.

    `logits` are those after the session's last token. Cancel and deadline are looked at before
    every token. Exactly one step, the last, has a `finish_reason`.
    """
    rng = np.random.default_rng(config.seed)
    text = bytearray()
    for count in range(1, config.max_new_tokens + 1):
        # 1. Does anybody still want the answer?
        if reason := _interrupted(config, cancelled, clock):
            yield Step(length=len(text), finish_reason=reason)
            return

        # 2. Choose among what the monitor admits.
        choice = choose(logits, matcher, config, rng)
        if choice is None:
            yield Step(length=len(text), finish_reason="dead_end")
            return
        if choice.token in vocabulary.end:
            yield _step(choice, b"", len(text), len(text), vocabulary, "stop")
            return

        # 3. Tell the monitor, which may set its analysis going while the model computes.
        seen = len(text)
        new = matcher.advance(choice.token)
        text += new

        # 4. Finished?
        reason, cut = None, stop(bytes(text), seen)
        if cut is not None:
            reason, new = "stop", new[: max(0, cut - seen)]
        elif count == config.max_new_tokens or len(session.tokens) + 1 >= context_length:
            reason = "length"
        length = len(text) if cut is None else cut
        yield _step(choice, new, seen, length, vocabulary, reason)
        if reason:
            return

        # 5. Ask the model what comes next.
        logits = session.forward([choice.token])


def _interrupted(
    config: GenerationConfig, cancelled: Callable[[], bool], clock: Callable[[], float]
) -> FinishReason | None:
    if cancelled():
        return "cancelled"
    if config.deadline is not None and clock() >= config.deadline:
        return "deadline"
    return None


def _step(
    choice: Choice,
    new: bytes,
    offset: int,
    length: int,
    vocabulary: Vocabulary,
    reason: FinishReason | None,
) -> Step:
    refused = ((token, vocabulary.tokens[token]) for token in choice.vetoed)
    vetoes = tuple(Veto(offset, token, text) for token, text in refused if text)
    return Step((choice.token,), new, length, choice.logprob, vetoes, reason)
