"""What the user is told, and how much of that is remembered."""

from __future__ import annotations

from pathlib import Path

import pytest

from fairlead_server.lsp.state import MOST_REMARKS, State
from fairlead_server.settings import Options


def test_remarks_are_made_once_and_the_last_ones_remembered() -> None:
    state = State(Options())
    assert [state.is_news("a"), state.is_news("a")] == [True, False]
    assert all(state.is_news(str(i)) for i in range(MOST_REMARKS - 1))
    assert not state.is_news("a")
    assert all(state.is_news(f"file {i}") for i in range(10 * MOST_REMARKS))
    assert len(state.remarks) == MOST_REMARKS


def test_complaints_are_made_once_until_there_is_no_reason_for_them(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = tmp_path / "config.toml"
    monkeypatch.setenv("FAIRLEAD_CONFIG", str(file))
    state = State(Options())
    found = []
    for text in ("a = 1", "a = 1\nbb = 2", "ccc = 3", "a = 1"):
        file.write_text(text)
        found.append([line.split("'")[1] for line in state.complaints()])
    assert found == [["a"], ["bb"], ["ccc"], ["a"]]
    assert list(state.complaints()) == []
