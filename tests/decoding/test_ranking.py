"""Best-first search finds what scoring every name finds, on scripted models."""

from __future__ import annotations

import math
import zlib
from collections.abc import Callable, Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairlead_decoding.branches import Branches
from fairlead_decoding.errors import ModelError
from fairlead_decoding.model import Logits, Session, Vocabulary
from fairlead_decoding.ranking import RankedName, Ranking, exhaustive, rank
from tests.decoding.fakes import BYTES, END, ScriptedModel, words

PROMPT = "x = box"
VOCABULARY = words(
    *(".a", ".ap", ".app", "append", "pend", "app", ".get", "get", "_all", "_", "all", "set"),
    *(".set", "default", "größe", "ö", "(", ".append", "end", "()", "name", "é", ".s"),
)


class Longest(ScriptedModel):
    """Tokenises by always taking the longest token that fits."""

    def encode(self, text: str) -> list[int]:
        data, ids = text.encode(), []
        known = {text: i for i, text in enumerate(self.vocabulary.tokens) if text}
        while data:
            size = max(n for n in range(1, 17) if data[:n] in known)
            ids.append(known[data[:size]])
            data = data[size:]
        return ids


def noise(text: bytes) -> Logits:
    """Return logits that look arbitrary and depend on nothing but `text`."""
    random = np.random.default_rng(zlib.crc32(text))
    return random.normal(0, 3, len(VOCABULARY)).astype(np.float32)


def impossible(text: bytes) -> Logits:
    """Return `noise` under which no token that begins with ``s`` can be written."""
    logits = noise(text)
    logits[[i for i, token in enumerate(VOCABULARY.tokens) if token[:1] == b"s"]] = -np.inf
    return logits


class Place:
    """A model with a session that holds the prompt; all other sessions must be closed."""

    def __init__(
        self, script: Callable[[bytes], Logits] = noise, vocabulary: Vocabulary = VOCABULARY
    ) -> None:
        self.model = Longest(vocabulary, script)
        self.session: Session = self.model.session()
        self.logits = self.session.forward(self.model.encode(PROMPT))
        self.model.evaluated = 0

    def rank(self, names: Sequence[str], **arguments: object) -> Ranking:
        encoded = [name.encode() for name in names]
        ranking = rank(self.model, self.session, self.logits, encoded, **arguments)  # type: ignore[arg-type]
        self.require_unchanged()
        assert ranking.evaluated == self.model.evaluated
        return ranking

    def exhaustive(self, names: Sequence[str], heal: bytes = b"") -> list[RankedName]:
        encoded = [name.encode() for name in names]
        found = exhaustive(self.model, self.session, self.logits, encoded, heal)
        self.require_unchanged()
        return found

    def require_unchanged(self) -> None:
        assert self.model.open_sessions == 1
        assert list(self.session.tokens) == self.model.encode(PROMPT)


def check(ranking: Ranking, expected: Sequence[RankedName]) -> None:
    assert [ranked.name for ranked in ranking.names] == [ranked.name for ranked in expected]
    found = [ranked.logprob for ranked in ranking.names]
    np.testing.assert_allclose(found, [ranked.logprob for ranked in expected], atol=1e-5)
    assert ranking.exact
    assert not any(ranked.bound for ranked in ranking.names)


NAMES = ("append", "apply", "get", "get_all", "get_all_names", "set", "setdefault", "größe", "é")


@pytest.mark.parametrize("script", [noise, impossible])
@pytest.mark.parametrize("k", [0, 1, 3, 9, 20])
@pytest.mark.parametrize(
    ("names", "heal"),
    [
        ((), b"."),
        (("append",), b"."),
        (NAMES, b""),
        (NAMES, b"."),
        (NAMES[::-1], b"."),
        (("get", "get_all", "get_all_", "get_all_a", "g"), b"."),
        (("größe", "größen", "grö", "gr", "日本", "日本語", "é", "ée"), b"."),
        (("pend", "ply", "pendleft"), b".ap"),
        (("pend", "", "p"), b".ap"),
        (("", "a"), b""),
        (("append", "get", "append"), b"."),
    ],
)
def test_the_top_k_are_those_of_scoring_every_name(
    names: tuple[str, ...], heal: bytes, k: int, script: Callable[[bytes], Logits]
) -> None:
    expected = Place(script).exhaustive(names, heal)[:k]
    for batch in (1, 2, 4, 7):
        check(Place(script).rank(names, heal=heal, k=k, batch=batch), expected)


@given(
    names=st.lists(st.text("aegpst_é", max_size=8), max_size=40),
    heal=st.sampled_from([b"", b".", b".a", b".ge"]),
    k=st.integers(1, 6),
    batch=st.integers(1, 5),
    seed=st.binary(max_size=2),
)
def test_the_top_k_of_any_names(
    names: list[str], heal: bytes, k: int, batch: int, seed: bytes
) -> None:
    def script(text: bytes) -> Logits:
        return noise(seed + text)

    ranking = Place(script).rank(names, heal=heal, k=k, batch=batch)
    check(ranking, Place(script).exhaustive(names, heal)[:k])


def test_logits_may_be_overwritten_by_the_next_evaluation() -> None:
    buffer = np.zeros(len(VOCABULARY), np.float32)

    def overwritten(text: bytes) -> Logits:
        buffer[:] = noise(text)
        return buffer

    expected = Place().exhaustive(NAMES)
    assert Place(overwritten).exhaustive(NAMES) == expected
    check(Place(overwritten).rank(NAMES, k=9, batch=1), expected)


