"""From a prompt to finished texts: prefill once, sample several times, check each once more."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from fairlead_decoding.drafts import guesses
from fairlead_decoding.errors import DecodingError, ModelError
from fairlead_decoding.generate import Ending, generate
from fairlead_decoding.infilling import WINDOW, Filling, likeliest
from fairlead_decoding.matcher import Matcher
from fairlead_decoding.model import LanguageModel, Session
from fairlead_decoding.monitor import Monitor
from fairlead_decoding.prompt_cache import PromptCache
from fairlead_decoding.reweighting import resample
from fairlead_decoding.sampling import log_probability
from fairlead_decoding.speculation import LONGEST, Speculation
from fairlead_decoding.speculative_session import SpeculativeSession
from fairlead_decoding.stopping import StopRule, never
from fairlead_decoding.trie import trie_of
from fairlead_decoding.types import Completion, GenerationConfig, Prompt, Step


@dataclass
class Decoder:
    """A model together with what is computed once for it, and the KV caches of prompts.

    With `speculation`, drafted tokens are evaluated ahead where that proves faster; the text is
    the same, but for near-ties that the backend's arithmetic decides by the size of a pass. Not
    safe for use by two threads at once.
    """

    model: LanguageModel
    speculation: Speculation | None = None

    def __post_init__(self) -> None:
        self.trie = trie_of(self.model.vocabulary)
        self.prompts = PromptCache(self.model)
        # Apart, so that choosing by both sides does not displace the prompts of writing.
        self._left_sides = PromptCache(self.model, states=1, tokens=WINDOW)

    def close(self) -> None:
        """Free the cached prompts; the model stays open."""
        self.prompts.close()
        self._left_sides.close()

    def stream(
        self,
        prompt: Prompt,
        monitor: Monitor,
        config: GenerationConfig,
        *,
        stop: StopRule = never,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> Iterator[Step]:
        """Yield one continuation of `prompt`, step by step. `monitor` is forked, not changed."""
        root, logits = self.prompts.prefill(prompt.tokens)
        matcher = Matcher(self.trie, monitor.fork(), prompt.heal, self.model.encode)
        session = self._drafting(root.fork(), matcher)
        try:
            ending = Ending(self.model.context_length, stop, cancelled)
            yield from generate(session, logits, matcher, config, ending)
        finally:
            session.close()

    def _drafting(self, session: Session, matcher: Matcher[Monitor]) -> Session:
        if self.speculation is None:
            return session
        guess = guesses(self.model, matcher, LONGEST)
        return SpeculativeSession(session, guess, self.speculation, self.model.context_length)

    def likeliest(
        self,
        before: str,
        names: Iterable[str],
        rest: str,
        others: Sequence[Filling] = (),
        *,
        k: int = 1,
        cancelled: Callable[[], bool] = lambda: False,
        deadline: float | None = None,
    ) -> list[Filling]:
        """Return which `k` of `names` before `rest`, or of `others`, fit best after `before`.

        See `fairlead_decoding.infilling`. There are none where that is not found out.
        """
        cache = self._left_sides
        try:
            return likeliest(
                cache, before, names, rest, others, k=k, cancelled=cancelled, deadline=deadline
            )
        except DecodingError:
            return []  # Sessions of samples may hold all the room, and small contexts have none.

    def given(self, prompt: Prompt, text: bytes) -> Completion | None:
        """Return `text` as if it had been written after `prompt`, None if there is no room for it.

        It may be longer than what was to be written.
        """
        tokens = self.model.encode((prompt.heal + text).decode(errors="replace"))
        try:
            root, logits = self.prompts.prefill(prompt.tokens)
            session = root.fork()
            try:
                return Completion(text, tokens, log_probability(session, logits, tokens), "stop")
            finally:
                session.close()
        except ModelError:
            return None

    def complete(
        self,
        prompt: Prompt,
        monitor: Monitor,
        config: GenerationConfig,
        *,
        samples: int = 1,
        stop: StopRule = never,
        cancelled: Callable[[], bool] = lambda: False,
        growing: Callable[[bytes], None] = lambda text: None,
    ) -> list[Completion]:
        """Return up to `samples` different texts, the most probable per token first.

        Sample i uses seed ``config.seed + i``, so it does not depend on how many are asked for.
        Greedy decoding has one result, whatever `samples` says. With ``config.reweight`` the
        samples are drawn again in proportion to their weights, so that there may be fewer.
        `growing` is told the text of the first sample after each step.
        """
        drawn = []
        for i in range(samples if config.temperature > 0 else 1):
            seeded = replace(config, seed=config.seed + i)
            steps = self.stream(prompt, monitor, seeded, stop=stop, cancelled=cancelled)
            drawn.append(collect(list(steps if i else _told(steps, growing)), monitor))
            if drawn[-1].finish_reason in ("cancelled", "deadline"):
                break
        if config.reweight:
            drawn = resample(drawn, len(drawn), config.seed)
        found: dict[bytes, Completion] = {}
        for completion in drawn:
            found.setdefault(completion.text, completion)
        return sorted(found.values(), key=lambda c: -c.logprob / max(1, len(c.tokens)))


def _told(steps: Iterable[Step], growing: Callable[[bytes], None]) -> Iterator[Step]:
    """Yield `steps`, telling the text that they make."""
    lengths, text = [0], b""
    for step in steps:
        del lengths[len(lengths) - step.withdrawn :]
        text = (text[: lengths[-1]] + step.text)[: step.length]
        lengths.append(len(text))
        growing(text)
        yield step


def collect(steps: Sequence[Step], monitor: Monitor) -> Completion:
    """Join `steps`, cut back to the last place where `monitor` lets the text end.

    The whole text is put to the monitor once more, apart from the loop that made it, so no fault
    of the loop can let an inadmissible name through.
    """
    kept: list[Step] = []
    for step in steps:
        del kept[len(kept) - step.withdrawn :]
        kept.append(step)
    last = kept[-1]
    text = b"".join(step.text for step in kept)[: last.length]
    ends = [len(text), *(step.length for step in reversed(kept) if step.length < len(text)), 0]
    end = next((end for end in ends if _may_end(monitor, text[:end])), 0)
    return Completion(
        text=text[:end],
        tokens=tuple(token for step in kept for token in step.tokens),
        logprob=sum(step.logprob for step in kept),
        finish_reason=last.finish_reason or "length",
        vetoes=tuple(veto for step in kept for veto in step.vetoes),
        log_weight=sum(math.log1p(-step.lost) if step.lost < 1 else -math.inf for step in kept),
    )


def _may_end(monitor: Monitor, text: bytes) -> bool:
    if monitor.admitted(text) < len(text):
        return False
    probe = monitor.fork()
    probe.advance(text)
    return probe.may_end()
