"""What ``fairlead eval model`` measures with: places in code, counted n-grams, bits."""

from __future__ import annotations

import math
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from fairlead_server.document import DocumentSnapshot
from fairlead_server.errors import UserError
from fairlead_server.evaluation.model import ngrams
from fairlead_server.evaluation.model.bits import model_bits, windows
from fairlead_server.evaluation.model.completions import identifier, line
from fairlead_server.evaluation.model.places import (
    HeldOut,
    Place,
    counted_member,
    line_ends,
    members,
    read_held_out,
)
from fairlead_server.evaluation.model.verbatim import recited
from tests.decoding.fakes import BYTES, ScriptedModel
from tests.server.training.packages import java_text, python_text

PYTHON = (
    "import os.path\n"
    "# here.neither\n"
    "class Shop:\n"
    '    """A shop.\n'
    "    It is self.described here.\n"
    '    """\n'
    "    def open(self):\n"
    "        # self.remark here\n"
    "        self.doors.unlock()\n"
    "        return self.doors\n"
)


def held_out(text: str, name: str = "a.py", language: str = "python") -> HeldOut:
    return HeldOut(Path("package"), DocumentSnapshot(name, text, language))


def test_members_are_those_of_code() -> None:
    found = members([held_out(PYTHON)], 3, seed=1)
    assert {place.wanted for place in found} == {"doors", "unlock"}
    for place in found:
        own = place.file.document.text
        assert own[place.offset - 1] == "."
        assert own[place.offset :].startswith(place.wanted)
        assert place.document.text == own[: place.offset] + own[place.resume :]


def test_line_ends() -> None:
    found = line_ends([held_out(PYTHON)], 30, seed=1)
    assert len(found) > 15
    for place in found:
        assert "\n" not in place.wanted and place.wanted
        assert place.document.text[place.offset] == "\n"
        assert not place.before.rpartition("\n")[2].strip().startswith(("#", "import", '"""'))


def test_places_are_drawn_again_alike() -> None:
    files = [held_out(python_text("a")), held_out(java_text("b"), "B.java", "java")]
    assert members(files, 9, seed=1) == members(files, 9, seed=1) != members(files, 9, seed=2)
    assert members([held_out("x = 1\n")], 5, seed=0) == []


@pytest.mark.parametrize(
    ("before", "wanted"),
    [
        ("a.x\nb.y\nb.y\na.", "x"),
        ("a.x\na.y\na.y\na.", "y"),
        ("a.x\na.y\na.", "y"),
        ("b.y\na.", "y"),
        ("a.", ""),
        ("f(1).z\ng(2).", "z"),
    ],
)
def test_counting_members(before: str, wanted: str) -> None:
    place = Place(held_out(before), len(before), "?", len(before))
    assert counted_member(place) == wanted


@pytest.mark.parametrize(
    ("text", "name", "first"), [("ab_1(c)\nd", "ab_1", "ab_1(c)"), ("(", "", "("), ("", "", "")]
)
def test_what_is_compared(text: str, name: str, first: str) -> None:
    assert (identifier(text), line(text)) == (name, first)


def naive(corpus: list[int], text: list[int], vocabulary: int) -> list[float]:
    """Return the probabilities of the n-gram model without its cache, from its definition."""
    found = []
    for place, token in enumerate(text):
        probability = 1 / vocabulary
        for size in range(min(ngrams.ORDER, place + 1)):
            context = text[place - size : place]
            after = Counter(
                corpus[i + size]
                for i in range(len(corpus) - size)
                if corpus[i : i + size] == context
            )
            if after:
                kinds = len(after)
                probability = (after[token] + kinds * probability) / (after.total() + kinds)
        found.append(probability)
    return found


def test_ngrams_equal_their_definition() -> None:
    rng = np.random.default_rng(0)
    corpus, text = rng.integers(0, 6, 300), rng.integers(0, 8, 60)
    counted = ngrams.NGrams([corpus[:100], corpus[100:]], [text], 8)
    static = naive(corpus.tolist(), text.tolist(), 8)
    cached = ngrams._cached(text, 8)
    found = counted.probabilities(text)
    np.testing.assert_allclose(found, 0.7 * np.array(static) + 0.3 * cached, rtol=1e-9)
    assert counted.bits(text) == pytest.approx(-np.log2(found).sum())


@pytest.mark.parametrize("seen", [[], [1], [1, 2, 1, 2, 1]])
def test_probabilities_sum_to_one(seen: list[int]) -> None:
    texts = [np.array([*seen, token]) for token in range(5)]
    counted = ngrams.NGrams([np.array([1, 2, 3, 1, 2, 4])], texts, 5)
    total = sum(counted.probabilities(text)[-1] for text in texts)
    assert total == pytest.approx(1)


def test_what_was_said_is_expected_again() -> None:
    ids = np.array([3, 1, 4, 1, 5, 9, 2, 6] * 6)
    counted = ngrams.NGrams([], [ids], 10)
    found = counted.probabilities(ids)
    assert found[-8:].min() > 0.2 > found[:8].max()


def test_bits_of_a_model_that_knows_nothing() -> None:
    model = ScriptedModel(BYTES, lambda _: np.zeros(len(BYTES), np.float32))
    files = [held_out("some text, and more of it\n" * 20)]
    drawn = windows(model, files, 100, 3, seed=0)
    assert [window.bytes for window in drawn] == [100, 100, 100]
    assert model_bits(model, drawn[0]) == pytest.approx(100 * math.log2(len(BYTES)))


def test_recited_passages() -> None:
    known, own = python_text("known"), python_text("own")
    mixed = known[:400] + own[:400]
    found = recited([known, own, mixed, "x = 1\n"], [known + "\n", "y = 2\n"])
    assert found[0][0] == found[0][1] > 10
    assert found[1][0] == 0 < found[1][1]
    assert 0 < found[2][0] < found[2][1]
    assert found[3] == (0, 0)


def test_held_out_packages(tmp_path: Path) -> None:
    for name, text in {
        "p/a.py": python_text("a"),
        "q/B.java": java_text("b"),
        "q/c.py": "x\n",
    }.items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    found = read_held_out(tmp_path)
    assert [(f.folder.name, f.document.language) for f in found] == [("p", "python"), ("q", "java")]
    with pytest.raises(UserError, match="fairlead model data"):
        read_held_out(tmp_path / "absent")


def test_held_out_packages_are_named_by_whole_paths(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Engines take any other path for one in the project, and find nothing there.
    (tmp_path / "held-out" / "p").mkdir(parents=True)
    (tmp_path / "held-out" / "p" / "a.py").write_text(python_text("a"))
    monkeypatch.chdir(tmp_path)
    (found,) = read_held_out(Path("held-out"))
    assert found.folder == tmp_path / "held-out" / "p"
    assert found.document.path == str(found.folder / "a.py")
