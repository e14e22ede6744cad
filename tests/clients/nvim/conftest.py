"""Neovim with a scripted server: one for all tests of a module, each with files of its own."""

from __future__ import annotations

import itertools
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.clients.nvim.editor import NEOVIMS, Neovim

_HAS_CLIENT = "return require('fairlead.rpc').client(vim.api.nvim_get_current_buf()) ~= nil"
SERVER = Path(__file__).parent / "scripted_server.py"


def setup(command: Sequence[str], more: str = "") -> str:
    """Return a configuration that has `command` as the server; `more` are other options, in Lua."""
    words = ", ".join(json.dumps(str(word)) for word in command)
    return f"require('fairlead').setup({{ cmd = {{ {words} }}, {more} }})\n"


@dataclass
class Scripted:
    """An editor with the scripted server."""

    editor: Neovim
    folder: Path
    version: str
    _files: Iterator[int] = field(default_factory=itertools.count)

    def open(self, text: str = "", suggestions: Any = None, **script: Any) -> Path:
        """Open a new file that holds `text`, with the cursor behind it, and be about to write.

        The script has `suggestions`; texts stand for items that insert them.
        """
        items = {
            line: [{"text": one} if isinstance(one, str) else one for one in some]
            for line, some in (suggestions or {}).items()
        }
        self.write(suggestions=items, **script)
        path = self.folder / f"file{next(self._files)}.py"
        path.write_bytes(text.encode())
        self.editor.type("<C-\\><C-n>")
        self.editor.command("silent! only! | edit! " + str(path))
        self.editor.wait(lambda: self.editor.lua(_HAS_CLIENT))
        self.editor.type("GA")
        self.editor.wait(lambda: self.editor.request("nvim_get_mode")["mode"] == "i")
        return path

    def write(self, **script: Any) -> None:
        """Let the server follow another script."""
        new = self.folder / "script.new"
        new.write_text(json.dumps(script), encoding="utf-8")
        new.replace(self.folder / "script.json")

    def received(self, method: str) -> list[Mapping[str, Any]]:
        """Return the messages called `method` that the server got so far."""
        return [message for message in self.messages() if message.get("method") == method]

    def messages(self) -> list[Mapping[str, Any]]:
        """Return all that the server got so far."""
        record = self.folder / "record.jsonl"
        text = record.read_text(encoding="utf-8") if record.exists() else ""
        # Of the last line there may be only a part yet.
        return [json.loads(line) for line in text.split("\n")[:-1]]


def start(version: str, folder: Path, more: str = "", **script: Any) -> Scripted:
    """Return an editor that is yet to be entered, with the scripted server."""
    command = [
        sys.executable,
        str(SERVER),
        str(folder / "script.json"),
        str(folder / "record.jsonl"),
    ]
    scripted = Scripted(Neovim(version, folder, setup(command, more)), folder, version)
    scripted.write(**script)
    return scripted


@pytest.fixture(scope="module", params=NEOVIMS)
def version(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def scripted(version: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scripted]:
    found = start(version, tmp_path_factory.mktemp("scripted"))
    with found.editor:
        yield found