def test_a_continuation_may_be_evaluated_again() -> None:
    place = Place()
    branches = Branches(place.model, place.session, 2)
    for path, cost in (((1, 2, 3), 3), ((1, 2, 3), 1), ((1, 2), 1), ((1, 4), 1), ((5,), 1)):
        assert branches.cost(path) == cost
        (logits,) = branches.evaluate([path])
        text = place.model.vocabulary.text([*place.session.tokens, *path])
        np.testing.assert_array_equal(logits, noise(text))
    branches.close()
    place.require_unchanged()


def even(text: bytes) -> Logits:
    return np.zeros(len(BYTES), np.float32)


def test_of_equal_scores_the_first_given_wins() -> None:
    names = ("d", "bb", "a", "cc", "c", "b")
    ranking = Place(even, BYTES).rank(names, k=4)
    assert [ranked.name for ranked in ranking.names] == [b"d", b"a", b"c", b"b"]


def test_the_score_is_that_of_the_tokens_and_of_what_ends_the_name() -> None:
    # 256 bytes and the end; 63 bytes and those beyond ASCII go on a name.
    ending = math.log((257 - 63 - 128) / 257)
    expected = [("", 0), ("a", 1), ("ab", 2), ("é", 2)]
    ranking = Place(even, BYTES).rank([name for name, _ in expected], k=9)
    scores = [(name.encode(), ending - size * math.log(257)) for name, size in expected]
    check(ranking, [RankedName(*score) for score in scores])


def test_what_ends_a_name_depends_on_what_goes_on_one() -> None:
    ranking = Place(even, BYTES).rank(["a"], k=1, continues=frozenset(range(256)))
    check(ranking, [RankedName(b"a", 2 * math.log(1 / 257))])


def sure(text: bytes) -> Logits:
    """Prefer ``g``, though what follows it is open; a ``p`` is always the end of ``pop``."""
    follows: dict[bytes, dict[str, float]] = {
        b"": {"g": 0.6, "p": 0.4},
        b"g": {"a": 0.4, "b": 0.3, "c": 0.3},
        b"p": {"o": 1.0},
        b"po": {"p": 1.0},
    }
    logits = np.full(len(BYTES), -np.inf, np.float32)
    logits[END] = 0.0
    for byte, probability in follows.get(text.removeprefix(PROMPT.encode()), {}).items():
        logits[[ord(byte), END]] = math.log(probability), -np.inf
    return logits


def test_a_name_may_win_though_its_first_token_does_not() -> None:
    ranking = Place(sure, BYTES).rank(["ga", "gb", "gc", "pop"], k=2)
    check(ranking, [RankedName(b"pop", math.log(0.4)), RankedName(b"ga", math.log(0.24))])


def test_what_cannot_be_among_the_best_is_not_evaluated() -> None:
    place = Place(sure, BYTES)
    place.rank([*("ga" + letter * 9 for letter in "abcdef"), "pop"], k=1, batch=1)
    # pop, and g, whose bound of 0.6 is above.
    assert place.model.evaluated == 4


@pytest.mark.parametrize("batch", [1, 4])
@pytest.mark.parametrize("budget", [0, 1, 2, 3, 4, 5, 6, 7, 8, 13, 99])
def test_when_the_budget_ends_the_search_the_result_says_so(budget: int, batch: int) -> None:
    place, k = Place(), 4
    expected = Place().exhaustive(NAMES, b".")
    scores = {ranked.name: ranked.logprob for ranked in expected}
    needed = Place().rank(NAMES, heal=b".", k=k, batch=batch).evaluated
    ranking = place.rank(NAMES, heal=b".", k=k, budget=budget, batch=batch)
    assert place.model.evaluated <= budget
    assert ranking.exact if budget >= needed else batch > 1 or not ranking.exact
    if ranking.exact:
        check(ranking, expected[:k])
    assert len({ranked.name for ranked in ranking.names}) == k
    assert any(ranked.bound for ranked in ranking.names) != ranking.exact
    numbers = [ranked.logprob for ranked in ranking.names]
    assert numbers == sorted(numbers, reverse=True)
    for ranked in ranking.names:
        surplus = ranked.logprob - scores[ranked.name]
        assert surplus > -1e-5 if ranked.bound else abs(surplus) < 1e-5
    # What is said to be known and stands before all bounds has the place it would have at the end.
    for found, true in zip(ranking.names, expected, strict=False):
        if found.bound:
            break
        assert found.name == true.name


def test_cancel_and_deadline_are_looked_at_before_each_evaluation() -> None:
    answers = iter([False, False, True])
    ranking = Place().rank(NAMES, heal=b".", k=4, batch=1, cancelled=lambda: next(answers))
    assert (ranking.exact, len(ranking.names)) == (False, 4)
    times = iter([0.0, 4.9, 5.0])
    late = Place().rank(NAMES, heal=b".", k=4, batch=1, deadline=5.0, clock=lambda: next(times))
    assert late == ranking
    assert ranking.evaluated == Place().rank(NAMES, heal=b".", k=4, batch=1, budget=2).evaluated


def test_the_budget_counts_nothing_when_nothing_is_to_be_evaluated() -> None:
    assert Place().rank([], k=4, budget=0) == Ranking((), True, 0)
    assert Place().rank(NAMES, k=0, budget=0) == Ranking((), True, 0)


def test_a_name_that_does_not_fit_into_the_context_is_an_error() -> None:
    place = Place()
    place.model.context_length = len(PROMPT) + 2
    with pytest.raises(ModelError, match="the context is full"):
        place.rank(NAMES, heal=b".", k=9)
    place.require_unchanged()


def test_every_token_is_evaluated_when_every_name_is_scored() -> None:
    place = Place()
    place.exhaustive(NAMES, b".")
    assert place.model.evaluated == sum(len(place.model.encode("." + name)) for name in NAMES)
