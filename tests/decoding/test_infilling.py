"""Texts for a hole are judged together with what follows it, by a model from left to right."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from fairlead_decoding.complete import Decoder
from fairlead_decoding.infilling import WINDOW, Filling, likeliest
from fairlead_decoding.prompt_cache import PromptCache
from tests.decoding.fakes import ScriptedModel, reading

BEFORE = "x = box"


def reader(lines: Mapping[str, float]) -> ScriptedModel:
    return reading(BEFORE, lines)


NAMES = ("height", "get_line", "clear")


@pytest.mark.parametrize(
    ("lines", "rest", "written", "expected"),
    [
        # The likelier name reads worse with what follows.
        ({".height * 2\n": -1, ".get_line()\n": -2}, "()\n", None, "get_line"),
        ({".height * 2\n": -1, ".get_line()\n": -2}, " * 2\n", None, "height"),
        # What was written is more than a name, and fits as well as names do.
        ({".clear().rows()\n": -1, ".get_line()\n": -2}, "()\n", "clear().rows", "clear().rows"),
        ({".clear().rows()\n": -2, ".get_line()\n": -1}, "()\n", "clear().rows", "get_line"),
    ],
)
def test_the_likeliest_is_that_which_reads_best_with_what_follows(
    lines: Mapping[str, float], rest: str, written: str | None, expected: str
) -> None:
    model = reader(lines)
    cache = PromptCache(model)
    others = () if written is None else (Filling(written, rest),)
    found = likeliest(cache, BEFORE + ".", NAMES, rest, others)
    assert found == [Filling(expected, rest)]
    cache.close()
    assert model.open_sessions == 0


def test_a_name_that_is_typed_in_part_is_gone_on_with() -> None:
    cache = PromptCache(reader({".get_line()\n": -1, ".get_name()\n": -2}))
    found = likeliest(cache, f"{BEFORE}.get_", ("line", "name"), "()\n")
    assert found == [Filling("line", "()\n")]
    cache.close()


def test_nothing_is_chosen_without_names_after_a_cancel_and_past_the_deadline() -> None:
    cache = PromptCache(reader({".height\n": -1}))
    assert likeliest(cache, f"{BEFORE}.", (), "\n") == []
    assert likeliest(cache, f"{BEFORE}.", NAMES, "()\n", cancelled=lambda: True) == []
    assert likeliest(cache, f"{BEFORE}.", NAMES, "()\n", deadline=-1.0) == []
    cache.close()


def test_a_short_piece_of_what_stands_before_is_looked_at() -> None:
    model = reader({".height\n": -1, ".clear\n": -2})
    cache = PromptCache(model)
    before = "y = 1\n" * 1000 + BEFORE
    assert likeliest(cache, f"{before}.", NAMES, "\n") == [Filling("height", "\n")]
    assert cache.evaluated <= WINDOW
    cache.close()


def test_the_prompts_of_writing_stay_where_they_are() -> None:
    model = reader({".height\n": -1})
    decoder = Decoder(model)
    decoder.prompts.prefill(model.encode("# another prompt"))
    decoder.likeliest(f"{BEFORE}.", NAMES, "\n")
    before = decoder.prompts.evaluated
    decoder.prompts.prefill(model.encode("# another prompt"))
    assert decoder.prompts.evaluated - before == 1
    decoder.close()
    assert model.open_sessions == 0
