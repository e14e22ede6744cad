"""The lexer against the parsers of tree-sitter, on texts that try to mislead it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.monitors.clike.grammars import GRAMMARS, lexed, parsed

FIXTURES = Path(__file__).parents[2] / "fixtures" / "clike"


@pytest.mark.parametrize("ending", GRAMMARS)
def test_nasty_texts(ending: str) -> None:
    data = (FIXTURES / f"nasty.{ending}").read_bytes()
    expected, found = parsed(ending, data), lexed(ending, data)
    assert len(expected) > 70
    assert [piece for piece in found if piece not in expected] == []
    assert [piece for piece in expected if piece not in found] == []
