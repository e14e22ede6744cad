"""Where holes end, and what breaking a line makes of it."""

from __future__ import annotations

import random
import re

import pytest

from fairlead_server.training.holes import SKILLS, STABLE, Example, with_hole
from fairlead_server.training.skills import repair
from fairlead_server.training.tokenizer import FIX
from tests.server.training.packages import java_text, python_text

TEXT = python_text("name", 12)


def holes(kind: str, text: str = TEXT) -> list[Example]:
    rng = random.Random(1)
    return [e for e in (with_hole(text, {kind: 1.0}, rng) for _ in range(200)) if e.suffix]


@pytest.mark.parametrize(
    ("kind", "before", "after"),
    [
        ("line", r".*\S\Z", r"[ \t]*\n"),
        ("lines", r".*\n\Z", r"[ \t]*\S"),
        ("member", r".*\.\w+\Z", r"\W"),
        ("name", r".*\w+\Z", r"\W"),
        ("bracket", r".*[\w\"')\]]\Z", r"[)\]]"),
        ("any", r"", r""),
    ],
)
def test_a_hole_ends_where_its_kind_says(kind: str, before: str, after: str) -> None:
    found = holes(kind)
    assert len({example.text for example in found}) > 4
    for example in found:
        assert example.suffix is not None
        assert example.text + example.suffix == TEXT
        assert re.match(before, example.text, re.DOTALL)
        assert re.match(after, example.suffix, re.DOTALL)
        assert len(example.text) >= len(TEXT) // 3


@pytest.mark.parametrize("text", ["", "x", "x = 1\n", "\n\n\n", "....", "((((", "a.b"])
@pytest.mark.parametrize("kind", sorted(STABLE))
def test_texts_without_a_place_have_no_hole(text: str, kind: str) -> None:
    example = with_hole(text, {kind: 1.0}, random.Random(0))
    assert example.text + (example.suffix or "") == text
    if kind != "any":
        assert example.suffix is None


def test_shares_of_kinds_sum_to_one() -> None:
    for ends in (STABLE, SKILLS):
        assert sum(ends.values()) == pytest.approx(1)


@pytest.mark.parametrize("text", [python_text("a"), java_text("b")])
def test_a_broken_line_is_shown_and_the_right_one_is_the_hole(text: str) -> None:
    rng = random.Random(2)
    found = [e for e in (repair(text, rng) for _ in range(100)) if e]
    assert len(found) > 30
    for example in found:
        assert example.suffix is not None
        assert example.text + example.suffix == text
        assert example.heading_token == FIX
        line = example.text.rpartition("\n")[2].strip()
        broken = example.heading.removesuffix("\n")
        assert "\n" not in broken and broken != line
    assert len({example.heading for example in found}) > 10


def test_nothing_to_break() -> None:
    assert repair("# only\n# remarks\n# are here\n", random.Random(0)) is None
