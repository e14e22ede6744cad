"""Real Neovim with the plugin, driven by keys, as a user interface that is attached to it."""

from __future__ import annotations

import itertools
import os
import queue
import shutil
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, TypeVar

import msgpack
import pytest

from tests.clients.nvim.screen import Screen
from tests.components import where
from tests.server.lsp.scripted import LIMIT

T = TypeVar("T")

PLUGIN = Path(__file__).parents[3] / "editors" / "nvim"
NEOVIMS = [pytest.param(name, marks=pytest.mark.needs(name)) for name in ("neovim-0.7", "neovim")]
"""The components that are Neovim, as parameters of tests."""

WIDTH, HEIGHT = 90, 24

_GHOST = """
local found = {}
local namespace = vim.api.nvim_get_namespaces().fairlead
for _, mark in ipairs(vim.api.nvim_buf_get_extmarks(0, namespace, 0, -1, { details = true })) do
  local function joined(chunks)
    return table.concat(vim.tbl_map(function(chunk)
      return chunk[2] == 'FairleadRest' and '' or chunk[1]
    end, chunks or {}))
  end
  local lines = vim.tbl_map(joined, mark[4].virt_lines or {})
  table.insert(lines, 1, joined(mark[4].virt_text))
  table.insert(found, { mark[2], mark[3], table.concat(lines, '\\n') })
end
return found
"""


class Neovim:
    """One Neovim, of which the plugin is a package; `init` is its configuration, in Lua."""

    def __init__(
        self,
        component: str,
        folder: Path,
        init: str = "",
        environ: Mapping[str, str] | None = None,
    ) -> None:
        self.screen = Screen()
        self._numbers = itertools.count(1)
        self._answers: dict[int, queue.Queue[tuple[Any, Any]]] = {}
        package = folder / "site" / "pack" / "user" / "start"
        shutil.copytree(PLUGIN, package / "fairlead", dirs_exist_ok=True)
        configuration = folder / "init.lua"
        configuration.write_text(init, encoding="utf-8")
        site = f"set packpath^={folder / 'site'} noswapfile shortmess+=I"
        # Nothing of the user's own settings, and nothing written there.
        homes = {f"XDG_{kind}_HOME": str(folder / kind) for kind in ("CONFIG", "DATA", "STATE")}
        pipe = subprocess.PIPE
        self._process = subprocess.Popen(
            [where(component), "--embed", "--clean", "--cmd", site, "-u", str(configuration)],
            env={**os.environ, **homes, "HOME": str(folder), **(environ or {})},
            stdin=pipe,
            stdout=pipe,
            cwd=folder,
        )
        # A daemon: an editor that does not end must not keep the tests from ending.
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def __enter__(self) -> Neovim:
        try:
            self.request("nvim_ui_attach", WIDTH, HEIGHT, {"ext_linegrid": True, "rgb": True})
            self.wait(lambda: self.lua("return vim.v.vim_did_enter") == 1)
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
            if error is None:
                # Not as a request, which the end would leave without an answer.
                self._send([2, "nvim_input", ["<C-\\><C-n>:qall!<CR>"]])
                self._process.wait(LIMIT)
        finally:
            self._end()

    def _end(self) -> None:
        self._process.kill()
        self._process.wait()
        self._reader.join(LIMIT)
        for stream in (self._process.stdin, self._process.stdout):
            assert stream is not None
            stream.close()

    def request(self, method: str, *arguments: Any) -> Any:
        """Return what a function of Neovim's interface returns."""
        number = next(self._numbers)
        answer = self._answers[number] = queue.Queue()
        self._send([0, number, method, arguments])
        error, result = answer.get(timeout=LIMIT)
        assert error is None, error
        return result

    def lua(self, code: str, *arguments: Any) -> Any:
        """Return what Lua code returns, to which `arguments` are ``...``."""
        return self.request("nvim_exec_lua", code, list(arguments))

    def command(self, command: str) -> None:
        self.request("nvim_command", command)

    def type(self, keys: str) -> None:
        """Press keys, which have names like ``<Tab>``; does not wait for what they do."""
        assert self.request("nvim_input", keys) == len(keys.encode())

    def wait(self, condition: Callable[[], T]) -> T:
        """Wait until `condition` returns something; return that."""
        end = time.monotonic() + LIMIT
        while not (found := condition()):
            assert time.monotonic() < end, self.describe()
            time.sleep(0.01)
        return found

    def ghost(self) -> list[list[Any]]:
        """Return the ghost text: row, column in bytes, and text of each piece."""
        return list(self.lua(_GHOST))

    def until_ghost(self) -> str:
        """Wait for ghost text; return all of it."""
        return "".join(text for _, _, text in self.wait(self.ghost))

    def until_shown(self, *wanted: str) -> None:
        """Wait until the screen has lines that end with each of `wanted`, in this order."""
        self.wait(lambda: _in_order(wanted, self.screen.lines()))

    def text(self) -> list[str]:
        """Return the lines of the buffer."""
        return list(self.request("nvim_buf_get_lines", 0, 0, -1, True))

    def cursor(self) -> tuple[int, int]:
        """Return the row, counted from 1, and the column in bytes."""
        row, column = self.request("nvim_win_get_cursor", 0)
        return row, column

    def messages(self) -> str:
        return str(self.request("nvim_exec", "messages", True))

    def describe(self) -> str:
        """Return what there is to see, for people who look for a fault."""
        log = self.lua("return require('fairlead.log').lines()")
        return "\n".join([*self.screen.lines(), "messages:", self.messages(), "log:", *log])

    def _send(self, message: Sequence[Any]) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(msgpack.packb(message))
        self._process.stdin.flush()

    def _read(self) -> None:
        assert self._process.stdout is not None
        unpacker = msgpack.Unpacker(ext_hook=lambda code, data: data, unicode_errors="replace")
        while chunk := os.read(self._process.stdout.fileno(), 1 << 16):
            unpacker.feed(chunk)
            for kind, *rest in unpacker:
                if kind == 1:
                    number, error, result = rest
                    self._answers.pop(number).put((error, result))
                elif kind == 2 and rest[0] == "redraw":
                    self.screen.take(rest[1])


def _in_order(wanted: Sequence[str], lines: Sequence[str]) -> bool:
    """Tell whether `lines` has some that end like `wanted`, in this order."""
    rest = iter(lines)
    return all(any(line.endswith(text) for line in rest) for text in wanted)
