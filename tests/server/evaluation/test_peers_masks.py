"""Masks of fairlead and of others: what they admit, and how they are compared and timed.

Libraries that are not installed are not tested: `PEERS` holds those that are, fairlead first.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from fairlead_decoding.model import LanguageModel
from fairlead_server.evaluation import figures as figures_module
from fairlead_server.evaluation.peers import maskers, masks
from fairlead_server.evaluation.peers.maskers import MASKERS, OWN, Bits, Spelling
from fairlead_server.evaluation.peers.masks import Agreement, Sizes
from tests.decoding.fakes import END, ScriptedModel, words

PEERS = list(maskers.installed(lambda remark: None))
VOCABULARY = words("lo", "load", "load_", "_x", "ad(", "x\n", "(", "(a", "()", "pop", "op", ".y")
LISTED = ["load", "load_x", "pop"]
SIZES = Sizes((3,), 2, 2, 60, 1 << 8)


def model() -> LanguageModel:
    return ScriptedModel(VOCABULARY, lambda text: {})


def brute_force(typed: str) -> set[int]:
    """Return the tokens after which a text can still be one that `maskers.pattern` means."""
    whole = re.compile(maskers.pattern(LISTED))
    starts = {name[:end] for name in LISTED for end in range(len(name) + 1)}
    found = {END} if whole.fullmatch(typed) else set()
    for token, text in enumerate(VOCABULARY.tokens):
        if text and text[-1] < 0x80:
            after = typed + text.decode()
            if after in starts or whole.fullmatch(after):
                found.add(token)
    return found


def spelled(peer: str, *typed: str) -> Spelling:
    masker = MASKERS[peer](model())
    spelling = masker.begin(masker.compile(LISTED))
    for text in typed:
        spelling.mask()
        assert spelling.advance(VOCABULARY.tokens.index(text.encode()))
    return spelling


def ids(bits: Bits) -> set[int]:
    return set(np.flatnonzero(bits).tolist())


@pytest.mark.parametrize("peer", PEERS)
@pytest.mark.parametrize(
    "typed", ["", "l", "lo", "lo a d", "load", "load _x", "load_ x", "p", "pop", "p op"]
)
def test_masks_are_those_of_the_same_language(peer: str, typed: str) -> None:
    if (peer, typed) == ("outlines-core", "load_ x"):
        return  # see test_a_byte_behind_a_complete_name
    spelling = spelled(peer, *typed.split())
    spelling.mask()
    found, wanted = ids(spelling.allowed()), brute_force(typed.replace(" ", ""))
    if peer in (OWN, "xgrammar"):
        assert found == wanted
    else:
        assert found and found <= wanted


@pytest.mark.parametrize("peer", PEERS)
def test_a_byte_behind_a_complete_name(peer: str) -> None:
    """It begins the rest of a longer one, which outlines-core rules out."""
    spelling = spelled(peer, "load")
    spelling.mask()
    found = ids(spelling.allowed())
    assert (ord("_") in found) is (peer != "outlines-core")
    assert VOCABULARY.tokens.index(b"_x") in found


@pytest.mark.parametrize("peer", PEERS)
def test_another_token_is_refused_or_not_asked_for(peer: str) -> None:
    spelling = spelled(peer, "lo")
    spelling.mask()
    assert ord("q") not in ids(spelling.allowed())
    if peer != OWN:  # whose matcher trusts its caller
        assert not spelling.advance(ord("q"))


class _Changed:
    """Fairlead's masks with `more` and without `less`; `refused` may not be written."""

    more: Sequence[int] = ()
    less: Sequence[int] = ()
    refused: int | None = None

    def __init__(self, of: LanguageModel) -> None:
        self._own = MASKERS[OWN](of)

    def compile(self, names: Sequence[str]) -> Any:
        return self._own.compile(names)

    def begin(self, compiled: Any) -> Spelling:
        return _ChangedSpelling(self._own.begin(compiled), self)


class _ChangedSpelling:
    def __init__(self, own: Spelling, by: _Changed) -> None:
        self._own, self._by = own, by

    def mask(self) -> None:
        self._own.mask()

    def allowed(self) -> Bits:
        bits = self._own.allowed()
        bits[list(self._by.more)] = True
        bits[list(self._by.less)] = False
        return bits

    def advance(self, token: int) -> bool:
        return token != self._by.refused and self._own.advance(token)


