"""Beam search: it finds the most probable texts, and every one under its own monitor."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairlead_decoding.beam import beam_search, complete_by_beam
from fairlead_decoding.complete import Decoder, collect
from fairlead_decoding.generate import Ending, generate
from fairlead_decoding.matcher import Matcher
from fairlead_decoding.model import LanguageModel, Logits
from fairlead_decoding.monitor import Monitor, Unguided
from fairlead_decoding.sampling import log_sum
from fairlead_decoding.stopping import StopRule, after_lines, at_strings, never
from fairlead_decoding.trie import Span, trie_of
from fairlead_decoding.types import Completion, GenerationConfig, Prompt
from tests.decoding import snippets
from tests.decoding.fakes import BYTES, END, OneOf, ScriptedModel, words, writes

PROMPT = "x = "


def beam(
    model: ScriptedModel,
    monitor: Monitor | None = None,
    config: GenerationConfig | None = None,
    *,
    width: int,
    count: int | None = None,
    heal: str = "",
    stop: StopRule = never,
) -> list[Completion]:
    decoder = Decoder(model)
    try:
        return complete_by_beam(
            decoder,
            Prompt(tuple(model.encode(PROMPT)), heal.encode()),
            monitor or Unguided(),
            config or GenerationConfig(),
            width=width,
            count=count,
            stop=stop,
        )
    finally:
        decoder.close()
        model.close()


def by_shares(shares: Mapping[str, Mapping[str, float]]) -> ScriptedModel:
    """A model with these probabilities of the next token after each text; "" is the end."""

    def script(text: bytes) -> Logits:
        logits = np.full(len(BYTES), -np.inf, dtype=np.float32)
        for token, share in shares.get(text[len(PROMPT) :].decode(), {"": 1.0}).items():
            logits[BYTES.tokens.index(token.encode())] = math.log(share)
        return logits

    return ScriptedModel(BYTES, script)


GARDEN_PATH = {
    "": {"a": 0.6, "b": 0.4},
    "a": {"c": 0.3, "d": 0.3, "e": 0.4},
    "b": {"f": 0.9, "g": 0.1},
}


@pytest.mark.parametrize(
    ("width", "count", "texts"),
    [
        (1, 1, ["ae"]),  # what greedy decoding finds
        (2, 1, ["bf"]),
        (2, 2, ["bf", "ae"]),
        (4, 3, ["bf", "ae", "ac"]),
        (8, None, ["bf", "ae", "ac", "ad", "bg"]),
    ],
)
def test_what_is_most_probable_as_a_whole_is_found(
    width: int, count: int | None, texts: list[str]
) -> None:
    found = beam(by_shares(GARDEN_PATH), width=width, count=count)
    assert [c.text.decode() for c in found][: len(texts)] == texts
    assert math.exp(found[0].logprob) == pytest.approx({"bf": 0.36, "ae": 0.24}[texts[0]])


def test_short_texts_come_first_only_if_their_tokens_are_likelier() -> None:
    shares = {"": {"": 0.3, "a": 0.7}, "a": {"b": 0.5, "c": 0.5}, "ab": {"": 0.9, "x": 0.1}}
    empty, *_ = found = beam(by_shares(shares), width=4, count=3)
    assert sorted(c.text.decode() for c in found) == ["", "ab", "ac"]
    assert empty.text != b""
    assert {c.text: round(math.exp(c.logprob), 3) for c in found}[b""] == 0.3
    means = [c.logprob / len(c.tokens) for c in found]
    assert means == sorted(means, reverse=True)


def test_every_hypothesis_has_a_monitor_of_its_own() -> None:
    model = ScriptedModel(BYTES, lambda _: {b: 5.0 - b / 100 for b in b"bfozqar"})
    names = ("bar", "baz", "foo", "far")
    found = beam(model, OneOf(*names), width=4)
    assert sorted(c.text.decode() for c in found) == sorted(names)
    for completion in found:
        # The model would have begun with a, and gone on with it after two letters.
        inside = [(v.offset, v.text) for v in completion.vetoes if v.offset < 3]
        assert inside == [(0, b"a"), (2, b"a")]


@pytest.mark.parametrize(
    ("config", "stop", "texts"),
    [
        (GenerationConfig(max_new_tokens=1), never, {"a": "length", "b": "length"}),
        (GenerationConfig(), at_strings([b"f"]), {"b": "stop", "ae": "stop"}),
        (GenerationConfig(), at_strings([b"e", b"f"]), {"b": "stop", "a": "stop"}),
        (GenerationConfig(), after_lines(1), {"bf": "stop", "ae": "stop"}),
        (GenerationConfig(deadline=0.0), never, {"": "deadline"}),
    ],
)
def test_what_ends_a_text(config: GenerationConfig, stop: StopRule, texts: dict[str, str]) -> None:
    found = beam(by_shares(GARDEN_PATH), config=config, stop=stop, width=2)
    assert {c.text.decode(): c.finish_reason for c in found} == texts


def test_a_full_context_ends_the_texts() -> None:
    model = ScriptedModel(BYTES, lambda _: {ord("a"): 9.0, ord("b"): 8.0})
    model.context_length = len(PROMPT) + 3
    found = beam(model, width=2)
    assert [(c.text, c.finish_reason) for c in found] == [(b"aaa", "length"), (b"aab", "length")]


def test_cancel_is_looked_at_before_every_step() -> None:
    answers = iter([False, False, True])
    model = by_shares({"": {"a": 0.6, "": 0.4}, "a": {"b": 1.0}, "ab": {"c": 1.0}})
    decoder = Decoder(model)
    found = complete_by_beam(
        decoder,
        Prompt(tuple(model.encode(PROMPT))),
        Unguided(),
        GenerationConfig(),
        width=2,
        cancelled=lambda: next(answers),
    )
    # What is finished comes first, then what was being written.
    assert [(c.text, c.finish_reason) for c in found] == [(b"", "stop"), (b"ab", "cancelled")]
    decoder.close()
    model.close()


class Trap(OneOf):
    """`OneOf`, but nothing may follow "f", although "f" itself is admitted."""

    def constraint(self) -> None:  # type: ignore[override]
        return None

    def admitted(self, data: bytes) -> int:
        good = super().admitted(data)
        return min(good, max(0, 1 - len(self.text))) if (self.text + data)[:1] == b"f" else good

    def fork(self) -> Trap:
        copy = Trap()
        copy.texts, copy.text = self.texts, self.text
        return copy


@pytest.mark.parametrize(
    ("texts", "found"),
    [(("foo", "bar"), [("bar", "stop")]), (("foo",), [("", "dead_end")])],
)
def test_dead_ends_are_left_to_the_other_hypotheses(
    texts: tuple[str, ...], found: list[tuple[str, str]]
) -> None:
    model = writes("foo", after=PROMPT)
    completions = beam(model, Trap(*texts), width=2)
    assert [(c.text.decode(), c.finish_reason) for c in completions] == found


def test_healing_neither_loses_nor_repeats_what_was_typed() -> None:
    vocabulary = words("get_name", "get_na", ".get_name", "name")
    model = writes(".get_name()", vocabulary, PROMPT)
    found = beam(model, heal=".get_na", width=4)
    assert found[0].text == b"me()"


def random_model(seed: int, *texts: str) -> ScriptedModel:
    """A model of random mind that writes `texts` and the end only."""
    vocabulary = words(*(text for text in texts if len(text) > 1))
    spoken = [*(vocabulary.tokens.index(text.encode()) for text in texts), END]

    def script(text: bytes) -> Logits:
        logits = np.full(len(vocabulary), -np.inf, dtype=np.float32)
        logits[spoken] = 2 * np.random.default_rng([seed, *text]).normal(size=len(spoken))
        return logits

    return ScriptedModel(vocabulary, script)


def all_texts(model: ScriptedModel, monitor: Monitor, most: int) -> dict[bytes, float]:
    """Return the log-probability of each admitted text of up to `most` tokens, best spelled."""
    found: dict[bytes, float] = {}

    def follow(text: bytes, watched: Monitor, logprob: float, count: int) -> None:
        logits = model.script(PROMPT.encode() + text)
        assert isinstance(logits, np.ndarray)
        for token in np.flatnonzero(logits > -np.inf).tolist():
            data, after = model.vocabulary.tokens[token], logprob + logits[token] - log_sum(logits)
            if watched.admitted(data) < len(data) or not (data or watched.may_end()):
                continue
            if not data or count + 1 == most:
                found[text + data] = max(after, found.get(text + data, -math.inf))
            else:
                longer = watched.fork()
                longer.advance(data)
                follow(text + data, longer, after, count + 1)

    follow(b"", monitor, 0.0, 0)
    return found


MONITORS = [Unguided(), OneOf("a", "ab", "ba", "bba"), OneOf("aab", "b", "abb", "")]


@given(st.integers(0, 10**6), st.sampled_from(MONITORS), st.integers(1, 6))
def test_a_beam_with_room_for_all_texts_finds_the_best(
    seed: int, monitor: Monitor, count: int
) -> None:
    model = random_model(seed, "a", "b", "ab")
    expected = all_texts(model, monitor, most=4)
    best = sorted(expected, key=lambda text: -expected[text])[:count]
    found = beam(model, monitor, GenerationConfig(max_new_tokens=4), width=81, count=count)
    assert {c.text for c in found} == set(best)
    for completion in found:
        assert completion.logprob == pytest.approx(expected[completion.text], abs=1e-4)


@given(st.integers(0, 10**6), st.sampled_from(MONITORS), st.integers(1, 5), st.integers(1, 6))
def test_every_text_is_admitted(seed: int, monitor: Monitor, width: int, most: int) -> None:
    model = random_model(seed, "a", "b", "c", "ab", "bb")
    found = beam(model, monitor, GenerationConfig(max_new_tokens=most), width=width)
    assert 1 <= len({c.text for c in found}) == len(found) <= width
    for completion in found:
        probe = monitor.fork()
        assert probe.admitted(completion.text) == len(completion.text)
        probe.advance(completion.text)
        assert probe.may_end() or completion.text == b""


@given(st.integers(0, 10**6), st.sampled_from(MONITORS), st.integers(1, 6))
def test_a_beam_of_one_is_greedy_decoding(seed: int, monitor: Monitor, most: int) -> None:
    model = random_model(seed, "a", "b", "c", "ab", "bb")
    config = GenerationConfig(max_new_tokens=most)
    session = model.session()
    logits = session.forward(model.encode(PROMPT))
    matcher = Matcher(trie_of(model.vocabulary), monitor.fork())
    steps = generate(session, logits, matcher, config, Ending(model.context_length))
    greedy = collect(list(steps), monitor)
    session.close()
    (found,) = beam(model, monitor, config, width=1)
    assert (found.tokens, found.finish_reason) == (greedy.tokens, greedy.finish_reason)
    assert [(v.offset, v.text) for v in found.vetoes] == [(v.offset, v.text) for v in greedy.vetoes]
    assert found.logprob == pytest.approx(greedy.logprob, abs=1e-3)
    assert found.log_weight == pytest.approx(greedy.log_weight, abs=1e-3)
    assert found.text == greedy.text


def test_no_more_is_checked_and_evaluated_than_it_takes(monkeypatch: pytest.MonkeyPatch) -> None:
    checked = 0
    original = Matcher[Monitor].rejected

    def rejected(self: Matcher[Monitor], token: int) -> Span | None:
        nonlocal checked
        checked += 1
        return original(self, token)

    monkeypatch.setattr(Matcher, "rejected", rejected)
    model = random_model(1, *"abcdefghijklmnopqrstuvwxyz")
    width, steps = 4, 10
    beam(model, config=GenerationConfig(max_new_tokens=steps), width=width, count=1)
    assert model.evaluated <= len(PROMPT) + width * (steps - 1)
    # One for each hypothesis, one for each that is taken, and those that end.
    assert checked <= 4 * width * steps


def test_a_width_below_one_is_refused() -> None:
    with pytest.raises(ValueError, match="width must be at least 1"):
        beam(writes("x"), width=0)


@pytest.mark.needs("llama")
def test_the_embedded_model_finds_texts_that_are_at_least_as_probable(
    llama_model: LanguageModel,
) -> None:
    decoder, config = Decoder(llama_model), GenerationConfig(max_new_tokens=12)
    better = 0
    for text in snippets.PYTHON + snippets.JAVA:
        prompt = Prompt(tuple(llama_model.encode(text)))
        (greedy,) = decoder.complete(prompt, Unguided(), config)
        found = complete_by_beam(decoder, prompt, Unguided(), config, width=4)
        best = max(c.logprob for c in found)
        # Logits depend a little on what is evaluated together.
        assert best >= greedy.logprob - 0.05, text
        better += best > greedy.logprob + 0.05
    assert better >= 5
    decoder.close()
    assert opens_all_sessions(llama_model)


@pytest.mark.needs("llama")
def test_a_beam_is_as_wide_as_the_sessions_allow(embedded_gguf: Path) -> None:
    from fairlead_decoding.backends.llama_cpp import load

    model = load(str(embedded_gguf), threads=1, sequences=3)
    session = model.session()
    logits = session.forward(model.encode(snippets.PYTHON[0])).copy()
    monitor: Monitor = Unguided()
    matcher = Matcher(trie_of(model.vocabulary), monitor)
    ending, config = Ending(model.context_length), GenerationConfig(max_new_tokens=6)
    wide, narrow = (
        beam_search(model, session, logits, matcher, config, ending, width=width, count=2)
        for width in (8, 2)
    )
    assert [c.text for c in wide] == [c.text for c in narrow]
    session.close()
    assert opens_all_sessions(model, 3)
    model.close()


def opens_all_sessions(model: LanguageModel, count: int = 8) -> bool:
    """Tell whether none of the model's `count` sessions was left open."""
    sessions = [model.session() for _ in range(count)]
    for session in sessions:
        session.close()
    return True
