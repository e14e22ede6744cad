from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairlead_decoding.model import Vocabulary
from fairlead_decoding.trie import Ids, TokenTrie
from tests.decoding.fakes import words

# Few letters, so that strings have much in common; the least and the greatest byte; strings that
# end before, at and after the words of eight bytes that are compared at once.
LETTERS = b"ab_.(\x00\xff"
STRINGS = st.one_of(
    st.binary(max_size=5).map(lambda b: bytes(LETTERS[x % len(LETTERS)] for x in b)),
    st.builds(
        lambda n, tail: b"a" * n + bytes(LETTERS[x % len(LETTERS)] for x in tail),
        st.sampled_from([5, 6, 7, 8, 13, 14, 15, 16, 22]),
        st.binary(max_size=4),
    ),
)
TOKENS = st.lists(STRINGS, min_size=1, max_size=60)
IDENTIFIER = frozenset(b"abcdefghijklmnopqrstuvwxyz_\xff")


@dataclass(frozen=True)
class Names:
    names: frozenset[bytes]
    typed: bytes = b""
    continues: frozenset[int] = IDENTIFIER


def trie(*texts: str) -> TokenTrie:
    return TokenTrie(words(*texts))


def texts(of: TokenTrie, ids: Ids) -> set[bytes]:
    return {of.vocabulary.tokens[i] for i in ids}


@given(TOKENS, STRINGS)
def test_subtree_equals_a_scan_of_the_vocabulary(tokens: list[bytes], prefix: bytes) -> None:
    found = TokenTrie(Vocabulary(tuple(tokens), frozenset())).subtree(prefix)
    assert sorted(found) == [i for i, t in enumerate(tokens) if t and t.startswith(prefix)]


@given(TOKENS, STRINGS)
def test_healing_equals_a_scan_of_the_vocabulary(tokens: list[bytes], prefix: bytes) -> None:
    found = TokenTrie(Vocabulary(tuple(tokens), frozenset())).healing(prefix)
    wanted = [
        i for i, t in enumerate(tokens) if t and (t.startswith(prefix) or prefix.startswith(t))
    ]
    assert found.tolist() == wanted


def fits(token: bytes, wanted: bytes, continues: frozenset[int]) -> bool:
    if len(token) <= len(wanted):
        return wanted.startswith(token)
    return token.startswith(wanted) and token[len(wanted)] not in continues


@given(
    TOKENS,
    st.frozensets(STRINGS, min_size=1, max_size=12),
    st.integers(0, 24),
    STRINGS,
    st.sampled_from([IDENTIFIER, frozenset(), frozenset(range(256))]),
)
def test_constrained_equals_a_scan_of_the_vocabulary(
    tokens: list[bytes],
    names: frozenset[bytes],
    typed: int,
    heal: bytes,
    continues: frozenset[int],
) -> None:
    # Names that are tokens, or nearly, meet the limits more often.
    names |= {text + b"a" for text in tokens[:5]} | set(tokens[5:10])
    given = Names(names, max(names)[:typed], continues)
    rests = [name[len(given.typed) :] for name in names if name.startswith(given.typed)]
    wanted = [heal + rest for rest in rests if heal or rest]
    tree, longer = TokenTrie(Vocabulary(tuple(tokens), frozenset())), list[int]()
    for i, token in enumerate(tokens):
        if token and any(fits(token, w, continues) for w in wanted):
            longer.append(i)
    assert tree.constrained(heal, given).tolist() == longer
    scores = tree.after_name(given, np.zeros(len(tokens), np.float32))
    after = {i for i, t in enumerate(tokens) if t and t[0] not in continues}
    assert set(np.flatnonzero(scores == 0).tolist()) == after | {
        i for i, t in enumerate(tokens) if t and any(fits(t, r, continues) for r in rests if r)
    }


@pytest.mark.parametrize(
    ("heal", "typed", "allowed"),
    [
        ("", "", {b"a", b"app", b"append", b"append(", b"c", b"copy"}),
        ("", "app", {b"e"}),
        (".", "", {b".", b".append", b".append()"}),
        (".ap", "ap", {b".", b".append", b".append()"}),
        ("", "append", set()),
    ],
)
def test_constrained(heal: str, typed: str, allowed: set[bytes]) -> None:
    tokens = trie("app", "append", "append(", "append_all", "copy", ".append", ".append()", ".pop")
    names = Names(frozenset({b"append", b"copy"}), typed.encode())
    assert texts(tokens, tokens.constrained(heal.encode(), names)) == allowed


def test_the_same_bytes_under_several_ids_are_all_found() -> None:
    tokens = trie("pop", "pop", "pop")
    assert len(tokens.constrained(b"", Names(frozenset({b"pop"})))) == 4  # and the byte p


def test_what_ends_a_name_is_part_of_the_question() -> None:
    tokens, names = trie("pop(", "pop!"), frozenset({b"pop"})
    for continues, found in ((b"(", {b"pop!"}), (b"!", {b"pop("}), (b"(!", set())):
        ids = tokens.constrained(b"", Names(names, b"", frozenset(continues)))
        assert texts(tokens, ids) - {b"p"} == found
