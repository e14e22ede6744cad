"""Beam search: the most probable texts, found side by side (Lowerre, "The Harpy speech recognition
system", 1976).

Up to `width` hypotheses grow token by token. Each has a matcher of its own, forked where it parted
from the others, and they share the KV cache of the prompt and of what they have in common. At each
step the best continuations of all of them, admitted by their matchers, are the next hypotheses.
Monitors are asked about tokens from the most probable down, until there are enough.

Hypotheses are compared by the sum of the natural logarithms of their tokens' probabilities, under
the model alone at temperature 1. It only falls as a text grows, so the search is over once the
best that is unfinished is no better than the k-th of those that are. Only the order of the results
is by the mean per token, which does not favour short texts.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice

from fairlead_decoding.branches import Branches
from fairlead_decoding.complete import Decoder, collect
from fairlead_decoding.generate import Ending
from fairlead_decoding.hypotheses import Hypothesis, admitted
from fairlead_decoding.matcher import Matcher
from fairlead_decoding.model import LanguageModel, Logits, Session
from fairlead_decoding.monitor import Monitor
from fairlead_decoding.sampling import Choice
from fairlead_decoding.stopping import StopRule, never
from fairlead_decoding.types import Completion, FinishReason, GenerationConfig, Prompt

_TRIES = 4
"""Tokens tried at a step, per text that is wanted: many may end in the same one."""


def complete_by_beam(
    decoder: Decoder,
    prompt: Prompt,
    monitor: Monitor,
    config: GenerationConfig,
    *,
    width: int = 4,
    count: int | None = None,
    stop: StopRule = never,
    cancelled: Callable[[], bool] = lambda: False,
) -> list[Completion]:
    """Return the texts that `beam_search` finds after `prompt`; `monitor` is not changed."""
    root, logits = decoder.prompts.prefill(prompt.tokens)
    matcher = Matcher(decoder.trie, monitor.fork(), prompt.heal)
    ending = Ending(decoder.model.context_length, stop, cancelled)
    return beam_search(
        decoder.model, root, logits, matcher, config, ending, width=width, count=count
    )


def beam_search(
    model: LanguageModel,
    session: Session,
    logits: Logits,
    matcher: Matcher[Monitor],
    config: GenerationConfig,
    ending: Ending,
    *,
    width: int,
    count: int | None = None,
) -> list[Completion]:
    """Return up to `count` texts (`width` unless given), the most probable per token first.

    `logits` are those after the last token of `session`, which is forked up to `width` times, less
    often where the model has no room for so many sessions, and is not changed; nor is `matcher`.
    Nothing is drawn: the temperature and what goes with it play no part. Cancel and deadline are
    looked at before every step; what has been written by then is returned, finished texts first.
    A hypothesis that leads into a dead end is given up for the others.
    """
    if width < 1:
        raise ValueError("width must be at least 1")
    branches = Branches(model, session, width)
    # As in `generate`, a text ends with the token that fills the context.
    most = min(config.max_new_tokens, ending.context_length - len(session.tokens))
    search = _Search(ending, most, branches.width, count or width)
    live, rows = [Hypothesis(matcher)], [logits]
    try:
        while not (reason := ending.interrupted(config)):
            live = search.grow(live, rows)
            if search.settled(live):
                break
            rows = branches.evaluate([hypothesis.path for hypothesis in live])
    finally:
        branches.close()
    distinct: dict[bytes, Completion] = {}
    for hypothesis in search.results(live, reason):
        # Texts that are cut back to where they may end can be the same.
        completion = collect(hypothesis.steps, matcher.monitor)
        distinct.setdefault(completion.text, completion)
    return list(distinct.values())


_Way = tuple[Hypothesis, Choice]


def _logprob(way: _Way) -> float:
    return way[0].logprob + way[1].logprob


@dataclass
class _Search:
    """The rules of one search, and the finished texts, with the best way to write each."""

    ending: Ending
    most: int
    width: int
    count: int
    _finished: dict[bytes, Hypothesis] = field(default_factory=dict)
    _given_up: Hypothesis | None = None

    def grow(self, live: Sequence[Hypothesis], rows: Sequence[Logits]) -> list[Hypothesis]:
        """Return the best unfinished texts that are one token longer; keep those that finish."""
        ways = [self._ways(h, row) for h, row in zip(live, rows, strict=True)]
        merged = heapq.merge(*ways, key=lambda way: -_logprob(way))
        grown: list[Hypothesis] = []
        for way in islice(merged, _TRIES * (self.width + self.count)):
            if self._enough(_logprob(way)):
                break
            hypothesis = way[0].extended(way[1], self.ending, self.most)
            if hypothesis.steps[-1].finish_reason:
                self._keep(hypothesis)
            else:
                grown.append(hypothesis)
            if len(grown) == self.width:
                break
        return grown

    def _ways(self, hypothesis: Hypothesis, logits: Logits) -> Iterator[_Way]:
        choice = None
        for choice in admitted(logits, hypothesis.matcher):
            yield hypothesis, choice
        if choice is None:
            self._given_up = hypothesis

    def _keep(self, hypothesis: Hypothesis) -> None:
        known = self._finished.get(hypothesis.text)
        if known is None or known.logprob < hypothesis.logprob:
            self._finished[hypothesis.text] = hypothesis

    def _best(self) -> list[Hypothesis]:
        return heapq.nlargest(self.count, self._finished.values(), key=lambda h: h.logprob)

    def _enough(self, logprob: float) -> bool:
        """Tell whether no text that is yet to come, none better than `logprob`, is wanted."""
        best = self._best()
        return len(best) == self.count and best[-1].logprob >= logprob

    def settled(self, live: Sequence[Hypothesis]) -> bool:
        """Tell whether the best texts are found."""
        return not live or self._enough(live[0].logprob)

    def results(self, live: Sequence[Hypothesis], reason: FinishReason | None) -> list[Hypothesis]:
        """Return the best texts in order; if `reason` ended the search, then unfinished ones."""
        rest = [h.ended(reason) for h in live] if reason else []
        if not self._finished and not rest and self._given_up:
            rest = [self._given_up.ended("dead_end")]
        parts = (sorted(part, key=lambda h: -h.per_token) for part in (self._best(), rest))
        return [h for part in parts for h in part][: self.count]
