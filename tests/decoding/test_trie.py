from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairlead_decoding.model import Vocabulary
from fairlead_decoding.trie import Ids, TokenTrie
from tests.decoding.fakes import OneOfConstraint, words

ALPHABET = st.binary(max_size=5).map(lambda b: bytes(x % 5 + 0xFC & 0xFF or 0x61 for x in b))
TOKENS = st.lists(ALPHABET, min_size=1, max_size=60)


class Names(OneOfConstraint):
    continues = frozenset(b"abcdefghijklmnopqrstuvwxyz_")


def trie(*texts: str) -> TokenTrie:
    return TokenTrie(words(*texts))


def texts(of: TokenTrie, ids: Ids) -> set[bytes]:
    return {of.vocabulary.tokens[i] for i in ids}


@given(TOKENS, ALPHABET)
def test_subtree_equals_a_scan_of_the_vocabulary(tokens: list[bytes], prefix: bytes) -> None:
    found = TokenTrie(Vocabulary(tuple(tokens), frozenset())).subtree(prefix)
    assert sorted(found) == [i for i, t in enumerate(tokens) if t and t.startswith(prefix)]


@given(TOKENS, ALPHABET)
def test_healing_equals_a_scan_of_the_vocabulary(tokens: list[bytes], prefix: bytes) -> None:
    found = TokenTrie(Vocabulary(tuple(tokens), frozenset())).healing(prefix)
    wanted = [
        i for i, t in enumerate(tokens) if t and (t.startswith(prefix) or prefix.startswith(t))
    ]
    assert sorted(found) == wanted


@pytest.mark.parametrize(
    ("heal", "typed", "allowed"),
    [
        ("", "", {b"a", b"app", b"append", b"append(", b"c", b"copy"}),
        ("", "app", {b"e"}),
        (".", "", {b".", b".append", b".append()"}),
        (".ap", "ap", {b".", b".append", b".append()"}),
        ("", "append", "every byte that ends the name"),
    ],
)
def test_constrained(heal: str, typed: str, allowed: set[bytes] | str) -> None:
    tokens = trie("app", "append", "append(", "append_all", "copy", ".append", ".append()", ".pop")
    names = Names(frozenset({b"append", b"copy"}), typed.encode())
    found = texts(tokens, tokens.constrained(heal.encode(), names))
    if isinstance(allowed, str):
        assert found >= {b"(", b" ", b"\n"} and not found & {b"a", b"_", b"append"}
    else:
        assert found == allowed


def test_the_same_bytes_under_two_ids_are_both_found() -> None:
    tokens = trie("pop", "pop")
    assert len(tokens.constrained(b"", Names(frozenset({b"pop"}), b""))) == 3  # and the byte p
