"""Sampling under a monitor: truncate, drop the refused, renormalise."""

from __future__ import annotations

import numpy as np
import pytest

from fairlead_decoding.matcher import Matcher
from fairlead_decoding.model import Logits
from fairlead_decoding.monitor import Monitor, Unguided
from fairlead_decoding.sampling import choose, log_probability, log_sum, nucleus
from fairlead_decoding.trie import TokenTrie
from fairlead_decoding.types import GenerationConfig
from tests.decoding.fakes import BYTES, OneOf, ScriptedModel

DRAWS = 4000


class Dense(OneOf):
    """Admits the same as `OneOf`, without saying so in advance."""

    def constraint(self) -> None:  # type: ignore[override]
        return None


def logits_of(weights: dict[str, float]) -> Logits:
    logits = np.full(len(BYTES), -20, dtype=np.float32)
    for text, weight in weights.items():
        logits[ord(text)] = np.log(weight)
    return logits


def frequencies(monitor: Monitor, config: GenerationConfig, logits: Logits) -> dict[str, float]:
    matcher = Matcher(TokenTrie(BYTES), monitor)
    rng = np.random.default_rng(1)
    drawn = [choose(logits, matcher, config, rng) for _ in range(DRAWS)]
    tokens, counts = np.unique([c.token for c in drawn if c], return_counts=True)
    return {chr(t): n / DRAWS for t, n in zip(tokens, counts, strict=True)}


WEIGHTS = {"a": 0.4, "b": 0.3, "c": 0.2, "d": 0.1}


@pytest.mark.parametrize("monitor", [OneOf("b", "c", "d"), Dense("b", "c", "d")])
@pytest.mark.parametrize(
    ("config", "expected"),
    [
        (GenerationConfig(temperature=1), {"b": 3 / 6, "c": 2 / 6, "d": 1 / 6}),
        (GenerationConfig(temperature=1, top_k=3), {"b": 3 / 5, "c": 2 / 5}),
        (GenerationConfig(temperature=1, top_k=1), {"b": 1}),
        (GenerationConfig(temperature=1, top_p=0.8), {"b": 3 / 5, "c": 2 / 5}),
        (GenerationConfig(temperature=1, min_p=0.5), {"b": 3 / 5, "c": 2 / 5}),
        (GenerationConfig(temperature=0.5, top_k=3), {"b": 9 / 13, "c": 4 / 13}),
    ],
)
def test_masked_distribution(
    monitor: Monitor, config: GenerationConfig, expected: dict[str, float]
) -> None:
    found = frequencies(monitor, config, logits_of(WEIGHTS))
    assert found.keys() == expected.keys()
    for text, share in expected.items():
        # Five standard deviations of a binomial share.
        assert abs(found[text] - share) <= 5 * np.sqrt(share * (1 - share) / DRAWS)


def test_what_truncation_leaves_out_is_taken_when_nothing_else_is_admitted() -> None:
    config = GenerationConfig(temperature=1, top_k=2)
    for monitor in (OneOf("d"), Dense("d")):
        assert frequencies(monitor, config, logits_of(WEIGHTS)) == {"d": 1}


def test_greedy_takes_the_best_admitted_token() -> None:
    logits = logits_of(WEIGHTS)
    matcher: Matcher[Monitor] = Matcher(TokenTrie(BYTES), OneOf("c", "d"))
    choice = choose(logits, matcher, GenerationConfig(), np.random.default_rng(0))
    assert choice is not None
    assert chr(choice.token) == "c"
    assert [chr(t) for t in choice.vetoed] == ["a"]
    assert choice.logprob == pytest.approx(np.log(0.2), abs=1e-3)


def test_control_tokens_are_never_written() -> None:
    logits = np.zeros(len(BYTES), dtype=np.float32)
    logits[0] = 1
    vocabulary = type(BYTES)((b"", *BYTES.tokens[1:]), BYTES.end)
    matcher: Matcher[Monitor] = Matcher(TokenTrie(vocabulary), Unguided())
    choice = choose(logits, matcher, GenerationConfig(), np.random.default_rng(0))
    assert choice is not None and choice.token != 0


def test_nucleus_keeps_at_least_one() -> None:
    scores = np.array([0.0, 0.0, 5.0], dtype=np.float32)
    assert nucleus(scores, GenerationConfig(temperature=1, top_p=1e-9)).tolist() == [2]


def test_log_sum() -> None:
    logits = np.array([1.0, 2.0, 3.0, -np.inf], dtype=np.float32)
    assert log_sum(logits) == pytest.approx(np.log(np.exp(logits).sum()), abs=1e-6)
    assert log_sum(logits[3:]) == log_sum(logits[:0]) == -np.inf


@pytest.mark.parametrize("monitor", [OneOf("c", "d"), Dense("c", "d")])
def test_the_lost_probability_is_that_of_what_was_refused(monitor: Monitor) -> None:
    matcher: Matcher[Monitor] = Matcher(TokenTrie(BYTES), monitor)
    logits = logits_of(WEIGHTS)
    for config in (GenerationConfig(), GenerationConfig(temperature=1, top_k=4, reweight=True)):
        choice = choose(logits, matcher, config, np.random.default_rng(0))
        assert choice is not None
        assert choice.lost == pytest.approx(0.7, abs=1e-3)


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("top_p", [0.1, 0.9, 0.9999])
def test_nucleus_of_many_tokens_equals_sorting_all_of_them(seed: int, top_p: float) -> None:
    scores = np.random.default_rng(seed).normal(size=5000).astype(np.float32)
    probabilities = np.exp(scores) / np.exp(scores).sum()
    order = np.argsort(-probabilities)
    size = int(np.searchsorted(np.cumsum(probabilities[order]), top_p)) + 1
    found = nucleus(scores, GenerationConfig(temperature=1, top_p=top_p))
    assert abs(len(found) - size) <= 1  # The sums round differently.
    both = min(size, len(found))
    assert scores[found[:both]].tolist() == sorted(scores.tolist(), reverse=True)[:both]


def test_no_finite_score_leaves_nothing() -> None:
    config = GenerationConfig(temperature=1, top_p=0.5)
    assert nucleus(np.full(4, -np.inf, dtype=np.float32), config).size == 0
    assert nucleus(np.empty(0, dtype=np.float32), config).size == 0


@pytest.mark.parametrize("config", [GenerationConfig(), GenerationConfig(temperature=1, top_p=0.5)])
def test_a_list_without_names_admits_nothing(config: GenerationConfig) -> None:
    matcher: Matcher[Monitor] = Matcher(TokenTrie(BYTES), OneOf())
    logits = logits_of(WEIGHTS)
    assert choose(logits, matcher, config, np.random.default_rng(0)) is None


@pytest.mark.parametrize(("text", "passes"), [("ab", 1), ("abab", 3), ("a", 0), ("", 0)])
def test_log_probability(text: str, passes: int) -> None:
    """ "a" and "b" come by turns with a quarter of the probability each time."""
    scores = np.log(np.full(len(BYTES), 0.75 / (len(BYTES) - 1), np.float32))

    def script(before: bytes) -> Logits:
        row = scores.copy()
        row[ord("b") if before.endswith(b"a") else ord("a")] = np.log(0.25)
        return row

    model = ScriptedModel(BYTES, script)
    session = model.session()
    logits = session.forward(model.encode("b"))
    found = log_probability(session, logits, model.encode(text))
    assert found == pytest.approx(len(text) * np.log(0.25), abs=1e-5)
    assert model.evaluated == 1 + passes
