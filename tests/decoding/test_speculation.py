"""Drafted tokens: what is guessed, whether it pays, and that it changes nothing but the speed."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairlead_decoding.drafts import Draft, Guess, expected, guesses, looked_up
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
from fairlead_decoding.trie import Ids, trie_of
from fairlead_decoding.types import GenerationConfig
from tests.decoding import snippets
from tests.decoding.fakes import BYTES, END, OneOf, OneOfConstraint, ScriptedModel, words, writes
from tests.decoding.test_backends import BACKENDS, open_model


@pytest.mark.parametrize(
    ("text", "longest", "draft", "kind"),
    [
        ("abcde abc", 4, "de a", "match of 3"),
        ("abcde abc", 1, "d", "match of 3"),
        ("ax bx cx dx", 3, " dx", "match of 1"),  # the last of equally good places
        ("axy bxz ax", 3, "y b", "match of 2"),  # a longer match before a later one
        ("abababab", 9, "ab", "match of 6"),  # overlapping itself, up to the text's end
        ("0123456789 56789", 2, " 5", "match of 5"),
        ("0123456789 3456789", 2, " 3", "match of 6"),  # no more are compared
        ("abc", 4, None, ""),
        ("a", 4, None, ""),
        ("a\udc80", 4, None, ""),
    ],
)
def test_prompt_lookup(text: str, longest: int, draft: str | None, kind: str) -> None:
    found = looked_up(np.array([*text.encode(errors="surrogateescape")]), BYTES, longest)
    assert found == (Draft(tuple(draft.encode()), kind) if draft is not None else None)


def test_a_draft_ends_before_a_control_token() -> None:
    for text, draft in (
        ([*b"ab", END, *b"xa"], Draft((*b"b",), "match of 1")),
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


@pytest.mark.parametrize(
    ("monitor", "text", "heal", "draft"),
    [
        (Names("apply", "append"), "append ap", "", Draft((*b"pend",), "name")),
        (Names("apply", "append"), "append ap", "x", Draft((*b"pend ap",), "match of 2")),
        (Names("apply", "pop"), "append ap", "", Draft((*b"ply",), "name")),
        (Names("append", "apply"), "append.", "", None),
        (Names("other", "oh"), "other ap", "", Draft((*b"pend",), "name")),
        (Unguided(), "append ap", "", Draft((*b"pend ap",), "match of 2")),
    ],
)
def test_a_name_the_monitor_knows_goes_before_prompt_lookup(
    monitor: Monitor, text: str, heal: str, draft: Draft | None
) -> None:
    model = writes("")
    if isinstance(monitor, Names):
        monitor.text = text.rsplit(" ", 1)[-1].encode() if " " in text else b""
        if "other" in text:
            monitor = Names("append", "other")
            monitor.text = b"ap"
    matcher = Matcher(trie_of(BYTES), monitor, heal.encode())
    assert guesses(model, matcher, LONGEST)(np.array([*text.encode()])) == draft
