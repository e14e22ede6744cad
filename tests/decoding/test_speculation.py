"""Drafted tokens: what is guessed, whether it pays, and that it changes nothing but the speed."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairlead_decoding.drafts import NAME, Draft, Guess, expected, guesses, looked_up
from fairlead_decoding.errors import ModelError
from fairlead_decoding.generate import Ending, generate
from fairlead_decoding.matcher import Matcher
from fairlead_decoding.model import LanguageModel, Logits
from fairlead_decoding.monitor import Monitor, Unguided
from fairlead_decoding.speculation import (
    FORGET,
    LONGEST,
    RETRY,
    SIZES,
    PassCosts,
    Speculation,
    best_size,
)
from fairlead_decoding.speculative_session import SpeculativeSession
from fairlead_decoding.trie import trie_of
from fairlead_decoding.types import GenerationConfig
from tests.decoding import snippets
from tests.decoding.fakes import BYTES, END, OneOf, OneOfConstraint, ScriptedModel, writes
from tests.decoding.test_backends import BACKENDS, open_model


@pytest.mark.parametrize(
    ("text", "longest", "draft", "matched"),
    [
        ("abcde abc", 4, "de a", 3),
        ("abcde abc", 1, "d", 3),
        ("ax bx cx dx", 3, " dx", 1),  # the last of equally good places
        ("axy bxz ax", 3, "y b", 2),  # a longer match before a later one
        ("abababab", 9, "ab", 6),  # overlapping itself, up to the text's end
        ("0123456789 56789", 2, " 5", 5),
        ("0123456789 3456789", 2, " 3", 6),  # no more are compared
        ("abc", 4, None, 0),
        ("a", 4, None, 0),
        ("a\udc80", 4, None, 0),
    ],
)
def test_prompt_lookup(text: str, longest: int, draft: str | None, matched: int) -> None:
    found = looked_up(np.array([*text.encode(errors="surrogateescape")]), BYTES, longest)
    assert found == (Draft(tuple(draft.encode()), matched) if draft is not None else None)


def test_a_draft_ends_before_a_control_token() -> None:
    for text, draft in (
        ([*b"ab", END, *b"xa"], Draft((*b"b",), 1)),
        ([*b"a", END, *b"xa"], None),
    ):
        assert looked_up(np.array(text), BYTES, 4) == draft


NAMES = ("append", "appendleft", "apply", "pop", "größe")


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("x.append(1)\nx.app", "end"),
        ("x.apply(1)\nx.append(1)\nx.app", "end"),  # the last one
        ("x.apply(1)\nx.appx(1)\nx.app", "ly"),  # what is no name does not count
        ("x.apply(1)\nwrapped = x.app", "ly"),  # nor does the middle of one
        ("x.append(1)\nx.append", ""),  # likely complete
        ("x.appendleft(1)\nx.append", "left"),
        ("x.p", "op"),  # the only one
        ("y.app", ""),
        ("app", ""),
        ("größe.gr", "öße"),
        ("apply app", "ly"),
        ("x.z", ""),
    ],
)
def test_the_name_used_last_is_expected(text: str, rest: str) -> None:
    word = text[max(text.rfind(end) for end in ". ") + 1 :]
    constraint = OneOfConstraint(frozenset(n.encode() for n in NAMES), word.encode())
    constraint.continues = frozenset(b"abcdefghijklmnopqrstuvwxyz") | frozenset(range(128, 256))
    assert expected(constraint, text.encode()).decode() == rest


class Names(OneOf):
    """`OneOf`, whose constraint has the bytes of letters only."""

    def constraint(self) -> OneOfConstraint:
        constraint = super().constraint()
        constraint.continues = frozenset(b"abcdefghijklmnopqrstuvwxyz")
        return constraint

    def fork(self) -> Names:
        copy = Names()
        copy.texts, copy.text = self.texts, self.text
        return copy


LOOKED_UP = Draft((*b"pend ap",), 2)


@pytest.mark.parametrize(
    ("names", "typed", "heal", "draft"),
    [
        (("append", "apply"), "ap", "", Draft((*b"pend",), NAME)),
        (("apply",), "ap", "", Draft((*b"ply",), NAME)),
        (("apply", "apart"), "ap", "", LOOKED_UP),
        (("append", "apply"), "", "", LOOKED_UP),
        (("append", "apply"), "ap", "x", LOOKED_UP),
        ((), "", "", LOOKED_UP),
    ],
)
def test_a_name_that_the_monitor_knows_goes_before_prompt_lookup(
    names: Sequence[str], typed: str, heal: str, draft: Draft
) -> None:
    monitor: Monitor = Names(*names)
    if typed:
        monitor.advance(typed.encode())
    matcher = Matcher(trie_of(BYTES), monitor, heal.encode())
    assert guesses(writes(""), matcher, LONGEST)(np.array([*b"append ap"])) == draft


def test_a_long_match_goes_before_a_name() -> None:
    monitor: Monitor = Names("append", "apply")
    monitor.advance(b"app")
    guess = guesses(writes(""), Matcher(trie_of(BYTES), monitor), 4)
    assert guess(np.array([*b"x.apply x.append x.app"])) == Draft((*b"end ",), 6)
    assert guess(np.array([*b"apply append -app"])) == Draft((*b"end ",), 3)
    assert guess(np.array([*b"apply append bpp"])) == Draft((*b"end",), NAME)


def test_the_monitor_is_not_asked_where_no_name_has_begun() -> None:
    class Busy(Unguided):
        def constraint(self) -> None:
            raise AssertionError("this would wait for an analysis")

        def fork(self) -> Busy:
            return self

    guess = guesses(writes(""), Matcher(trie_of(BYTES), Busy()), LONGEST)
    assert guess(np.array([*b"x.y x."])) == Draft((*b"y x.",), 2)


@pytest.mark.parametrize(
    ("came_true", "costs", "size", "gain"),
    [
        ([0.5, 0.25, 0.1], {1: 1.0, 3: 1.0}, 3, 1.85),
        ([0.5, 0.25, 0.1], {1: 1.2, 3: 1.6}, 1, 1.25),
        ([0.5, 0.25, 0.1], {1: 2.0, 3: 2.5}, 1, 0.75),
        ([0.9, 0.8], {1: 1.5, 2: 1.5, 3: 1.5}, 2, 1.8),  # no size longer than the draft
        ([1.0] * 15, {1: 1.4, 3: 1.8, 7: 2.4, 15: 3.6}, 15, 16 / 3.6),
        ([], {1: 1.0}, 0, 1.0),
    ],
)
def test_the_size_that_pays_most(
    came_true: list[float], costs: dict[int, float], size: int, gain: float
) -> None:
    found, faster = best_size(came_true, costs)
    assert (found, round(faster, 6)) == (size, round(gain, 6))


@pytest.mark.parametrize(
    ("passes", "ratios"),
    [
        ([], {1: 1.1, 3: 1.3, 7: 1.7, 15: 2.5}),
        # The first pass of a size does not count, and hardly those that others disturb.
        ([(0, 9), (0, 2), (0, 9), (1, 9), (1, 9), (1, 9), (1, 3), (1, 3), (1, 9)], {1: 1.5}),
        ([(0, 2), (3, 9), (3, 5), (3, 5), (3, 5)], {1: 1.5, 3: 2.5, 7: 4.5}),
        ([(0, 2), (3, 9), (3, 5), (3, 5)], {1: 1.1, 3: 1.3}),  # too few
        # The machine became slow: what is compared was measured together.
        ([*[(0, 2)] * 16, *[(1, 4)] * 16, *[(0, 8)] * 16, *[(1, 16)] * 16], {1: 2.0}),
        ([*[(0, 2)] * 16, *[(1, 4)] * 16, *[(1, 16)] * 16], {1: 2.0}),
        ([(0, 2), *[(1, 1)] * 4], {1: 1.0}),  # nothing is for free
        ([(0, 2), *[(1, 3)] * 4, *[(0, 2)] * (FORGET - 1), (3, 9)], {1: 1.5}),
        ([(0, 2), *[(1, 3)] * 4, *[(0, 2)] * FORGET, (3, 9)], {1: 1.1}),  # too long ago
    ],
)
def test_what_passes_cost(passes: list[tuple[int, float]], ratios: dict[int, float]) -> None:
    costs = PassCosts()
    for size, seconds in passes:
        costs.note(size, seconds)
    assert costs.ratios().keys() == set(SIZES)
    assert {n: costs.ratios()[n] for n in ratios} == pytest.approx(ratios)


def watched(accepted: Sequence[int], seconds: dict[int, float]) -> Speculation:
    """Speculation that has seen drafts of which so many tokens came true, and passes."""
    speculation = Speculation()
    for count in accepted:
        speculation.came_true(DRAFT, count)
    for size, taken in seconds.items():
        for _ in range(5):
            speculation.took(0, seconds[0])
            if size:
                speculation.took(size, taken)
    return speculation


DRAFT = Draft(tuple(range(15)), 3)


@pytest.mark.parametrize(
    ("accepted", "seconds", "place", "size"),
    [
        ([15] * 7, {0: 1.0}, 0, 0),  # too few to tell
        ([15] * 8, {0: 1.0}, 0, 15),  # costs are not known: try
        ([15] * 8, {0: 1.0, 1: 1.5, 3: 2.5, 7: 4.0, 15: 12.0}, 0, 7),
        ([0] * 8, {0: 1.0}, 0, 0),
        ([1] * 8, {0: 1.0, 3: 2.5}, 0, 1),
        ([1] * 8, {0: 1.0, 1: 1.95, 3: 3.0, 7: 7.0, 15: 15.0}, 0, 0),
        ([0] * 8 + [15] * 8, {0: 1.0, 1: 1.6, 3: 3.0, 7: 7.0, 15: 15.0}, 0, 0),
        ([0] * 8 + [15] * 8, {0: 1.0, 1: 1.6, 3: 3.0, 7: 7.0, 15: 15.0}, 1, 3),  # a good one
        ([15] * 8, {0: 1.0}, 13, 1),  # not beyond the draft's end
        ([15] * 8, {0: 1.0}, 15, 0),
    ],
)
def test_only_what_pays_is_evaluated(
    accepted: list[int], seconds: dict[int, float], place: int, size: int
) -> None:
    assert watched(accepted, seconds).size(DRAFT, place) == size


def test_drafts_of_one_kind_say_nothing_about_another() -> None:
    speculation = watched([15] * 8, {0: 1.0})
    assert speculation.size(Draft(DRAFT.tokens, NAME), 0) == 0


def test_what_did_not_pay_is_tried_again() -> None:
    speculation = watched([1] * 8, {1: 3.0, 3: 6.0, 7: 9.0, 15: 15.0, 0: 1.0})
    tried = 0
    for _ in range(10 * RETRY + 40):
        size = speculation.size(DRAFT, 0)
        tried += bool(size)
        speculation.took(size, 1.0 + 2.0 * size)
    assert 30 <= tried <= 40


def test_what_came_true_long_ago_counts_less_and_less() -> None:
    speculation = watched([15] * 1000 + [0] * 1000, {0: 1.0})
    assert sum(speculation.chances(DRAFT.matched)) < 0.1


def pseudo_random(text: bytes) -> Logits:
    """Logits that depend on the whole text and favour what stood in it before."""
    rng = np.random.default_rng([*text[-3:]])
    logits = rng.normal(size=len(BYTES)).astype(np.float32)
    logits[[*b"abc"]] += 6
    return logits


def speculative(model: LanguageModel, guess: Guess, speculation: Speculation) -> SpeculativeSession:
    return SpeculativeSession(model.session(), guess, speculation, model.context_length)


@given(
    drafts=st.lists(st.lists(st.sampled_from(b"abc"), max_size=6), max_size=5),
    fixed=st.integers(0, 4),
    actions=st.lists(
        st.one_of(
            st.lists(st.sampled_from(b"abc"), min_size=1, max_size=3),
            st.integers(0, 12),
            st.just("fork"),
        ),
        max_size=20,
    ),
)
def test_a_session_with_drafts_is_as_one_without(
    drafts: list[list[int]], fixed: int, actions: list[list[int] | int | str]
) -> None:
    model = ScriptedModel(BYTES, pseudo_random, context_length=12)
    source = itertools.cycle([Draft(tuple(d), 1) if d else None for d in drafts] or [None])
    tested: SpeculativeSession = speculative(
        model, lambda _: next(source), Speculation(fixed=fixed)
    )
    plain = model.session()
    for action in actions:
        if isinstance(action, int):
            tested.rollback(action)
            plain.rollback(action)
        elif isinstance(action, str):
            fork = tested.fork()
            assert list(fork.tokens) == plain.tokens
            fork.close()
        elif len(plain.tokens) + len(action) > model.context_length:
            for session in (tested, plain):
                with pytest.raises(ModelError, match="full"):
                    session.forward_rows(action)
        else:
            np.testing.assert_array_equal(
                tested.forward_rows(action), plain.forward_rows(action), strict=True
            )
        assert list(tested.tokens) == plain.tokens
    tested.close()
    plain.close()
    model.close()


def test_what_is_drafted_is_evaluated_with_what_was_chosen() -> None:
    model = writes("")
    speculation = Speculation(fixed=3)
    session = speculative(model, lambda text: Draft((*b"bcdefg",), 1), speculation)
    chosen = [*b"abcdefgxy"]
    for token in chosen:
        session.forward([token])
    session.close()
    # a+bcd, e+fg, x+bcd, y+bcd
    assert model.calls == speculation.passes == 4
    assert (speculation.drafted, speculation.accepted) == (11, 5)
    assert list(session.tokens) == chosen


def test_a_text_that_ends_early_leaves_its_draft_unfulfilled() -> None:
    speculation = Speculation()
    for _ in range(8):
        session = speculative(writes(""), lambda text: Draft((*b"bcd",), 1), speculation)
        for token in b"ab":
            session.forward([token])
        session.close()
    assert speculation.chances(1)[:4] == [1.0, 0.0, 0.0, 0.0]


def test_drafts_for_which_the_cache_has_no_room_are_left_out() -> None:
    model = writes("")
    model.context_length = 3
    session = SpeculativeSession(
        model.session(), lambda _: Draft((*b"bcd",), 1), Speculation(fixed=3), 100
    )
    for token in b"axx":
        session.forward([token])
    assert list(session.tokens) == [*b"axx"]
    session.close()


def written(
    model: LanguageModel,
    prompt: Sequence[int],
    config: GenerationConfig,
    monitor: Monitor | None = None,
    speculation: Speculation | None = None,
) -> list[int]:
    """Continue `prompt`, with `speculation` if given; return the tokens."""
    matcher = Matcher(trie_of(model.vocabulary), monitor or Unguided(), b"", model.encode)
    plain = model.session()
    logits = plain.forward(prompt).copy()
    guess = guesses(model, matcher, LONGEST)
    session = (
        plain
        if speculation is None
        else SpeculativeSession(plain, guess, speculation, model.context_length)
    )
    steps = list(generate(session, logits, matcher, config, Ending(model.context_length)))
    session.close()
    return [token for step in steps for token in step.tokens]


@pytest.mark.parametrize("fixed", [None, 1, 3, 7])
@pytest.mark.parametrize(
    "config",
    [
        GenerationConfig(max_new_tokens=40),
        GenerationConfig(max_new_tokens=40, temperature=0.7, seed=3),
        GenerationConfig(max_new_tokens=40, temperature=1.0, top_k=3, seed=4),
    ],
)
@pytest.mark.parametrize("monitor", [Unguided(), OneOf("abcabcabc" * 3, "abcabcabca" * 2)])
def test_the_text_is_that_without_drafts(
    fixed: int | None, config: GenerationConfig, monitor: Monitor
) -> None:
    model = ScriptedModel(BYTES, pseudo_random)
    prompt = [*b"abcabc aabbcc"]
    plain = written(model, prompt, config, monitor.fork())
    alone, model.calls = model.calls, 0
    speculation = Speculation(fixed=fixed)
    assert written(model, prompt, config, monitor.fork(), speculation) == plain
    assert model.calls <= alone
    if fixed:
        assert speculation.accepted
        assert model.calls <= alone - speculation.accepted
    model.close()


def assert_equal_up_to_near_ties(
    model: LanguageModel, prompt: list[int], found: list[int], plain: list[int], tie: float
) -> bool:
    """Check that greedy texts are equal, or part where two tokens are within `tie` in logits.

    From there on they are different texts. Returns whether they are equal.
    """
    place = next((i for i, (a, b) in enumerate(zip(found, plain, strict=False)) if a != b), None)
    if place is None:
        assert len(found) == len(plain)
        return True
    session = model.session()
    logits = session.forward(prompt + plain[:place]).copy()
    session.close()
    assert abs(logits[found[place]] - logits[plain[place]]) < tie
    return False


def assert_same_texts(model: LanguageModel, prompts: Sequence[str], tie: float) -> None:
    config, speculation = GenerationConfig(max_new_tokens=32), Speculation(fixed=3)
    equal = 0
    for prompt in map(model.encode, prompts):
        plain = written(model, prompt, config)
        found = written(model, prompt, config, speculation=speculation)
        equal += assert_equal_up_to_near_ties(model, prompt, found, plain, tie)
    assert equal >= 0.9 * len(prompts)
    assert speculation.accepted > speculation.passes / 4


@pytest.mark.needs("llama")
def test_the_embedded_model_writes_the_same_text_up_to_near_ties(
    llama_model: LanguageModel,
) -> None:
    assert_same_texts(llama_model, snippets.PYTHON + snippets.JAVA, tie=0.3)


@pytest.mark.parametrize("backend", BACKENDS)
def test_exact_weights_write_the_same_text(backend: str, f32_gguf: Path) -> None:
    model = open_model(backend, f32_gguf)
    assert_same_texts(model, snippets.PYTHON[:6], tie=2e-3)
    model.close()
