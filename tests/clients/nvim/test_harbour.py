"""The plugin as docs/editors.md has it set up, with the server as it ships, in a real project."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.clients.nvim.editor import NEOVIMS, Neovim
from tests.clients.recipes.document import BERTH, environment, project, recipe
from tests.server.lsp.scripted import LIMIT

pytestmark = [pytest.mark.needs("llama"), pytest.mark.timeout(600)]

RECIPES = {"neovim": 0, "neovim-0.7": 1}
"""Which of the recipes is for which version: the last one is for all."""

OFFICE = """

def leave(berth: Berth, office: HarbourOffice) -> None:
    """


@pytest.fixture(scope="module", params=NEOVIMS)
def editor(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Neovim]:
    folder = tmp_path_factory.mktemp("harbour")
    office = project(folder) / "harbour" / "office.py"
    text = office.read_text(encoding="utf-8").replace("import Quay", "import Berth, Quay")
    office.write_text(text + OFFICE, encoding="utf-8")
    [*_, init] = recipe("Neovim", "lua")[: RECIPES[request.param] + 1]
    with Neovim(request.param, folder, init, environment(folder)) as editor:
        editor.command("edit harbour/harbour/office.py")
        editor.wait(lambda: editor.lua("return require('fairlead').statusline()"))
        yield editor


@pytest.fixture(autouse=True)
def anew(editor: Neovim) -> None:
    """Begin with the text as it was, behind the last line of the function."""
    editor.type("<C-\\><C-n>")
    editor.command("edit!")
    editor.type("GA")
    editor.wait(lambda: editor.request("nvim_get_mode")["mode"] == "i")


EXPLAIN = """
local client = require('fairlead.rpc').any_client(vim.api.nvim_get_current_buf())
local asked = { 'workspace/executeCommand', { command = 'fairlead.explain' }, 60000 }
if vim.fn.has('nvim-0.11') == 1 then table.insert(asked, 1, client) end
return client.request_sync(unpack(asked)).result
"""

CHECKED = re.compile(r"(?m)^1: .(\w+).*\n.*\n(?:   changed.*\n)?   member \1: valid")
"""What the explanation has where the first name of the first suggestion was found to exist."""


def until_suggested(editor: Neovim, typed: str, wanted: str = "", told: str = "") -> str:
    """Type until a text is suggested that is checked and matches; return what is shown.

    What analysis has not looked at in time is suggested unchecked. It is ready for the next text.
    `told` is what the explanation has in the line on the first name.
    """
    checked = re.compile(CHECKED.pattern + ".*" + re.escape(told))
    end = time.monotonic() + 2 * LIMIT
    editor.type(typed)
    while time.monotonic() < end:
        patience = time.monotonic() + 5
        while time.monotonic() < patience:
            shown = "".join(text for *_, text in editor.ghost())
            if shown and re.match(wanted, shown) and checked.search(editor.lua(EXPLAIN)):
                return shown
            time.sleep(0.1)
        editor.request("nvim_buf_set_lines", 0, -2, -2, True, ["    pass"])
        editor.type("<C-]><BS>" + typed[-1])
    raise AssertionError(editor.describe())


def test_only_members_that_exist_are_suggested_and_accepted(editor: Neovim) -> None:
    shown = until_suggested(editor, "berth.")
    assert re.split(r"\W", shown)[0] in BERTH
    editor.until_shown("    berth." + shown.partition("\n")[0])
    editor.type("<Tab>")
    editor.wait(lambda: "\n".join(editor.text()).endswith("    berth." + shown))


def test_words_are_accepted(editor: Neovim) -> None:
    until_suggested(editor, "berth.", r"\w+\W")
    editor.type("<M-Right>")
    name = editor.wait(lambda: editor.text()[-1].removeprefix("    berth."))
    assert name in BERTH
    assert editor.ghost()


def test_it_goes_when_something_else_is_typed(editor: Neovim) -> None:
    until_suggested(editor, "berth.")
    editor.type("!")
    editor.wait(lambda: editor.text()[-1] == "    berth.!" and not editor.ghost())


def test_the_import_is_added_on_acceptance(editor: Neovim) -> None:
    until_suggested(editor, "text = json.", told="with `import json`")
    editor.type("<Tab>")
    editor.wait(lambda: "import json" in editor.text())
    assert editor.text().index("import json") < 6
    last = editor.text()[-1]
    assert re.match(r"    text = json\.\w+", last)
    assert editor.cursor() == (len(editor.text()), len(last))


def test_status_explanation_and_health(editor: Neovim, tmp_path: Path) -> None:
    until_suggested(editor, "berth.")
    editor.type("<Esc>:Fairlead status<CR>")
    editor.wait(lambda: re.search("ready, fairlead-.*tokens/s", editor.messages()))
    editor.type(":Fairlead explain<CR>")
    editor.wait(lambda: any("office.py:" in line for line in editor.text()))
    editor.type("q:checkhealth fairlead<CR>")
    editor.wait(lambda: any("Keys" in line for line in editor.text()))
    report = "\n".join(editor.text())
    assert re.search(r"bin/fairlead`: fairlead \d", report)
    assert "harbour/office.py" in report
    assert "model: ready" in report
    assert "ERROR" not in report and "WARNING" not in report
    editor.command("bwipeout!")


CHOOSE = """
vim.ui.select = function(items, options, choose)
  for _, item in ipairs(items) do
    if options.format_item(item):find('Edit with fairlead', 1, true) then return choose(item) end
  end
end
vim.ui.input = function(_, take) take('rename berth to place') end
"""


@pytest.mark.parametrize(
    "keys", [":Fairlead edit rename berth to place<CR>", ":lua vim.lsp.buf.code_action()<CR>"]
)
def test_an_edit_is_shown_and_made(editor: Neovim, keys: str) -> None:
    editor.type("print(berth)<Esc>kfb")
    before = editor.text()
    editor.lua(CHOOSE)
    editor.type(keys)
    editor.until_shown("make this edit? [y]es [n]o, j k ^D ^U scroll")
    editor.wait(lambda: any("place: Berth" in line for line in editor.screen.lines()))
    editor.type("y")
    wanted = "def leave(place: Berth, office: HarbourOffice) -> None:"
    editor.wait(lambda: editor.text()[-2:] == [wanted, "    print(place)"])
    editor.type("u")
    editor.wait(lambda: editor.text() == before)
    editor.type("<C-r>")
    editor.wait(lambda: editor.text()[-2:] == [wanted, "    print(place)"])
