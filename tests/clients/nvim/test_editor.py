"""An editor that does not answer is ended, and keeps no test from ending."""

from __future__ import annotations

import queue
import subprocess
import threading
from pathlib import Path

import pytest

from tests.clients.nvim import editor
from tests.clients.nvim.editor import NEOVIMS, Neovim

STUCK = "while true do vim.loop.sleep(10) end"


@pytest.mark.parametrize("version", NEOVIMS)
def test_one_that_does_not_start(
    version: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    threads = set(threading.enumerate())
    stuck = Neovim(version, tmp_path, STUCK)
    monkeypatch.setattr(editor, "LIMIT", 1.0)
    with pytest.raises(queue.Empty):
        stuck.__enter__()
    assert set(threading.enumerate()) <= threads


@pytest.mark.parametrize("version", NEOVIMS)
def test_one_that_does_not_end(
    version: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    threads = set(threading.enumerate())
    with pytest.raises(subprocess.TimeoutExpired), Neovim(version, tmp_path) as stuck:
        stuck.command(f"autocmd VimLeavePre * lua {STUCK}")
        monkeypatch.setattr(editor, "LIMIT", 1.0)
    assert set(threading.enumerate()) <= threads
