"""Vim with ALE as docs/editors.md has it set up, in a terminal, with the server as it ships."""

from __future__ import annotations

import contextlib
import json
import os
import pty
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, TypeVar

import pytest

from tests.clients.recipes.document import BERTH, environment, project, recipe
from tests.components import where
from tests.server.lsp.scripted import LIMIT

pytestmark = [pytest.mark.needs("llama"), pytest.mark.needs("vim")]

T = TypeVar("T")

WATCH = Path(__file__).parent / "watch.vim"


class Vim:
    """A Vim that is typed at; `shown` is all that it wrote to its terminal."""

    def __init__(self, folder: Path, file: Path) -> None:
        self.shown = b""
        self._last: dict[str, Any] = {"text": [], "menu": [], "mode": ""}
        self._state = folder / "state.json"
        self._terminal, inside = pty.openpty()
        [text] = recipe("Vim", "vim")
        (folder / "vimrc").write_text(text)
        own = {"STATE": str(self._state), "TERM": "xterm"}
        self._process = subprocess.Popen(
            [where("vim"), *["-N", "-n", "-i", "NONE", "-u"], folder / "vimrc", "-S", WATCH, file],
            env={**environment(folder), **own},
            cwd=folder,
            stdin=inside,
            stdout=inside,
            stderr=inside,
            start_new_session=True,
        )
        os.close(inside)
        # A daemon: an editor that does not end must not keep the tests from ending.
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def __enter__(self) -> Vim:
        try:
            self.wait(self._state.exists)
        except BaseException:
            self._end()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        try:
            self.type("\x1b\x1b:qall!\r")
            self._process.wait(LIMIT)
        finally:
            self._end()

    def _end(self) -> None:
        self._process.kill()
        self._process.wait()
        self._reader.join(LIMIT)
        os.close(self._terminal)

    def type(self, keys: str) -> None:
        os.write(self._terminal, keys.encode())

    def state(self) -> dict[str, Any]:
        """Return the lines of the buffer, the words in the menu, and the mode."""
        # Vim takes the old file away before it puts the new one there.
        with contextlib.suppress(FileNotFoundError):
            self._last = json.loads(self._state.read_text(encoding="utf-8"))
        return self._last

    def wait(self, condition: Callable[[], T]) -> T:
        """Wait until `condition` returns something; return that."""
        end = time.monotonic() + LIMIT
        while not (found := condition()):
            assert time.monotonic() < end, self.shown[-3000:].decode(errors="replace")
            time.sleep(0.05)
        return found

    def _read(self) -> None:
        # A terminal that nobody writes to any more cannot be read.
        try:
            while data := os.read(self._terminal, 1 << 16):
                self.shown += data
        except OSError:
            pass


@pytest.fixture
def vim(tmp_path: Path) -> Iterator[Vim]:
    office = project(tmp_path) / "harbour" / "office.py"
    office.write_text(
        "from harbour.berths import Berth\n\n\n"
        "def leave(berth: Berth) -> None:\n    vessel = berth.occupant\n",
        encoding="utf-8",
    )
    with Vim(tmp_path, office) as vim:
        yield vim


def test_members_are_listed_while_one_types(vim: Vim) -> None:
    vim.type("Goberth.")
    menu = set(vim.wait(lambda: vim.state()["menu"]))
    # Vim puts the indentation there.
    assert vim.state()["text"][-1] == "    berth."
    assert {word for word in menu if not word.startswith("_")} == BERTH
    vim.type("cast")
    vim.wait(lambda: vim.state()["text"][-1] == "    berth.cast")
    vim.type("\x0e")
    vim.wait(lambda: vim.state()["text"][-1] == "    berth.cast_off")