class Twin(_Changed):
    pass


class Wider(_Changed):
    more = (ord("q"),)


class Narrower(_Changed):
    less = tuple(range(len(VOCABULARY)))


class Refusing(_Changed):
    refused = ord("d")


@pytest.mark.parametrize(
    ("other", "narrower", "wider", "masks_of_pop_and_load", "remarks"),
    [
        (Twin, 0, 0, 9, 0),
        (Wider, 0, 9, 9, 9),
        (Narrower, 9, 0, 9, 0),
        (Refusing, 0, 0, 8, 0),  # nothing after "loa", the end of "load" is left out
    ],
)
def test_masks_are_compared(
    other: type[_Changed], narrower: int, wider: int, masks_of_pop_and_load: int, remarks: int
) -> None:
    told: list[str] = []
    of, agreements = model(), {"other": Agreement()}
    both = {OWN: MASKERS[OWN](of), "other": other(of)}
    masks.compare(of, both, ["pop", "load"], agreements, told.append)
    found = agreements["other"]
    assert (sum(found.narrower), sum(found.wider)) == (narrower, wider)
    assert len(found.narrower) == len(found.wider) == masks_of_pop_and_load
    assert len(told) == remarks
    if told:
        assert told[0] == "other admits 'q' after ''"
    figures = found.figures()
    assert figures["equal"].value == pytest.approx(1 - (narrower + wider) / len(found.wider))


def test_figures(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(figures_module, "_RESAMPLES", 20)
    monkeypatch.setitem(MASKERS, "twin", Twin)
    monkeypatch.setitem(MASKERS, "refusing", RefusingAll)
    told: list[str] = []
    figures = masks.compare_masks(model(), [OWN, "twin", "refusing"], SIZES, 1, told.append)
    assert told == ["masks: lists of 3"]
    assert figures["masks.twin.equal"].value == 1
    assert figures["masks.twin.list_ms_p50.3"].n == SIZES.rounds
    assert figures["masks.twin.known_name_ratio.3"].n == SIZES.rounds * SIZES.known
    assert figures["masks.twin.new_name_ratio.3"].low > 0
    assert figures["masks.fairlead.vocabulary_ms"].unit == "ms"
    # What writes no name to its end has no time for one.
    assert "masks.refusing.new_name_ratio.3" not in figures
    assert "masks.refusing.new_name_us_p50.3" not in figures
    assert figures["masks.refusing.list_ms_p50.3"].n == SIZES.rounds


class RefusingAll(_Changed):
    def begin(self, compiled: Any) -> Spelling:
        return _NothingAdmitted(self._own.begin(compiled), self)


class _NothingAdmitted(_ChangedSpelling):
    def advance(self, token: int) -> bool:
        return False


def test_a_library_that_is_slow_leaves_rounds_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(figures_module, "_RESAMPLES", 20)
    monkeypatch.setitem(MASKERS, "twin", Twin)
    monkeypatch.setattr(masks, "_clock", iter(range(10**6)).__next__)
    patient = Sizes((3,), 4, 1, 3, 1)
    figures = masks.compare_masks(model(), [OWN, "twin"], patient, 1, lambda remark: None)
    # Each reading of this clock is a second later, so that a list takes one.
    assert figures["masks.twin.list_ms_p50.3"].n == 3


def test_what_is_not_installed_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def absent(name: str) -> Any:
        raise ImportError(f"No module named {name!r}")

    monkeypatch.setattr(maskers, "import_module", absent)
    told: list[str] = []
    assert list(maskers.installed(told.append)) == [OWN]
    assert [text.partition(" ")[0] for text in told] == [name for name in MASKERS if name != OWN]
    assert all("pip install 'fairlead[peers]'" in text for text in told)


def test_longer_names_come_before_those_that_they_begin_with() -> None:
    assert maskers.pattern(["pop", "load", "load_x"]).startswith("(pop|load_x|load)(")
    assert 'name ::= "load" | "load_x" | "pop"\n' in maskers.ebnf(["pop", "load", "load_x"])
