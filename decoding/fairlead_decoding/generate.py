"""The decode loop."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np

from fairlead_decoding.matcher import Matcher
from fairlead_decoding.model import Logits, Session, Vocabulary
from fairlead_decoding.monitor import Monitor
from fairlead_decoding.sampling import Choice, choose
from fairlead_decoding.stopping import StopRule, never
from fairlead_decoding.types import FinishReason, GenerationConfig, Step, Veto

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
    are looked at before every token. Exactly one step, the last, has a `finish_reason`.
    """
    rng = np.random.default_rng(config.seed)
    text, withdrawn, rewinds = b"", 0, 0
    first, past = logits, list[tuple[int, bytes]]()
    while len(past) < config.max_new_tokens:
        # 1. Does anybody still want the answer?
        if reason := ending.interrupted(config):
            yield Step(length=len(text), withdrawn=withdrawn, finish_reason=reason)
            return

        # 2. Choose among what the monitor admits; from a dead end, step back and choose again.
        choice = choose(logits, matcher, config, rng)
        if choice is None and past and rewinds < MOST_REWINDS:
            logits, text = _rewind(session, matcher, past, first)
            rewinds, withdrawn = rewinds + 1, withdrawn + 1
            continue
        if choice is None or choice.token in matcher.vocabulary.end:
            yield replace(_end(choice, len(text)), withdrawn=withdrawn)
            return

        # 3. Tell the monitor, which may set its analysis going while the model computes.
        before = text
        text += matcher.advance(choice.token)

        # 4. Finished?
        reason, cut = None, ending.stop(text, len(before))
        if cut is not None:
            reason = "stop"
        elif len(past) + 1 == config.max_new_tokens or _is_full(session, ending):
            reason = "length"
        step = _step(choice, before, text if cut is None else text[:cut], matcher.vocabulary)
        yield replace(step, withdrawn=withdrawn, finish_reason=reason)
        if reason:
            return

        # 5. Ask the model what comes next.
        past.append((choice.token, before))
        withdrawn = 0
        logits = session.forward([choice.token])


def _is_full(session: Session, ending: Ending) -> bool:
    """Tell whether the context has no room for a token after the one just chosen."""
    return len(session.tokens) + 1 >= ending.context_length


def _rewind(
    session: Session, matcher: Matcher[Monitor], past: list[tuple[int, bytes]], first: Logits
) -> tuple[Logits, bytes]:
    """Take back the last token and exclude it; return the logits and the text before it."""
    token, text = past.pop()
    matcher.rollback(1)
    matcher.exclude(token)
    session.rollback(len(session.tokens) - 1)
    if not past:
        return first, text
    session.rollback(len(session.tokens) - 1)
    return session.forward([past[-1][0]]), text


def _end(choice: Choice | None, length: int) -> Step:
    if choice is None:
        return Step(length=length, finish_reason="dead_end")
    step = Step((choice.token,), b"", length, choice.logprob, choice.lost)
    return replace(step, finish_reason="stop")


def _step(choice: Choice, before: bytes, text: bytes, vocabulary: Vocabulary) -> Step:
    refused = ((token, vocabulary.tokens[token]) for token in choice.vetoed)
    return Step(
        (choice.token,),
        text[len(before) :],
        len(text),
        choice.logprob,
        choice.lost,
        tuple(Veto(len(before), token, text, choice.lost) for token, text in refused if text),
    )
