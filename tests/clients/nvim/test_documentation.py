"""What README.md and the help say of options, keys and recipes is so."""

from __future__ import annotations

import re
import textwrap

import pytest

from tests.clients.nvim.conftest import Scripted
from tests.clients.nvim.editor import PLUGIN
from tests.clients.recipes.document import recipe

README = (PLUGIN / "README.md").read_text(encoding="utf-8")
HELP = (PLUGIN / "doc" / "fairlead.txt").read_text(encoding="utf-8")
BLOCKS = [textwrap.dedent(block) for block in re.findall(r"(?ms)^ *```lua\n(.*?)^ *```$", README)]


@pytest.mark.parametrize("text", recipe("Neovim", "lua"))
def test_recipes_are_in_the_readme(text: str) -> None:
    assert text in BLOCKS


def test_options_are_said_to_have_their_defaults(scripted: Scripted) -> None:
    [options] = [block for block in BLOCKS if "debounce" in block]
    told, defaults = scripted.editor.lua(
        "local config, told = require('fairlead.config')\n"
        "local module = { setup = function(options) told = options end }\n"
        "setfenv(assert(loadstring(...)), { require = function() return module end })()\n"
        "return { told, config.defaults }",
        options,
    )
    unsaid = set(defaults) - set(told)
    assert {name: defaults[name] for name in told if told[name] != []} == {
        name: value for name, value in told.items() if value != []
    }
    assert all(f"`{name}`" in README for name in unsaid)


def test_the_help_has_all_options_keys_and_functions(scripted: Scripted) -> None:
    lua = scripted.editor.lua
    for name in lua("return vim.tbl_keys(require('fairlead.config').defaults)"):
        assert re.search(rf"(?m)^{name}\s", HELP), name
    for name, key in lua("return require('fairlead.config').defaults.keys").items():
        assert re.search(rf"(?m)^    {name} +{re.escape(key)} ", HELP), name
        assert f"<Plug>(fairlead-{name.replace('_', '-')})" in HELP
        assert f"{name}()" in HELP
    for name in lua("return vim.tbl_keys(require('fairlead.commands').commands)"):
        assert f"Fairlead {name}" in HELP and f":Fairlead {name}" in README
    functions = set(lua("return vim.tbl_keys(require('fairlead'))")) - {"load"}
    assert all(re.search(rf"\b{name}\(", HELP) for name in functions)
    assert all(len(line) <= 80 for line in HELP.splitlines())
