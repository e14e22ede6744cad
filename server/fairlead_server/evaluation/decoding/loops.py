"""What a token takes: under a monitor and without, and in the loops of the libraries."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol, cast

from fairlead_decoding.generate import Ending, generate
from fairlead_decoding.matcher import Matcher
from fairlead_decoding.model import LanguageModel
from fairlead_decoding.monitor import Monitor, Unguided
from fairlead_decoding.trie import trie_of
from fairlead_decoding.types import GenerationConfig
from fairlead_monitors.context import Context
from fairlead_server.evaluation.decoding.engines import known_members
from fairlead_server.evaluation.decoding.texts import (
    DictatedSession,
    Dictation,
    Passage,
)
from fairlead_server.evaluation.decoding.timing import Clock, interleaved
from fairlead_server.monitoring import monitors

_LANGUAGE = "python"
_PROMPT = "import os\n\n\ndef walk(path):\n    for name in os.listdir(path):\n"


class NativeLoop(Protocol):
    """A model whose library has a decode loop of its own."""

    def native_greedy(self, prompt: Sequence[int], count: int, note: Callable[[int], None]) -> None:
        """Continue `prompt` greedily by up to `count` tokens; `note` is told each."""


@dataclass(frozen=True)
class Written:
    """How a passage was written: seconds a token, and how many tokens were forced."""

    seconds: float
    tokens: int
    forced: int


class Desk:
    """Where one passage is written again and again. Analysis is asked the first time only."""

    def __init__(self, model: LanguageModel, passage: Passage, members: int, clock: Clock) -> None:
        self._model = model
        self._clock = clock
        self._text = passage.after.encode()
        self._dictation = Dictation(model, passage.after)
        self._sizes = [len(text) for text in model.vocabulary.tokens]
        self._prompt = model.encode(passage.before)
        engine = known_members(passage.before + passage.after, members)
        context = Context("passage.py", passage.before, "", engine)
        self._monitor = monitors([_LANGUAGE])[_LANGUAGE](context)
        self.write(guided=True)

    def write(self, *, guided: bool, forcing: bool = True) -> Written:
        """Write the passage. Raises `RuntimeError` when something else was written."""
        model = self._model
        monitor: Monitor = self._monitor.fork() if guided else Unguided()
        encode = model.encode if forcing else None
        matcher = Matcher(trie_of(model.vocabulary), monitor, b"", encode)
        session = model.session()
        logits = session.forward(self._prompt).copy()
        dictated = DictatedSession(session, self._dictation, self._sizes)
        ending = Ending(model.context_length, self._at_the_end)
        config = GenerationConfig(max_new_tokens=len(self._text))
        try:
            start = self._clock()
            steps = list(generate(dictated, dictated.prefer(logits), matcher, config, ending))
            taken = self._clock() - start
        finally:
            session.close()
        if b"".join(step.text for step in steps) != self._text:
            raise RuntimeError(f"not what was dictated: {[step.text for step in steps]}")
        return Written(taken / len(steps), len(steps), len(steps) - 1 - dictated.passes)

    def _at_the_end(self, text: bytes, seen: int) -> int | None:
        return len(self._text) if len(text) >= len(self._text) else None


@dataclass(frozen=True)
class Guidance:
    """By round: guided by unguided time, and guided time without forced tokens by that with them.

    By passage: how many tokens were forced when it was written guided, and how many it has.
    """

    ratios: list[float]
    gains: list[float]
    forced: list[float]
    tokens: list[float]


def guidance(
    model: LanguageModel,
    passages: Sequence[Passage],
    members: int,
    rounds: int,
    clock: Clock,
) -> Guidance:
    """Compare guided and unguided writing of `passages`, one in each round."""
    desks = [Desk(model, passage, members, clock) for passage in passages]
    written = [desk.write(guided=True) for desk in desks]

    def way(*, guided: bool, forcing: bool) -> Callable[[int], float]:
        return lambda n: desks[n % len(desks)].write(guided=guided, forcing=forcing).seconds

    ways = [
        way(guided=True, forcing=True),
        way(guided=False, forcing=True),
        way(guided=True, forcing=False),
    ]
    taken = list(interleaved(ways, rounds))
    return Guidance(
        [guided / unguided for guided, unguided, _ in taken],
        [unforced / guided for guided, _, unforced in taken],
        [w.forced for w in written],
        [w.tokens for w in written],
    )


@dataclass(frozen=True)
class Comparison:
    """By round, our time by the library's, and whether both wrote the same tokens."""

    ratios: list[float]
    agree: bool


def against_native(model: LanguageModel, count: int, rounds: int, clock: Clock) -> Comparison:
    """Compare the decode loop with the library's own, over `count` tokens or till the text ends."""
    prompt = model.encode(_PROMPT)
    own, native = _own(model, prompt, count, clock), _native(model, prompt, count, clock)
    shared = min(len(own.tokens), len(native.tokens))
    ways: list[Callable[[int], float]] = [
        lambda _: _own(model, prompt, count, clock).per_token(shared),
        lambda _: _native(model, prompt, count, clock).per_token(shared),
    ]
    ratios = [ours / theirs for ours, theirs in interleaved(ways, rounds)]
    return Comparison(ratios, own.tokens[:shared] == native.tokens[:shared])


@dataclass(frozen=True)
class _Course:
    """Tokens, and when each of them was known."""

    tokens: list[int] = field(default_factory=list)
    times: list[float] = field(default_factory=list)

    def per_token(self, count: int) -> float:
        """Return what one of the first `count` tokens took, the prompt left aside."""
        return (self.times[count - 1] - self.times[0]) / (count - 1)


def _own(model: LanguageModel, prompt: Sequence[int], count: int, clock: Clock) -> _Course:
    session, course = model.session(), _Course()
    matcher: Matcher[Monitor] = Matcher(trie_of(model.vocabulary), Unguided(), b"", model.encode)
    try:
        logits = session.forward(prompt).copy()
        config = GenerationConfig(max_new_tokens=count)
        for step in generate(session, logits, matcher, config, Ending(model.context_length)):
            course.times.append(clock())
            course.tokens.extend(step.tokens)
    finally:
        session.close()
    return course


def _native(model: LanguageModel, prompt: Sequence[int], count: int, clock: Clock) -> _Course:
    course = _Course()

    def note(token: int) -> None:
        course.times.append(clock())
        course.tokens.append(token)

    cast(NativeLoop, model).native_greedy(prompt, count, note)
    return course
