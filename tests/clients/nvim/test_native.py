"""Handing over to the inline completion that Neovim 0.12 has, with a stand-in for its functions."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.clients.nvim.conftest import Scripted, start

pytestmark = pytest.mark.needs("neovim")

CORE = """
_G.calls = {}
local on = {}
vim.lsp.inline_completion = {
  enable = function(...) table.insert(calls, { 'enable', ... }) on[1] = ... end,
  is_enabled = function() return on[1] end,
  select = function(...) table.insert(calls, { 'select', ... }) end,
  get = function(options)
    if not _G.item then return false end
    local item = vim.deepcopy(_G.item)
    if options and options.on_accept then item = options.on_accept(item) end
    _G.accepted = item
    return true
  end,
}
"""


@pytest.fixture
def handing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scripted]:
    scripted = start("neovim", tmp_path_factory.mktemp("native"))
    init = scripted.folder / "init.lua"
    init.write_text(CORE + init.read_text(encoding="utf-8"), encoding="utf-8")
    with scripted.editor:
        yield scripted


def test_it_is_enabled_for_the_client_alone(handing: Scripted) -> None:
    editor = handing.editor
    handing.open("", {"xs.": ["append(1)"]})
    (name, on, which) = editor.wait(lambda: editor.lua("return calls"))[0]
    assert (name, on) == ("enable", True)
    assert which == {"client_id": editor.lua("return vim.lsp.get_clients()[1].id")}
    editor.type("xs.")
    editor.wait(lambda: editor.text() == ["xs."])
    editor.type("<M-]><M-[>")
    editor.wait(lambda: editor.lua("return #calls") == 3)
    assert editor.lua("return calls")[1:] == [["select", {"count": 1}], ["select", {"count": -1}]]
    assert not handing.received("textDocument/inlineCompletion")


# what is typed, what is suggested in place of that, the key, and what is accepted
ACCEPTED = [
    ("xs.", "append(1)", "<Tab>", "append(1)"),
    ("xs.", "append(1)", "<M-Right>", "append"),
    ("xs.ap", "append(1)", "<M-Right>", "append"),
    ("xs.append", "append(1)", "<M-Right>", "append("),
    ("if x", ":\n    y\n    z", "<M-C-Right>", ":"),
]


@pytest.mark.parametrize(("typed", "text", "key", "expected"), ACCEPTED)
def test_parts_are_accepted(
    handing: Scripted, typed: str, text: str, key: str, expected: str
) -> None:
    editor = handing.editor
    handing.open("")
    editor.type(typed)
    editor.lua("_G.item = { insert_text = ..., command = { command = 'x' } }", text)
    editor.wait(lambda: editor.text() == [typed])
    editor.type(key)
    accepted = editor.wait(lambda: editor.lua("return accepted"))
    assert accepted["insert_text"] == expected
    assert ("command" in accepted) is (expected == text)


def test_tab_falls_through_and_ghost_text_is_dismissed(handing: Scripted) -> None:
    editor = handing.editor
    handing.open("")
    editor.command("setlocal noexpandtab")
    editor.wait(lambda: editor.lua("return #calls") == 1)
    editor.type("a<Tab>b<C-]>")
    editor.wait(lambda: editor.lua("return #calls") == 3)
    assert editor.text() == ["a\tb"]
    assert [call[1] for call in editor.lua("return calls")] == [True, False, True]


def test_several_are_shown_here(handing: Scripted) -> None:
    editor = handing.editor
    handing.open("", {"xs.": ["append(1)", "clear()"]})
    editor.type("xs.")
    editor.wait(lambda: editor.text() == ["xs."])
    editor.type("<M-\\>")
    assert editor.until_ghost() == "append(1) (1/2)"
    editor.type("<M-]><Tab>")
    editor.wait(lambda: editor.text() == ["xs.clear()"])
